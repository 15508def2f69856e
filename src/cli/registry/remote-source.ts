import type { Readable } from 'node:stream';
import type { Digest } from '../../registry/model/digest.js';
import type { Reference, Tag } from '../../registry/model/reference.js';
import type { Repository } from '../../registry/model/repository.js';
import { RemoteFailure } from '../../remote/failure.js';
import type { RegistryClient } from '../../remote/registry-client.js';
import { fallbackReferrers } from './fallback-referrers.js';
import { type RegistrySource, type SourceManifest, UnknownRepository } from './source.js';

/** A registry that runs somewhere else. */
export class RemoteSource implements RegistrySource {
  readonly place: string;
  readonly manifests = undefined;
  readonly #client: RegistryClient;
  #hasReferrers = true;

  constructor(client: RegistryClient) {
    this.#client = client;
    this.place = client.origin;
  }

  repositories(): AsyncIterable<string> {
    return this.#client.repositories();
  }

  async *tags(repository: Repository): AsyncGenerator<string> {
    try {
      yield* this.#client.tags(repository);
    } catch (error) {
      if (isNotFound(error)) throw new UnknownRepository(this.place, repository);
      throw error;
    }
  }

  resolve(repository: Repository, tag: Tag): Promise<Digest | undefined> {
    return this.#client.resolve(repository, tag);
  }

  manifest(repository: Repository, reference: Reference): Promise<SourceManifest | undefined> {
    return this.#client.manifest(repository, reference);
  }

  async *referrers(repository: Repository, digest: Digest): AsyncGenerator<unknown> {
    try {
      if (this.#hasReferrers) {
        yield* this.#client.referrers(repository, digest);
        return;
      }
    } catch (error) {
      if (!isNotFound(error) && !isUnsupported(error)) throw error;
      this.#hasReferrers = false;
    }
    yield* fallbackReferrers(this, repository, digest);
  }

  hasBlob(repository: Repository, digest: Digest): Promise<boolean> {
    return this.#client.hasBlob(repository, digest);
  }

  async blob(repository: Repository, digest: Digest): Promise<Readable | undefined> {
    return (await this.#client.blob(repository, digest))?.content;
  }

  async remove(repository: Repository, reference: Reference): Promise<boolean> {
    return this.#client.remove(repository, reference);
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof RemoteFailure && error.code === 'NOT_FOUND';
}

function isUnsupported(error: unknown): boolean {
  return error instanceof RemoteFailure && error.code === 'UNSUPPORTED';
}
