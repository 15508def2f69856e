import type { Stores } from '../store/contracts.js';

/** What goes, or would go, one at a time. */
export interface Removal {
  /**
   * `manifest`: a repository no longer holds it. `blob`: a repository no longer holds it. `referrer`: the note that a
   * manifest is about another one. `upload`: an upload that nobody has written to. `content`: bytes that nobody needs
   * any more. `leftover`: what a process that died has left on its way in or out. `image`: an image of the v1 API that no
   * tag leads to. `layer`: what was received of one whose push was never completed.
   */
  readonly kind: 'manifest' | 'blob' | 'referrer' | 'upload' | 'content' | 'leftover' | 'image' | 'layer';
  /** Absent for `content`, `leftover`, `image` and `layer`, which belong to no repository. */
  readonly repository?: string;
  /** Digest, or the id of an upload or an image, or the name of a leftover or a file. */
  readonly name: string;
  /** Bytes that are free afterwards; 0 for what only releases content. */
  readonly bytes: number;
}

/** How far a collection has come. */
export interface CollectionProgress {
  readonly phase: 'marking' | 'sweeping';
  /** Repositories looked through so far. */
  readonly repositories: number;
  /** Shards swept so far, of 256. */
  readonly shards: number;
  /** Bytes freed so far. */
  readonly bytes: number;
}

/** What a collection has done or, in a dry run, would have done. A resumed one tells the whole. */
export interface CollectionReport {
  readonly dryRun: boolean;
  readonly untagged: boolean;
  /** Whether it went on where an earlier one was interrupted. */
  readonly resumed: boolean;
  /** Milliseconds since the epoch. */
  readonly started: number;
  /** Milliseconds since the epoch. */
  readonly finished: number;
  /** Milliseconds since the epoch: nothing that was relied on since then has gone. */
  readonly cutoff: number;
  readonly repositories: number;
  /** Manifests looked at. */
  readonly manifests: number;
  /** Manifests whose content is missing, damaged or not understood: their repositories keep all that they hold. */
  readonly unreadable: number;
  /** How many of each kind went. */
  readonly removed: Readonly<Record<Removal['kind'], number>>;
  /** Content that stays. */
  readonly kept: number;
  /** Bytes freed. */
  readonly bytes: number;
}

/** What a further clean-up that belongs to a collection goes by. */
export type FurtherTerms = Pick<
  CollectionOptions,
  'grace' | 'dryRun' | 'uploadTimeout' | 'now' | 'signal'
> & {
  readonly onRemoval: (removal: Removal) => void;
  /** Asked before each removal: false when another may be collecting by now. */
  readonly mayRemove: () => boolean;
};

/** What to collect, and how. */
export interface CollectionOptions {
  readonly store: Stores;
  /** A directory for marks and state, the same for all who collect in this store; made when it is missing. */
  readonly workspace: string;
  /** Milliseconds: what somebody has relied on for the last time within this time stays. */
  readonly grace: number;
  /** Whether manifests that no tag leads to go too. */
  readonly untagged: boolean;
  /** Changes nothing, and tells what would go. */
  readonly dryRun: boolean;
  /** Milliseconds after which an upload that nobody writes to goes. */
  readonly uploadTimeout: number;
  /** The clock: milliseconds since the epoch. */
  readonly now?: () => number;
  /** Interrupts the collection; the next one goes on from there. */
  readonly signal?: AbortSignal;
  /** Cleans up beside the store, while nobody else collects: called when the collection itself is done. */
  readonly also?: ((terms: FurtherTerms) => Promise<unknown>) | undefined;
  /** Called when nothing keeps it from collecting any more. */
  readonly onStart?: () => void;
  readonly onProgress?: (progress: CollectionProgress) => void;
  readonly onRemoval?: (removal: Removal) => void;
}

/** A collection is under way already, in this process or another. */
export class CollectionRunning extends Error {
  readonly code = 'COLLECTION_RUNNING';

  constructor() {
    super('a clean-up of this registry is running already; wait until it has ended');
    this.name = 'CollectionRunning';
  }
}
