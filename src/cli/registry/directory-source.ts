import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Configuration } from '../../configuration/configuration.js';
import { Failure } from '../../exchange/failure.js';
import { Digest } from '../../registry/model/digest.js';
import { parseJson } from '../../registry/model/json.js';
import type { Reference, Tag } from '../../registry/model/reference.js';
import type { Repository } from '../../registry/model/repository.js';
import { openRegistry } from '../../registry/opening.js';
import type { Stores } from '../../registry/store/contracts.js';
import { Layout } from '../../registry/store/filesystem/layout.js';
import { isAbsent } from '../../registry/store/filesystem/system-error.js';
import { exists } from '../../tls/directory.js';
import { CommandFailure } from '../command-failure.js';
import { printable } from './printable.js';
import { type RegistrySource, type SourceManifest, UnknownRepository } from './source.js';

/** Names read at once. */
const PAGE = 1_000;

/** Bytes of descriptors read at once. */
const PAGE_BYTES = 4 * 1024 * 1024;

/** @throws {CommandFailure} when no registry has ever written to the directory. */
export async function requireDirectory(directory: string): Promise<void> {
  try {
    await access(join(directory, 'docker', 'registry'));
  } catch (error) {
    const reason = isAbsent(error)
      ? 'there is no registry in this directory (docker/registry is missing)'
      : `the directory cannot be read (${error instanceof Error ? error.message : String(error)})`;
    const message = `${directory}: ${reason}; name another with --data DIR, or a running registry with https://`;
    throw new CommandFailure(message, 1, { cause: error });
  }
}

/**
 * Opens the data directory of a registry, with what came in through the v1 API, as its clients see it.
 *
 * @throws {CommandFailure} as {@link requireDirectory}, unless images of the v1 API are there.
 */
export async function openDirectory({
  data,
  v1,
}: Pick<Configuration, 'data' | 'v1'>): Promise<DirectorySource> {
  const isOld = v1.access !== 'off' && (await exists(join(v1.directory, 'repositories')));
  if (!isOld) await requireDirectory(data);
  return new DirectorySource(data, (await openRegistry({ data, v1 })).stores);
}

/** A registry whose data directory lies here. A server may be at work in it. */
export class DirectorySource implements RegistrySource {
  readonly place: string;
  readonly #stores: Stores;
  readonly #layout: Layout;

  constructor(directory: string, stores: Stores) {
    this.place = directory;
    this.#stores = stores;
    this.#layout = new Layout(directory);
  }

  async *repositories(): AsyncGenerator<string> {
    let after: string | undefined;
    for (;;) {
      const page = await this.#stores.catalog.list({
        limit: PAGE,
        ...(after === undefined ? {} : { after }),
      });
      yield* page.names;
      after = page.names.at(-1);
      if (!page.more || after === undefined) return;
    }
  }

  async *tags(repository: Repository): AsyncGenerator<string> {
    // One page: each would read the whole directory again.
    const listing = await this.#stores.tags.list(repository, { limit: Number.MAX_SAFE_INTEGER });
    if (listing === undefined) throw new UnknownRepository(this.place, repository);
    yield* listing.names;
  }

  async resolve(repository: Repository, tag: Tag): Promise<Digest | undefined> {
    return (await this.manifest(repository, tag))?.digest;
  }

  async manifest(repository: Repository, reference: Reference): Promise<SourceManifest | undefined> {
    try {
      return await this.#stores.manifests.get(repository, reference);
    } catch (error) {
      // A tag of the v1 API whose image cannot be shown: clients get a 404 too.
      if (error instanceof Failure && error.status === 404) return undefined;
      throw error;
    }
  }

  async *referrers(repository: Repository, digest: Digest): AsyncGenerator<unknown> {
    let after: Digest | undefined;
    do {
      const page = { limit: PAGE, bytes: PAGE_BYTES, ...(after === undefined ? {} : { after }) };
      const { referrers, next } = await this.#stores.referrers.list(repository, digest, page);
      for (const { text } of referrers) yield parseJson(Buffer.from(text));
      after = next;
    } while (after !== undefined);
  }

  async hasBlob(repository: Repository, digest: Digest): Promise<boolean> {
    return (await this.#stores.blobs.find(repository, digest)) !== undefined;
  }

  async blob(repository: Repository, digest: Digest): Promise<Readable | undefined> {
    const stored = await this.#stores.blobs.find(repository, digest);
    if (stored === undefined) return undefined;
    // Read as it lies there: whoever asks judges the content, which the store would refuse when it is damaged.
    return stored.size === 0 ? Readable.from([]) : createReadStream(this.#layout.blob(digest));
  }

  readonly manifests = (repository: Repository): AsyncIterable<Digest> => this.#held(repository);

  async *#held(repository: Repository): AsyncGenerator<Digest> {
    for await (const { digest } of this.#stores.upkeep.holdings.manifests(repository)) yield digest;
  }

  async remove(repository: Repository, reference: Reference): Promise<boolean> {
    const { manifests, tags } = this.#stores;
    try {
      return await (reference instanceof Digest
        ? manifests.remove(repository, reference)
        : tags.remove(repository, reference));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      // The v1 images are served read-only.
      throw new CommandFailure(printable(`${error.message}.`), 1, { cause: error });
    }
  }

  async close(): Promise<void> {}
}
