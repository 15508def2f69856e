import { readdir } from 'node:fs/promises';
import { Repository } from '../../model/repository.js';
import type { Layout } from './layout.js';
import { orUndefined } from './system-error.js';

/**
 * Every directory that belongs to a repository, whether or not it holds a manifest, in byte order.
 *
 * @param after leave out everything up to and including this name.
 */
export async function* walkRepositories(layout: Layout, after = ''): AsyncGenerator<Repository> {
  yield* walk(layout, '', await look(layout, ''), after);
}

async function* walk(
  layout: Layout,
  prefix: string,
  { names }: Sight,
  after: string,
): AsyncGenerator<Repository> {
  const places: string[] = [];
  for (const name of names) {
    // What lies below a/ sorts after a-b and a.b, but before a0: so the name and what is below it are two places.
    if (Repository.read(prefix + name) !== undefined) places.push(name, `${name}/`);
  }
  // Between the two places of a directory it is not read again.
  const seen = new Map<string, Sight>();
  for (const place of places.sort()) {
    const name = prefix + place;
    if (place.endsWith('/')) {
      if (name <= after && !after.startsWith(name)) continue;
      const sight = seen.get(name) ?? (await look(layout, name));
      seen.delete(name);
      yield* walk(layout, name, sight, after);
    } else if (name > after) {
      const repository = Repository.read(name);
      const sight = await look(layout, `${name}/`);
      seen.set(`${name}/`, sight);
      if (repository !== undefined && sight.isRepository) yield repository;
    }
  }
}

interface Sight {
  readonly names: ReadonlySet<string>;
  /** One of the directories that only a repository has is there. */
  readonly isRepository: boolean;
}

async function look(layout: Layout, prefix: string): Promise<Sight> {
  const names = new Set<string>();
  let isRepository = false;
  for (const tree of layout.repositoryTrees) {
    for (const entry of (await orUndefined(readdir(`${tree}/${prefix}`, { withFileTypes: true }))) ?? []) {
      // A symbolic link may lead back up, so a walk never follows one.
      if (!entry.isDirectory()) continue;
      if (entry.name.startsWith('_')) isRepository = true;
      else names.add(entry.name);
    }
  }
  return { names, isRepository };
}
