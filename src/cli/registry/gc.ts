import { type Command, InvalidArgumentError, Option } from 'commander';
import { duration } from '../../configuration/values/duration.js';
import { openFilesystemStore } from '../../registry/store/filesystem/filesystem-store.js';
import { collect } from '../../registry/upkeep/collection.js';
import {
  type CollectionProgress,
  type CollectionReport,
  CollectionRunning,
  type Removal,
} from '../../registry/upkeep/collection-report.js';
import { CommandFailure } from '../command-failure.js';
import type { Step } from '../progress.js';
import { collectionLines, countRemoved, removalLine } from './collection-lines.js';
import { confirmRemoval, requireSomebodyToAsk } from './confirmation.js';
import { requireDirectory } from './directory-source.js';
import { JsonList } from './json-list.js';
import { dataDirectory } from './opening.js';
import { type PlaceFlags, placeOptions, removalOptions } from './options.js';
import type { Surroundings } from './surroundings.js';
import { runTask, type Task } from './task.js';

interface Flags extends PlaceFlags {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly untagged?: boolean;
  readonly grace: number;
}

const DAY = 86_400_000;
const UPLOAD_TIMEOUT = 7 * DAY;

/** Milliseconds: a push that is under way relies on what it has been told for so long at least. */
const LEAST_BESIDE_SERVER = 5 * 60_000;

/** Adds `dockgate registry gc`. */
export function registerGcCommand(registry: Command, surroundings: Surroundings): void {
  const grace = new Option('--grace <DURATION>', 'leave alone what somebody has relied on within this time');
  removalOptions(placeOptions(registry.command('gc')))
    .description(
      'remove what nothing needs any more, and free its room; pushes and pulls may go on meanwhile',
    )
    .option('--untagged', 'remove manifests too that no tag leads to')
    .addOption(grace.argParser(parseGrace).default(DAY, '24h'))
    .action((flags: Flags) => runTask(registry, surroundings, flags, (task) => collectGarbage(task, flags)));
}

async function collectGarbage(task: Task, flags: Flags): Promise<void> {
  const { dryRun = false, yes = false } = flags;
  requireSomebodyToAsk(task, yes || dryRun);
  const directory = await dataDirectory(task);
  await requireDirectory(directory);
  if (flags.grace < LEAST_BESIDE_SERVER && !dryRun) {
    task.show('warning: with less than 5m of grace no server may use the directory meanwhile\n');
  }
  if (!dryRun && !yes) {
    const preview = await run(task, directory, flags, true, () => undefined);
    for (const line of collectionLines(preview)) task.print(line);
    if (countRemoved(preview) === 0) return;
    await confirmRemoval(task, yes, 'Remove it?');
  }
  if (task.flags.json === true) {
    await reportInJson(task, directory, flags, dryRun);
    return;
  }
  const onRemoval = dryRun ? (removal: Removal) => task.print(removalLine(removal)) : () => undefined;
  const report = await run(task, directory, flags, dryRun, onRemoval);
  for (const line of collectionLines(report)) task.print(line);
}

async function reportInJson(task: Task, directory: string, flags: Flags, dryRun: boolean): Promise<void> {
  if (!dryRun) {
    task.printJson({ registry: directory, ...(await run(task, directory, flags, dryRun, () => undefined)) });
    return;
  }
  const document = new JsonList(task.write, { registry: directory }, 'removals');
  const report = await run(task, directory, flags, dryRun, (removal) => document.add(removal));
  document.end({ report });
}

async function run(
  task: Task,
  directory: string,
  { grace, untagged = false }: Flags,
  dryRun: boolean,
  onRemoval: (removal: Removal) => void,
): Promise<CollectionReport> {
  const store = await openFilesystemStore({ directory });
  try {
    return await collect({
      store,
      workspace: store.workspace,
      grace,
      untagged,
      dryRun,
      uploadTimeout: UPLOAD_TIMEOUT,
      signal: task.signal,
      onProgress: (progress) => task.progress.update(stepOf(progress)),
      onRemoval,
    });
  } catch (error) {
    if (error instanceof CollectionRunning)
      throw new CommandFailure(`${directory}: ${error.message}`, 1, { cause: error });
    if (!task.signal.aborted || dryRun) throw error;
    throw new CommandFailure('Stopped. The next clean-up with the same options goes on from here.', 1, {
      cause: error,
    });
  } finally {
    task.progress.clear();
  }
}

/** How a clean-up's progress is shown. */
function stepOf({ phase, repositories, shards }: CollectionProgress): Step {
  return phase === 'marking'
    ? { label: 'repositories looked through', done: repositories, unit: 'items' }
    : { label: 'sweeping', done: shards, total: 256, unit: 'items' };
}

function parseGrace(text: string): number {
  const parsed = duration('zero allowed').parse(text, '');
  if ('value' in parsed) return parsed.value;
  throw new InvalidArgumentError(`It ${parsed.complaint}`);
}
