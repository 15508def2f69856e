import { join } from 'node:path';
import { collect } from '../../../src/registry/upkeep/collection.js';
import type {
  CollectionOptions,
  CollectionReport,
  Removal,
} from '../../../src/registry/upkeep/collection-report.js';
import { type Fixture, openFixture } from '../fixture.js';
import { ageAll } from './stored-files.js';

const HOUR = 60 * 60 * 1000;

/** The directory that holds everything that is stored. */
export function registryOf({ directory }: Pick<Fixture, 'directory'>): string {
  return join(directory, 'docker', 'registry');
}

/** Where collections of a fixture remember things. */
export function workspaceOf(fixture: Pick<Fixture, 'directory'>): string {
  return join(registryOf(fixture), 'dockgate', 'gc');
}

/** Collects with the least grace. */
export function collectIn(
  fixture: Pick<Fixture, 'directory' | 'store'>,
  options: Partial<CollectionOptions> = {},
): Promise<CollectionReport> {
  return collect({
    store: fixture.store,
    workspace: workspaceOf(fixture),
    grace: 5 * 60 * 1000,
    untagged: false,
    dryRun: false,
    uploadTimeout: HOUR,
    ...options,
  });
}

/** Ages everything and collects. @returns what has gone, without the bytes, in order. */
export async function removedFrom(
  fixture: Fixture,
  options: Partial<CollectionOptions> = {},
): Promise<string[]> {
  await ageAll(registryOf(fixture));
  const removed: Removal[] = [];
  await collectIn(fixture, { ...options, onRemoval: (removal) => removed.push(removal) });
  return removed.map(({ kind, repository, name }) => [kind, repository ?? '', name].join(' ')).sort();
}

/** Runs work with a registry of its own. */
export async function inFixture(work: (fixture: Fixture) => Promise<void>): Promise<void> {
  const fixture = await openFixture();
  try {
    await work(fixture);
  } finally {
    await fixture.close();
  }
}
