import type { Digest } from '../model/digest.js';
import type { Repository } from '../model/repository.js';

/*
 * What clean-up asks of a place that keeps content. It runs beside pushes: nothing is locked, but everything has a time
 * at which somebody last relied on it, and each removal looks at that time once more when no one can reach the thing.
 */

/** Lock file in the workspace of collections: whoever has the right to write it may collect. */
export const COLLECTION_LEASE = 'running';

/** A manifest that a repository holds. */
export interface HeldManifest {
  readonly digest: Digest;
  /** Milliseconds since the epoch: when somebody last relied on it. */
  readonly touched: number;
}

/** What there is. */
export interface Holdings {
  /** Every repository with anything in it, in byte order, from the first after a name. */
  repositories(after?: string): AsyncIterable<Repository>;
  manifests(repository: Repository): AsyncIterable<HeldManifest>;
  /** Manifests that tags mean; one that several mean comes several times. */
  tagged(repository: Repository): AsyncIterable<Digest>;
  /** Blobs that the repository holds; also one that it held a while ago. */
  blobs(repository: Repository): AsyncIterable<Digest>;
  holdsBlob(repository: Repository, digest: Digest): Promise<boolean>;
  /** Content whose digest begins with this byte; manifests are content too. */
  contents(firstByte: number): AsyncIterable<Digest>;
}

/** When a thing may go. */
export interface Terms {
  /** Milliseconds since the epoch: what somebody has relied on at that time or later stays. */
  readonly cutoff: number;
  /** Milliseconds since the epoch: what has come to its place at that time or later stays, whatever its own time says. */
  readonly began: number;
  /** Removes nothing, and answers as if it had. */
  readonly dryRun: boolean;
  /** Asked before each removal: false when another may be collecting by now. */
  readonly mayRemove: () => boolean;
}

/** Manifests out of everybody's reach, about to go. */
export interface Withdrawal {
  /** Those that somebody has relied on in the meantime; they have to stay. */
  readonly fresh: readonly Digest[];
  /**
   * Puts some back and removes the others for good.
   *
   * @param stay which to put back; all that are fresh are.
   * @returns those that have gone.
   */
  settle(stay: (digest: Digest) => boolean): Promise<readonly Digest[]>;
}

/** An upload that was given up. */
export interface ExpiredUpload {
  readonly id: string;
  readonly bytes: number;
}

/** Takes things away, each only when it is as old as the terms say. */
export interface Disposal {
  /** Takes manifests from a repository, until it is settled which of them stay. */
  withdraw(repository: Repository, manifests: readonly Digest[]): Promise<Withdrawal>;
  /** Takes a blob from a repository. */
  releaseBlob(repository: Repository, digest: Digest): Promise<'released' | 'stays' | 'absent'>;
  /**
   * Forgets referrers that the repository no longer holds.
   *
   * @param hasGone tells of manifests that a dry run would have removed. @returns their digests.
   */
  releaseReferrers(repository: Repository, hasGone: (manifest: Digest) => boolean): AsyncIterable<Digest>;
  /** Removes uploads that nobody has written to since a time, in milliseconds since the epoch. */
  expireUploads(repository: Repository, before: number): AsyncIterable<ExpiredUpload>;
  /** Removes content. @returns the bytes that are free now; undefined when it stays. */
  discard(digest: Digest): Promise<number | undefined>;
  /** Removes what remains of a repository that holds nothing any more. */
  tidy(repository: Repository): Promise<void>;
}

/** What a process that died has left on its way in or out. */
export interface Leftover {
  readonly name: string;
  readonly bytes: number;
}

/** The store, as clean-up sees it. */
export interface Upkeep {
  readonly holdings: Holdings;
  /** The content of a manifest. @returns undefined when it is not there, too big for a manifest, or damaged. */
  readManifest(digest: Digest): Promise<Uint8Array | undefined>;
  disposal(terms: Terms): Disposal;
  /** Puts everything back that a disposal had in its hands when its process died. */
  recover(): Promise<void>;
  /** Removes what cannot be in use any more, or only tells of it. */
  removeLeftovers(terms: Pick<Terms, 'dryRun'>): AsyncIterable<Leftover>;
}
