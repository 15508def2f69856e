import { opendir } from 'node:fs/promises';
import type { Repository } from '../../model/repository.js';
import type { Layout } from './layout.js';
import { isPresent } from './presence.js';
import { orUndefined } from './system-error.js';

/** Tells whether a repository holds at least one manifest. */
export async function holdsManifests(layout: Layout, repository: Repository): Promise<boolean> {
  for (const algorithm of ['sha256', 'sha512'] as const) {
    const directory = layout.revisions(repository, algorithm);
    const entries = await orUndefined(opendir(directory));
    if (entries === undefined) continue;
    for await (const { name } of entries) {
      if (await isPresent(`${directory}/${name}/link`)) return true;
    }
  }
  return false;
}
