import type { Command } from 'commander';
import { Repository } from '../../registry/model/repository.js';
import { CommandFailure } from '../command-failure.js';
import { JsonList } from './json-list.js';
import { lookahead } from './lookahead.js';
import { parseNamed } from './named.js';
import { type PlaceFlags, placeOptions } from './options.js';
import { printable } from './printable.js';
import { type RegistryReading, UnknownRepository } from './source.js';
import type { Surroundings } from './surroundings.js';
import { Table } from './table.js';
import { runTask, type Task, withSource } from './task.js';

interface Flags extends PlaceFlags {
  readonly long?: boolean;
}

/** Repositories counted side by side. */
const WIDTH = 8;

/** Adds `dockgate registry ls`. */
export function registerLsCommand(registry: Command, surroundings: Surroundings): void {
  placeOptions(registry.command('ls'))
    .description('list the repositories')
    .argument('[URL]', 'a registry that is running, https://HOST[:PORT]')
    .option('--long', 'with the number of tags')
    .action((url: string | undefined, flags: Flags) =>
      runTask(registry, surroundings, flags, (task) => list(task, url, flags.long === true)),
    );
}

async function list(task: Task, url: string | undefined, isLong: boolean): Promise<void> {
  const named = url === undefined ? undefined : parseNamed(url);
  if (named?.repository !== undefined) {
    throw new CommandFailure(
      'dockgate registry ls lists a whole registry; the tags of a repository are shown by dockgate registry tags.',
      2,
    );
  }
  await withSource(task, named?.origin, async (source) => {
    const found = lookahead(source.repositories(), WIDTH, async (name) => ({
      name,
      ...(isLong ? { tags: await countTags(source, name) } : {}),
    }));
    if (task.flags.json === true) {
      const document = new JsonList(task.write, { registry: source.place }, 'repositories');
      for await (const repository of found) document.add(isLong ? repository : repository.name);
      document.end();
      return;
    }
    const table = isLong ? new Table(task.print, ['REPOSITORY', 'TAGS'], [1]) : undefined;
    for await (const { name, tags } of found) {
      if (table === undefined) task.print(printable(name));
      else table.add([printable(name), tags === undefined ? '-' : String(tags)]);
    }
    table?.flush();
  });
}

/** undefined when the repository has gone meanwhile, or has a name that nobody may ask for. */
async function countTags(source: RegistryReading, name: string): Promise<number | undefined> {
  const repository = Repository.read(name);
  if (repository === undefined) return undefined;
  let count = 0;
  try {
    for await (const _ of source.tags(repository)) count += 1;
    return count;
  } catch (error) {
    if (error instanceof UnknownRepository) return undefined;
    throw error;
  }
}
