import { DIGEST_ALGORITHMS } from '../../model/digest.js';
import type { Repository } from '../../model/repository.js';
import { entriesOf } from './directory-entries.js';
import type { Layout } from './layout.js';
import { isPresent } from './presence.js';

/** Tells whether a repository holds at least one manifest. */
export async function holdsManifests(layout: Layout, repository: Repository): Promise<boolean> {
  for (const algorithm of DIGEST_ALGORITHMS) {
    const directory = layout.revisions(repository, algorithm);
    for await (const name of entriesOf(directory)) {
      if (await isPresent(`${directory}/${name}/link`)) return true;
    }
  }
  return false;
}
