import type { Readable } from 'node:stream';
import type { ReplyBody } from '../../exchange/reply.js';
import type { Digest, DigestAlgorithm } from '../model/digest.js';
import type { Manifest } from '../model/manifest.js';
import type { Reference, Tag } from '../model/reference.js';
import type { Referrer } from '../model/referrer.js';
import type { Repository } from '../model/repository.js';
import type { UploadId } from '../model/upload-id.js';
import type { Upkeep } from './upkeep.js';

/*
 * What the registry asks of a place that keeps content. Every name that goes in is a parsed value.
 *
 * An answer of undefined or false means "not there" and is no error. The errors of `failure.ts` are thrown where a
 * method says so, and StorageFull by everything that writes. Any other error means that the place itself is broken.
 * When a method that writes has returned, what it wrote survives the loss of the process and of the machine.
 */

/** Content of a blob that a repository holds. */
export interface StoredBlob {
  /** Bytes. */
  readonly size: number;
  /**
   * Opens a part of the content for one reply; whoever delivers the reply closes it.
   *
   * @param start first byte, counted from 0. @param length bytes; start + length must not exceed the size.
   * @returns undefined when the content has gone since it was found.
   */
  open(start: number, length: number): Promise<ReplyBody | undefined>;
}

/** Blobs, seen through the repositories that hold them: what a repository does not hold, it does not show. */
export interface BlobStore {
  find(repository: Repository, digest: Digest): Promise<StoredBlob | undefined>;
  /**
   * As `find`, for whoever tells a client that it need not send the blob: clean-up then leaves it alone for as long as
   * its grace lasts.
   */
  keep(repository: Repository, digest: Digest): Promise<StoredBlob | undefined>;
  /**
   * Repositories that hold a blob, in byte order, those without a manifest too; none when its content is gone. Where there
   * are very many repositories, only the first of them are looked at.
   */
  holders(digest: Digest): AsyncIterable<Repository>;
  /** Lets `to` hold a blob that `from` holds. @returns false when `from` does not hold it. */
  mount(digest: Digest, from: Repository, to: Repository): Promise<boolean>;
  /** Takes the blob from the repository; its content stays for others. @returns false when it was not held. */
  remove(repository: Repository, digest: Digest): Promise<boolean>;
}

/** Unfinished uploads. Their state lies in the store, so that the next request may reach another process. */
export interface UploadSessions {
  /** @param algorithm the one the client is likely to finish with; it may still choose another. */
  start(repository: Repository, algorithm: DigestAlgorithm): Promise<UploadId>;
  /** @returns the bytes received so far; undefined when there is no such upload. */
  size(repository: Repository, id: UploadId): Promise<number | undefined>;
  /**
   * Adds a body to what is there. When the body breaks off, what came of it is kept.
   *
   * @param offset where the client believes the body begins; undefined when it does not say.
   * @returns the bytes received so far.
   * @throws {UploadUnknown} @throws {UploadOutOfOrder} @throws {UploadBusy} @throws {BodyBroken}
   */
  append(repository: Repository, id: UploadId, body: Readable, offset?: number): Promise<number>;
  /**
   * Adds a last body, checks the digest of the whole and lets the repository hold the blob.
   *
   * @throws {UploadUnknown} @throws {UploadOutOfOrder} @throws {UploadBusy} @throws {BodyBroken}
   * @throws {DigestMismatch} and the upload is gone.
   */
  finish(
    repository: Repository,
    id: UploadId,
    digest: Digest,
    body: Readable,
    offset?: number,
  ): Promise<void>;
  /** @returns false when there was no such upload. */
  cancel(repository: Repository, id: UploadId): Promise<boolean>;
}

/** A manifest as it was pushed. */
export interface StoredManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** Manifests, and the tags that lead to them. */
export interface ManifestStore {
  /** @returns undefined when the repository does not hold it, or the tag leads nowhere. */
  get(repository: Repository, reference: Reference): Promise<StoredManifest | undefined>;
  /**
   * As `get`, for whoever tells a client that it need not send the manifest: clean-up then leaves it and all that it
   * names alone for as long as its grace lasts.
   */
  keep(repository: Repository, digest: Digest): Promise<StoredManifest | undefined>;
  /**
   * Keeps a manifest whose digest has been checked, then points the tags at it, one after the other. One with a subject
   * is listed among its referrers.
   */
  put(repository: Repository, digest: Digest, manifest: Manifest, tags: readonly Tag[]): Promise<void>;
  /** Takes the manifest and every tag that points at it from the repository. @returns false when it was not held. */
  remove(repository: Repository, digest: Digest): Promise<boolean>;
}

/** A part of a sorted list. */
export interface Page {
  /** Leave out everything up to and including this name, which need not exist. */
  readonly after?: string;
  /** At most this many names. */
  readonly limit: number;
}

/** Names in their order. */
export interface Listing {
  readonly names: readonly string[];
  /** Names follow that the limit cut off. */
  readonly more: boolean;
}

/** The tags of a repository. */
export interface TagStore {
  /** In lexical order without regard to case (OCI end-8). @returns undefined when the repository is not known. */
  list(repository: Repository, page: Page): Promise<Listing | undefined>;
  /** Takes the tag away and leaves its manifest. @returns false when there was no such tag. */
  remove(repository: Repository, tag: Tag): Promise<boolean>;
}

/** The repositories that hold, or held, anything. */
export interface Catalog {
  has(repository: Repository): Promise<boolean>;
  /** In byte order. */
  list(page: Page): Promise<Listing>;
}

/** A part of the list of referrers. */
export interface ReferrerPage {
  /** Leave out everything up to and including this digest, which need not be there. */
  readonly after?: Digest;
  /** At most this many. */
  readonly limit: number;
  /** No more than this many bytes of descriptors, unless a single one has more. */
  readonly bytes: number;
  /** Those of this type only. */
  readonly artifactType?: string;
}

/** Descriptors in the order of their digests. */
export interface ReferrerListing {
  readonly referrers: readonly Referrer[];
  /** Where to go on, when there may be more. */
  readonly next: Digest | undefined;
}

/** Manifests, found through the manifest that they are about. {@link ManifestStore.put} adds to it before it returns. */
export interface ReferrerStore {
  /**
   * The manifests of a repository with this subject, which need not be there itself. Those that an index under the
   * fallback tag of the subject names are among them (OCI Distribution §Enabling the Referrers API).
   */
  list(repository: Repository, subject: Digest, page: ReferrerPage): Promise<ReferrerListing>;
}

/** Everything the registry works on. */
export interface Stores {
  readonly blobs: BlobStore;
  readonly uploads: UploadSessions;
  readonly manifests: ManifestStore;
  readonly tags: TagStore;
  readonly catalog: Catalog;
  readonly referrers: ReferrerStore;
  readonly upkeep: Upkeep;
}
