import { stat } from 'node:fs/promises';
import { DIGEST_ALGORITHMS, type Digest } from '../../model/digest.js';
import type { Repository } from '../../model/repository.js';
import type { HeldManifest, Holdings } from '../upkeep.js';
import { digestsIn, tagsIn } from './directory-entries.js';
import type { Layout } from './layout.js';
import { readLink } from './link-reader.js';
import { isPresent } from './presence.js';
import { walkRepositories } from './repository-walk.js';
import { orUndefined } from './system-error.js';

/** What lies in the directories. */
export class FilesystemHoldings implements Holdings {
  readonly #layout: Layout;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  repositories(after?: string): AsyncIterable<Repository> {
    return walkRepositories(this.#layout, after);
  }

  async *manifests(repository: Repository): AsyncGenerator<HeldManifest> {
    for (const algorithm of DIGEST_ALGORITHMS) {
      for await (const digest of digestsIn(this.#layout.revisions(repository, algorithm), algorithm)) {
        const status = await orUndefined(stat(this.#layout.revisionLink(repository, digest)));
        if (status !== undefined) yield { digest, touched: status.mtimeMs };
      }
    }
  }

  async *tagged(repository: Repository): AsyncGenerator<Digest> {
    for await (const tag of tagsIn(this.#layout.tags(repository))) {
      const digest = await readLink(this.#layout.currentLink(repository, tag));
      if (digest !== undefined) yield digest;
    }
  }

  async *blobs(repository: Repository): AsyncGenerator<Digest> {
    for (const algorithm of DIGEST_ALGORITHMS) {
      yield* digestsIn(this.#layout.layerLinks(repository, algorithm), algorithm);
    }
  }

  holdsBlob(repository: Repository, digest: Digest): Promise<boolean> {
    return isPresent(this.#layout.layerLink(repository, digest));
  }

  async *contents(firstByte: number): AsyncGenerator<Digest> {
    const digits = firstByte.toString(16).padStart(2, '0');
    for (const algorithm of DIGEST_ALGORITHMS) {
      yield* digestsIn(`${this.#layout.contents(algorithm)}/${digits}`, algorithm);
    }
  }
}
