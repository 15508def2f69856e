import { type Command, InvalidArgumentError, Option } from 'commander';
import { duration } from '../../configuration/values/duration.js';
import { CommandFailure } from '../command-failure.js';
import type { CleanUp } from './clean-up.js';
import { collectionLines, countRemoved, removalLine } from './collection-lines.js';
import { confirmRemoval, requireSomebodyToAsk } from './confirmation.js';
import { directoryCleanUp } from './directory-clean-up.js';
import { JsonList } from './json-list.js';
import { parseNamed } from './named.js';
import { openRemote } from './opening.js';
import { type PlaceFlags, placeOptions, removalOptions } from './options.js';
import { remoteCleanUp } from './remote-clean-up.js';
import type { Surroundings } from './surroundings.js';
import { runTask, type Task } from './task.js';

interface Flags extends PlaceFlags {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly untagged?: boolean;
  readonly grace?: number;
}

/** Adds `dockgate registry gc`. */
export function registerGcCommand(registry: Command, surroundings: Surroundings): void {
  const grace = new Option('--grace <DURATION>', 'leave alone what somebody has relied on within this time');
  removalOptions(placeOptions(registry.command('gc')))
    .description(
      'remove what nothing needs any more, and free its room; pushes and pulls may go on meanwhile',
    )
    .argument('[URL]', 'a dockgate that is running, https://HOST[:PORT]')
    .option('--untagged', 'remove manifests too that no tag leads to')
    .option('--no-untagged', 'keep them, whatever the configuration says')
    .addOption(grace.argParser(parseGrace))
    .action((url: string | undefined, flags: Flags) =>
      runTask(registry, surroundings, flags, (task) => collectGarbage(task, url, flags)),
    );
}

async function collectGarbage(task: Task, url: string | undefined, flags: Flags): Promise<void> {
  const named = url === undefined ? undefined : parseNamed(url);
  if (named?.repository !== undefined) {
    throw new CommandFailure(
      'A registry is cleaned up as a whole. Name it without a repository, or its directory with --data DIR.',
      2,
    );
  }
  requireSomebodyToAsk(task, flags.yes === true || flags.dryRun === true);
  if (named?.origin === undefined) {
    const { place, run } = await directoryCleanUp(task, flags);
    await cleanUp(task, place, run, flags);
    return;
  }
  const client = await openRemote(named.origin, task);
  try {
    await cleanUp(task, client.origin, remoteCleanUp(task, client, flags), flags);
  } finally {
    await client.close();
  }
}

async function cleanUp(
  task: Task,
  place: string,
  run: CleanUp,
  { dryRun = false, yes = false }: Flags,
): Promise<void> {
  const quietly = (): void => undefined;
  if (!dryRun && !yes) {
    const preview = await run(true, quietly);
    for (const line of collectionLines(preview)) task.print(line);
    if (countRemoved(preview) === 0) return;
    await confirmRemoval(task, yes, 'Remove it?');
  }
  if (task.flags.json !== true) {
    const report = await run(dryRun, dryRun ? (removal) => task.print(removalLine(removal)) : quietly);
    for (const line of collectionLines(report)) task.print(line);
  } else if (dryRun) {
    const document = new JsonList(task.write, { registry: place }, 'removals');
    const report = await run(dryRun, (removal) => document.add(removal));
    document.end({ report });
  } else {
    task.printJson({ registry: place, report: await run(dryRun, quietly) });
  }
}

function parseGrace(text: string): number {
  const parsed = duration('zero allowed').parse(text, '');
  if ('value' in parsed) return parsed.value;
  throw new InvalidArgumentError(`It ${parsed.complaint}`);
}
