import type { Command } from 'commander';
import { Digest } from '../../registry/model/digest.js';
import { RemoteFailure } from '../../remote/failure.js';
import { CommandFailure } from '../command-failure.js';
import { confirmRemoval, requireSomebodyToAsk } from './confirmation.js';
import { onePlace, parseNamedRepository, written } from './named.js';
import { type PlaceFlags, placeOptions, removalOptions } from './options.js';
import { printable } from './printable.js';
import { planRemoval, type Removal } from './removal-plan.js';
import type { RegistrySource } from './source.js';
import type { Surroundings } from './surroundings.js';
import { Table } from './table.js';
import { runTask, type Task, withSource } from './task.js';

interface Flags extends PlaceFlags {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** Lines shown before the question. */
const MOST_SHOWN = 50;

/** Adds `dockgate registry rm`. */
export function registerRmCommand(registry: Command, surroundings: Surroundings): void {
  removalOptions(placeOptions(registry.command('rm')))
    .description('remove tags, images by digest, or whole repositories')
    .argument('<NAME...>', '[https://HOST[:PORT]/]REPOSITORY[:TAG|@DIGEST]')
    .action((names: string[], flags: Flags) =>
      runTask(registry, surroundings, flags, (task) => remove(task, names, flags)),
    );
}

async function remove(
  task: Task,
  names: readonly string[],
  { dryRun = false, yes = false }: Flags,
): Promise<void> {
  const named = names.map(parseNamedRepository);
  const origin = onePlace(named);
  requireSomebodyToAsk(task, yes || dryRun);
  await withSource(task, origin, async (source) => {
    const plan: Removal[] = [];
    for (const one of named) {
      const before = plan.length;
      const part = await planRemoval(source, one, (count) => {
        task.signal.throwIfAborted();
        task.progress.update({ label: 'found', done: before + count, unit: 'items' });
      });
      for (const removal of part) plan.push(removal);
    }
    const isJson = task.flags.json === true;
    if (!isJson) showPlan(task, source, plan, dryRun);
    if (dryRun || plan.length === 0) {
      if (isJson) task.printJson({ registry: source.place, dryRun, removed: plan.map(flat), absent: [] });
      return;
    }
    await confirmRemoval(task, yes, plan.length === 1 ? 'Remove it?' : `Remove these ${plan.length}?`);
    const { removed, absent } = await carryOut(task, source, plan);
    if (isJson) {
      task.printJson({
        registry: source.place,
        dryRun,
        removed: removed.map(flat),
        absent: absent.map(flat),
      });
    } else {
      const gone = absent.length === 0 ? '' : `, ${absent.length} had gone already`;
      task.print(
        `removed ${removed.length}${gone}. What nothing needs any more is freed by dockgate registry gc.`,
      );
    }
  });
}

function showPlan(task: Task, source: RegistrySource, plan: readonly Removal[], isWhole: boolean): void {
  task.print(`${source.place}: ${plan.length === 0 ? 'there is nothing to remove' : 'this goes'}`);
  const shown = isWhole ? plan : plan.slice(0, MOST_SHOWN);
  const table = new Table((line) => task.print(`  ${line}`), ['NAME', 'WHAT GOES']);
  for (const { repository, reference, note } of shown) table.add([written(repository, reference), note]);
  if (shown.length > 0) table.flush();
  if (shown.length < plan.length) task.print(`  and ${plan.length - shown.length} more; --dry-run shows all`);
}

interface Outcome {
  readonly removed: readonly Removal[];
  readonly absent: readonly Removal[];
}

async function carryOut(task: Task, source: RegistrySource, plan: readonly Removal[]): Promise<Outcome> {
  const removed: Removal[] = [];
  const absent: Removal[] = [];
  /** Manifests that go take their tags along, so a registry that removes no tag alone is asked for them only. */
  const withManifests = new Set(
    plan.filter(({ reference }) => reference instanceof Digest).map(({ repository }) => repository.name),
  );
  const taken = new Set<string>();
  for (const removal of plan) {
    task.signal.throwIfAborted();
    const { repository, reference } = removal;
    const isTag = !(reference instanceof Digest);
    if (isTag && taken.has(repository.name)) continue;
    try {
      const isRemoved = await source.remove(repository, reference);
      (isRemoved ? removed : absent).push(removal);
    } catch (error) {
      if (!(error instanceof RemoteFailure) || error.code !== 'UNSUPPORTED')
        throw partly(error, removed, task);
      if (!isTag || !withManifests.has(repository.name)) throw unsupported(removal, error);
      taken.add(repository.name);
    }
    task.progress.update({ label: 'removed', done: removed.length, total: plan.length, unit: 'items' });
  }
  return { removed, absent };
}

/** Says how far it came, since the rest of the sentence only says why it stopped. */
function partly(error: unknown, removed: readonly Removal[], task: Task): unknown {
  if (removed.length > 0 && !task.signal.aborted) task.show(`${removed.length} were removed before this:\n`);
  return error;
}

function unsupported({ repository, reference }: Removal, error: RemoteFailure): CommandFailure {
  const advice =
    reference instanceof Digest
      ? "The registry allows no deletions. With distribution's registry, set storage.delete.enabled to true."
      : `The registry removes no tag alone. Remove the image with all its tags by its digest, ${repository}@sha256:...; dockgate registry tags shows it.`;
  return new CommandFailure(`${printable(error.message)}. ${advice}`, 1, { cause: error });
}

function flat({ repository, reference }: Removal) {
  const isDigest = reference instanceof Digest;
  return { repository: repository.name, [isDigest ? 'digest' : 'tag']: reference.toString() };
}
