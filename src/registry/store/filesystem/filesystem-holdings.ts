import { opendir, stat } from 'node:fs/promises';
import { Digest, type DigestAlgorithm } from '../../model/digest.js';
import { Tag } from '../../model/reference.js';
import type { Repository } from '../../model/repository.js';
import type { HeldManifest, Holdings } from '../upkeep.js';
import type { Layout } from './layout.js';
import { readLink } from './link-reader.js';
import { isPresent } from './presence.js';
import { walkRepositories } from './repository-walk.js';
import { orUndefined } from './system-error.js';

const ALGORITHMS: readonly DigestAlgorithm[] = ['sha256', 'sha512'];

/** Entries of a directory read at once; it may have a million. */
const ENTRIES = 512;

/** Names in a directory, in no order and never all in memory. None when it is not there. */
export async function* entriesOf(directory: string): AsyncGenerator<string> {
  const entries = await orUndefined(opendir(directory, { bufferSize: ENTRIES }));
  if (entries === undefined) return;
  for await (const { name } of entries) yield name;
}

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
    for (const algorithm of ALGORITHMS) {
      for await (const digest of digestsIn(this.#layout.revisions(repository, algorithm), algorithm)) {
        const status = await orUndefined(stat(this.#layout.revisionLink(repository, digest)));
        if (status !== undefined) yield { digest, touched: status.mtimeMs };
      }
    }
  }

  async *tagged(repository: Repository): AsyncGenerator<Digest> {
    for await (const name of entriesOf(this.#layout.tags(repository))) {
      const tag = Tag.read(name);
      const digest = tag && (await readLink(this.#layout.currentLink(repository, tag)));
      if (digest !== undefined) yield digest;
    }
  }

  async *blobs(repository: Repository): AsyncGenerator<Digest> {
    for (const algorithm of ALGORITHMS) {
      yield* digestsIn(this.#layout.layerLinks(repository, algorithm), algorithm);
    }
  }

  holdsBlob(repository: Repository, digest: Digest): Promise<boolean> {
    return isPresent(this.#layout.layerLink(repository, digest));
  }

  async *contents(firstByte: number): AsyncGenerator<Digest> {
    const digits = firstByte.toString(16).padStart(2, '0');
    for (const algorithm of ALGORITHMS) {
      yield* digestsIn(`${this.#layout.contents(algorithm)}/${digits}`, algorithm);
    }
  }
}

async function* digestsIn(directory: string, algorithm: DigestAlgorithm): AsyncGenerator<Digest> {
  for await (const name of entriesOf(directory)) {
    const digest = Digest.read(`${algorithm}:${name}`);
    if (digest !== undefined) yield digest;
  }
}
