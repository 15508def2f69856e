import type { Digest } from '../model/digest.js';

/** Images of one repository that cannot be pulled whole without some content. A finding names 1,000 of them at most. */
export interface ImageUse {
  /** Name of the repository. */
  readonly repository: string;
  /** Tags that lead to such an image, at most 100. */
  readonly tags: readonly string[];
  /** Digests of the manifests that need it, of the indexes above them too; at most 100. */
  readonly manifests: readonly string[];
}

/** Why content counts as damaged. */
export type DamageReason =
  /** Its bytes have another digest. */
  | 'digest'
  /** It has no bytes, and should have some. */
  | 'empty'
  /** The system cannot read it. */
  | 'unreadable';

/** Content whose bytes are not those of its digest. */
export interface Damage {
  readonly kind: 'damaged';
  readonly digest: Digest;
  readonly reason: DamageReason;
  /** Where it lies, or lay before it was quarantined. */
  readonly path: string;
  /** Bytes of the file. */
  readonly size: number;
  /** Where it was moved to; undefined when it was left in its place. */
  readonly quarantined: string | undefined;
  /** Complete when the verification has ended. */
  readonly images: readonly ImageUse[];
}

/** Content that a repository should have and that is not there: a manifest that it holds, or what such a one names. */
export interface Missing {
  readonly kind: 'missing';
  readonly digest: Digest;
  /** The content lies in quarantine, where an earlier verification has put it. */
  readonly isQuarantined: boolean;
  /** Complete when the verification has ended. */
  readonly images: readonly ImageUse[];
}

/** A manifest names a blob that is stored but that its repository does not hold, so that nobody can pull it there. */
export interface Unheld {
  readonly kind: 'unheld';
  readonly digest: Digest;
  /** Complete when the verification has ended. */
  readonly images: readonly ImageUse[];
}

/** A link file without the digest that it should hold. */
export interface BrokenLink {
  readonly kind: 'broken link';
  readonly repository: string;
  readonly path: string;
}

/**
 * A repository's link to a blob that is not there and that none of its manifests names. Distribution's clean-up leaves
 * such links; nobody misses what they lead to.
 */
export interface StaleLink {
  readonly kind: 'stale link';
  readonly repository: string;
  readonly digest: Digest;
  readonly path: string;
}

/** A tag of a manifest that its repository does not hold. */
export interface DanglingTag {
  readonly kind: 'dangling tag';
  readonly repository: string;
  readonly tag: string;
  readonly digest: Digest;
}

/** Something that is wrong in a store. */
export type Finding = Damage | Missing | Unheld | BrokenLink | StaleLink | DanglingTag;

/** What a verification has looked at and found. */
export interface VerificationReport {
  /** Contents that were read to their end, whole or damaged. */
  readonly contents: number;
  /** Bytes of theirs. */
  readonly bytes: number;
  readonly repositories: number;
  readonly damaged: readonly Damage[];
  readonly missing: readonly Missing[];
  readonly unheld: readonly Unheld[];
  readonly brokenLinks: readonly BrokenLink[];
  /** The first 10,000 of them. */
  readonly staleLinks: readonly StaleLink[];
  readonly danglingTags: readonly DanglingTag[];
  /** Faults beyond the first 10,000 of their kind, which no list holds; `onFinding` has told of them all. */
  readonly omitted: number;
  /** False when it was ended before it had seen everything. */
  readonly complete: boolean;
}

/** How far a verification has come. */
export interface VerificationProgress {
  /** What it is reading: the content, or afterwards what leads to it. */
  readonly stage: 'contents' | 'repositories';
  /** Contents read. */
  readonly contents: number;
  readonly bytes: number;
  /** What there was to read when it began. */
  readonly totalContents: number;
  readonly totalBytes: number;
  /** Repositories looked through. */
  readonly repositories: number;
}

/** What to verify, and what to do about it. */
export interface VerificationOptions {
  /** The data directory, which has to exist. A server may be at work in it. */
  readonly directory: string;
  /** Moves damaged content out of service, to `docker/registry/dockgate/quarantine/<algorithm>/<hex>`. */
  readonly quarantine?: boolean;
  /** Ends it early; the report then holds what was found until then. */
  readonly signal?: AbortSignal;
  /** Called after each content and each repository. */
  readonly onProgress?: (progress: VerificationProgress) => void;
  /** Called once for everything that is found, as soon as it is; the images that need it may not be known yet. */
  readonly onFinding?: (finding: Finding) => void;
}
