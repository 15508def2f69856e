import { Digest } from '../model/digest.js';
import type { Manifest } from '../model/manifest.js';
import { type Reference, Tag } from '../model/reference.js';
import type { Repository } from '../model/repository.js';
import { V1Repository } from '../model/v1/v1-repository.js';
import type { ManifestStore, StoredManifest } from '../store/contracts.js';
import type { StoredTag, V1Stores } from '../store/v1-contracts.js';
import type { Origins } from './origins.js';
import type { Siblings } from './siblings.js';
import type { TagBridge } from './tag-bridge.js';
import type { TagLocks } from './tag-locks.js';
import { heldByReadOnly, seenTags, tagsOfImages } from './v1-tags.js';

/** What the merged stores work with. */
export interface BridgeParts<Inner> {
  readonly inner: Inner;
  readonly v1: V1Stores;
  readonly tagBridge: TagBridge;
  readonly origins: Origins;
  readonly locks: TagLocks;
  readonly siblings: Siblings;
}

/**
 * Manifests of both APIs. While a v1 tag is there it is the truth, and whoever pushes over it through the v2 API removes
 * it. A v1 directory that is read-only never changes, so what was pushed through the v2 API comes before its tags.
 */
export class BridgedManifests implements ManifestStore {
  readonly #parts: BridgeParts<ManifestStore>;

  constructor(parts: BridgeParts<ManifestStore>) {
    this.#parts = parts;
  }

  get(repository: Repository, reference: Reference): Promise<StoredManifest | undefined> {
    if (reference instanceof Digest) return this.#byDigest(repository, reference);
    const { inner, v1 } = this.#parts;
    const origin = V1Repository.of(repository);
    if (origin === undefined) return inner.get(repository, reference);
    if (v1.isReadOnly) return this.#innerFirst(repository, origin, reference);
    const stored = v1.tags.get(origin, reference);
    // Nothing is waited for where the answer is at hand: this is in the way of every pull.
    if (stored === undefined) return inner.get(repository, reference);
    return this.#byTag(repository, origin, reference, stored);
  }

  async #byTag(
    repository: Repository,
    origin: V1Repository,
    tag: Tag,
    pending: StoredTag | Promise<StoredTag | undefined>,
  ): Promise<StoredManifest | undefined> {
    const stored = pending instanceof Promise ? await pending : pending;
    if (stored === undefined) return this.#parts.inner.get(repository, tag);
    return this.#parts.tagBridge.manifest(repository, origin, tag, stored);
  }

  async #innerFirst(
    repository: Repository,
    origin: V1Repository,
    tag: Tag,
  ): Promise<StoredManifest | undefined> {
    const { inner, v1, tagBridge } = this.#parts;
    const manifest = await inner.get(repository, tag);
    if (manifest !== undefined) return manifest;
    const stored = await v1.tags.get(origin, tag);
    return stored === undefined ? undefined : tagBridge.manifest(repository, origin, tag, stored);
  }

  /** One that was made before and has been cleaned up is made again while a v1 tag leads to it. */
  async #byDigest(repository: Repository, digest: Digest): Promise<StoredManifest | undefined> {
    const { inner, tagBridge, v1 } = this.#parts;
    const manifest = await inner.get(repository, digest);
    const origin = V1Repository.of(repository);
    if (manifest !== undefined || origin === undefined) return manifest;
    for (const tag of await this.#tagsOf(origin, digest)) {
      const stored = await v1.tags.get(origin, tag);
      if (stored === undefined) continue;
      const made = await tagBridge.manifest(repository, origin, tag, stored).catch(() => undefined);
      if (made?.digest.equals(digest) === true) return made;
    }
    return undefined;
  }

  /** The v1 tags whose images a manifest was made from. */
  async #tagsOf(origin: V1Repository, digest: Digest): Promise<Tag[]> {
    const { v1, origins } = this.#parts;
    return tagsOfImages(v1, origin, await origins.of(digest), (name) => Tag.read(name));
  }

  async keep(repository: Repository, digest: Digest): Promise<StoredManifest | undefined> {
    return (await this.#parts.inner.keep(repository, digest)) ?? this.#byDigest(repository, digest);
  }

  async put(repository: Repository, digest: Digest, manifest: Manifest, tags: readonly Tag[]): Promise<void> {
    const { inner, v1, locks, siblings } = this.#parts;
    const origin = V1Repository.of(repository);
    const seen = origin === undefined || v1.isReadOnly ? [] : await seenTags(v1, origin, tags);
    if (origin === undefined || seen.length === 0) return inner.put(repository, digest, manifest, tags);
    const shadowing = seen.map(({ tag }) => tag);
    await locks.hold(origin, shadowing, async () => {
      await inner.put(repository, digest, manifest, tags);
      for (const { tag, stored } of seen) {
        await siblings.remove(origin, repository, tag, stored);
        // A v1 push that has come meanwhile is the newer one, and stays.
        await v1.tags.remove(origin, tag, stored.writing);
      }
    });
  }

  async remove(repository: Repository, digest: Digest): Promise<boolean> {
    const { inner, v1, locks, siblings } = this.#parts;
    const origin = V1Repository.of(repository);
    const tags = origin === undefined ? [] : await this.#tagsOf(origin, digest);
    if (origin === undefined || tags.length === 0) return inner.remove(repository, digest);
    if (v1.isReadOnly) throw heldByReadOnly(origin, `the manifest ${digest}`);
    const seen = await seenTags(v1, origin, tags);
    let hasRemoved = false;
    for (const { tag, stored } of seen) {
      await locks.hold(origin, [tag], async () => {
        await siblings.remove(origin, repository, tag, stored);
        if (await v1.tags.remove(origin, tag, stored.writing)) hasRemoved = true;
      });
    }
    return (await inner.remove(repository, digest)) || hasRemoved;
  }
}
