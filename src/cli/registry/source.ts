import type { Readable } from 'node:stream';
import type { Digest } from '../../registry/model/digest.js';
import type { Reference, Tag } from '../../registry/model/reference.js';
import type { Repository } from '../../registry/model/repository.js';

/** A manifest with a digest that has been checked. */
export interface SourceManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** What can be read of a registry, whether its data directory lies here or it runs somewhere else. */
export interface RegistryReading {
  /** The directory or the URL. */
  readonly place: string;
  /** Names as they are; those of others need not be valid. */
  repositories(): AsyncIterable<string>;
  /** @throws {UnknownRepository} */
  tags(repository: Repository): AsyncIterable<string>;
  /** The digest that a tag means; undefined when it leads nowhere. */
  resolve(repository: Repository, tag: Tag): Promise<Digest | undefined>;
  manifest(repository: Repository, reference: Reference): Promise<SourceManifest | undefined>;
  /** Descriptors of what refers to a manifest, unchecked. */
  referrers(repository: Repository, digest: Digest): AsyncIterable<unknown>;
}

/** Blobs, as a client would pull them. */
export interface BlobReading {
  hasBlob(repository: Repository, digest: Digest): Promise<boolean>;
  /** The content, to be read to its end or destroyed. */
  blob(repository: Repository, digest: Digest): Promise<Readable | undefined>;
}

/** What can be taken away. */
export interface RegistryRemoval {
  /** Every manifest that the repository holds, tagged or not; undefined where nobody can list them. */
  readonly manifests: ((repository: Repository) => AsyncIterable<Digest>) | undefined;
  /** Takes away a tag alone, or a manifest with all its tags. @returns false when it was not there. */
  remove(repository: Repository, reference: Reference): Promise<boolean>;
}

export interface RegistrySource extends RegistryReading, BlobReading, RegistryRemoval {
  close(): Promise<void>;
}

/** Nobody knows a repository of this name. */
export class UnknownRepository extends Error {
  constructor(place: string, repository: Repository) {
    super(`${place}: there is no repository ${repository}; dockgate registry ls shows those that are there`);
    this.name = 'UnknownRepository';
  }
}
