import { inBatches } from '../../batches.js';
import type { Digest } from '../../model/digest.js';
import { type Manifest, parseManifest } from '../../model/manifest.js';
import type { Repository } from '../../model/repository.js';
import type { ManifestStore } from '../contracts.js';
import { freshen } from './freshness.js';
import type { Layout } from './layout.js';
import type { Trash } from './trash.js';

/** Files looked at side by side. */
const WIDTH = 16;

/** Manifests read side by side: each may have 4 MiB. */
const MANIFESTS = 4;

/** Manifests followed from one, and bytes of them; an index of indexes beyond that is nobody's image. */
const FOLLOWED = 4096;
const FOLLOWED_BYTES = 16 * 1024 * 1024;

/** Milliseconds for which what has been kept is not looked at again. */
const AGAIN_AFTER = 30_000;

/** Manifests whose keeping is remembered. */
const REMEMBERED = 1024;

/** What one push makes fresh. Many manifests may name the same blob, and one may name it many times. */
interface Following {
  readonly repository: Repository;
  readonly manifests: Set<string>;
  readonly blobs: Set<string>;
  /** Of the manifests. */
  bytes: number;
}

/**
 * Makes fresh what a pushed manifest leads to, so that a clean-up that found it unused before the push leaves it alone.
 * The config and layers that the manifest itself names have been made fresh when they were looked for.
 */
export class NamedContent {
  readonly #layout: Layout;
  readonly #trash: Trash;
  readonly #manifests: ManifestStore;
  /** When each was kept last, milliseconds since the epoch. */
  readonly #kept = new Map<string, number>();

  constructor(layout: Layout, trash: Trash, manifests: ManifestStore) {
    this.#layout = layout;
    this.#trash = trash;
    this.#manifests = manifests;
  }

  /** Follows children, what they name, and the subject. What is not there is passed over. */
  freshen(repository: Repository, manifest: Manifest): Promise<void> {
    return this.#follow(repository, manifestsOf(manifest));
  }

  /** Does the same for a manifest that is there, and for what it names. */
  async keep(repository: Repository, digest: Digest): Promise<void> {
    const key = `${repository} ${digest}`;
    const now = Date.now();
    if (now - (this.#kept.get(key) ?? 0) < AGAIN_AFTER) return;
    await this.#follow(repository, [digest]);
    if (this.#kept.size >= REMEMBERED) this.#kept.clear();
    this.#kept.set(key, now);
  }

  async #follow(repository: Repository, waiting: Digest[]): Promise<void> {
    const following = { repository, manifests: new Set<string>(), blobs: new Set<string>(), bytes: 0 };
    const { manifests } = following;
    while (waiting.length > 0 && manifests.size < FOLLOWED && following.bytes < FOLLOWED_BYTES) {
      const batch = waiting.splice(0, MANIFESTS).filter((digest) => isAdded(manifests, digest));
      await inBatches(batch, MANIFESTS, async (digest) => {
        waiting.push(...(await this.#freshenManifest(following, digest)));
      });
    }
  }

  /** @returns the manifests that it leads to. */
  async #freshenManifest(following: Following, digest: Digest): Promise<Digest[]> {
    const { repository } = following;
    if (!(await this.rescue(this.#layout.revisionLink(repository, digest)))) return [];
    await this.rescue(this.#layout.blob(digest));
    const named = await this.#read(repository, digest);
    if (named === undefined) return [];
    following.bytes += named.bytes.length;
    const blobs = named.blobs.filter((blob) => isAdded(following.blobs, blob.digest));
    await inBatches(blobs, WIDTH, async ({ digest: blob }) => {
      await Promise.all([
        this.rescue(this.#layout.layerLink(repository, blob)),
        this.rescue(this.#layout.blob(blob)),
      ]);
    });
    return manifestsOf(named);
  }

  /** Makes a file fresh, be it in the hands of a clean-up. @returns false when there is none. */
  async rescue(path: string): Promise<boolean> {
    if ((await freshen(path)) !== undefined) return true;
    return (await this.#trash.putBack(path)) && (await freshen(path)) !== undefined;
  }

  async #read(repository: Repository, digest: Digest): Promise<Manifest | undefined> {
    try {
      const stored = await this.#manifests.get(repository, digest);
      return stored === undefined ? undefined : parseManifest(stored.bytes, '');
    } catch {
      // Damaged, or none that we can read: clean-up then takes it for one that names everything.
      return undefined;
    }
  }
}

function isAdded(set: Set<string>, digest: Digest): boolean {
  const before = set.size;
  return set.add(digest.toString()).size > before;
}

function manifestsOf({ children, subject }: Manifest): Digest[] {
  const digests = children.map(({ digest }) => digest);
  return subject === undefined ? digests : [...digests, subject.digest];
}
