import { Failure } from '../../../exchange/failure.js';
import { inBatches } from '../../batches.js';
import type { Digest } from '../../model/digest.js';
import { type Manifest, parseManifest } from '../../model/manifest.js';
import { type Reference, Tag } from '../../model/reference.js';
import { describeReferrer, type Referrer } from '../../model/referrer.js';
import type { Repository } from '../../model/repository.js';
import type { ManifestStore } from '../contracts.js';
import { StoredContentDamaged } from '../failure.js';

/** Manifests read side by side: each may have 4 MiB. */
const WIDTH = 8;

/** Bytes of manifests that one index may have us read; no list that a client keeps comes near. */
const READ = 32 * 1024 * 1024;

/** Bytes of descriptors kept in memory. */
const CACHED = 4 * 1024 * 1024;

/** Hex digits of a digest in a tag, which has to be shorter than a sha512. */
const DIGITS = 64;

type Found = ReadonlyMap<string, Referrer>;

const NONE: Found = new Map();

/**
 * Referrers that clients have kept in an index under a tag made of the subject's digest, as long as their registry had
 * no list of its own (OCI Distribution §Referrers Tag Schema). Nothing is written, so this works on a disk that
 * cannot be written to.
 */
export class FallbackReferrers {
  readonly #manifests: ManifestStore;
  readonly #known = new Map<string, { readonly found: Found; readonly bytes: number }>();
  #bytes = 0;

  constructor(manifests: ManifestStore) {
    this.#manifests = manifests;
  }

  /** What the index under the tag names and what really has the subject, by digest. */
  async find(repository: Repository, subject: Digest): Promise<Found> {
    const tag = Tag.read(`${subject.algorithm}-${subject.encoded.slice(0, DIGITS)}`);
    if (tag === undefined) return NONE;
    const index = await this.#read(repository, tag);
    if (index === undefined || index.manifest.children.length === 0) return NONE;
    const key = `${repository} ${subject} ${index.digest}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known.found;
    const found = new Map<string, Referrer>();
    const children = new Map(index.manifest.children.map(({ digest }) => [digest.toString(), digest]));
    let isComplete = true;
    let bytes = 0;
    await inBatches([...children.values()], WIDTH, async (digest) => {
      if (bytes > READ) return;
      const child = await this.#read(repository, digest);
      bytes += child?.manifest.bytes.length ?? 0;
      if (child === undefined) isComplete = false;
      else if (isAbout(child.manifest, subject))
        found.set(digest.toString(), describeReferrer(digest, child.manifest));
    });
    // A child that is missing may come later, and the index stays the same.
    if (isComplete) this.#remember(key, found);
    return found;
  }

  /** Describes a manifest; undefined when it is not there or is not about the subject. */
  async describe(repository: Repository, subject: Digest, digest: Digest): Promise<Referrer | undefined> {
    const read = await this.#read(repository, digest);
    if (read === undefined || !isAbout(read.manifest, subject)) return undefined;
    return describeReferrer(digest, read.manifest);
  }

  async #read(
    repository: Repository,
    reference: Reference,
  ): Promise<{ digest: Digest; manifest: Manifest } | undefined> {
    try {
      const stored = await this.#manifests.get(repository, reference);
      if (stored === undefined) return undefined;
      return { digest: stored.digest, manifest: parseManifest(stored.bytes, '') };
    } catch (error) {
      // What is damaged, or is a manifest by somebody else's rules only, refers to nothing.
      if (error instanceof Failure || error instanceof StoredContentDamaged) return undefined;
      throw error;
    }
  }

  #remember(key: string, found: Found): void {
    let bytes = key.length;
    for (const { text } of found.values()) bytes += 2 * text.length;
    if (bytes > CACHED / 4 || this.#known.has(key)) return;
    this.#known.set(key, { found, bytes });
    this.#bytes += bytes;
    for (const [oldest, entry] of this.#known) {
      if (this.#bytes <= CACHED) break;
      this.#known.delete(oldest);
      this.#bytes -= entry.bytes;
    }
  }
}

function isAbout(manifest: Manifest, subject: Digest): boolean {
  return manifest.subject?.digest.equals(subject) === true;
}
