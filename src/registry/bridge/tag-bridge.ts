import { Failure } from '../../exchange/failure.js';
import { BoundedMap } from '../bounded-map.js';
import type { Digest } from '../model/digest.js';
import type { Tag } from '../model/reference.js';
import type { Repository } from '../model/repository.js';
import type { V1Repository } from '../model/v1/v1-repository.js';
import type { StoredManifest } from '../store/contracts.js';
import type { FilesystemStores } from '../store/filesystem/filesystem-store.js';
import type { StoredTag, V1TagStore } from '../store/v1-contracts.js';
import type { ImageBridge } from './image-bridge.js';
import { isOvertaken } from './overtaken.js';
import type { TagLocks } from './tag-locks.js';
import { Unbridgeable } from './unbridgeable.js';

/** Milliseconds for which the files of an image are not looked at again. */
const AGAIN_AFTER = 5_000;

/** Bridged tags remembered. */
const REMEMBERED = 10_000;

/** How often to begin anew when the v1 tag moves meanwhile. */
const ATTEMPTS = 5;

interface Bridged {
  readonly digest: Digest;
  readonly at: number;
}

/** What a tag bridge works with. */
export interface TagBridgeParts {
  readonly stores: Pick<FilesystemStores, 'manifests' | 'tags'>;
  readonly tags: V1TagStore;
  readonly bridge: ImageBridge;
  readonly locks: TagLocks;
}

/** Finds the manifests that v1 tags lead to, and makes those that are missing. */
export class TagBridge {
  readonly #parts: TagBridgeParts;
  readonly #bridged = new BoundedMap<Bridged>(REMEMBERED);
  readonly #running = new Map<string, Promise<StoredManifest | undefined>>();

  constructor(parts: TagBridgeParts) {
    this.#parts = parts;
  }

  /**
   * The manifest of a tag that the v1 side has.
   *
   * @param stored the tag as it was seen. @returns undefined when it has gone meanwhile.
   * @throws {Failure} 404 MANIFEST_UNKNOWN with the reason when the image cannot be bridged.
   */
  async manifest(
    repository: Repository,
    origin: V1Repository,
    tag: Tag,
    stored: StoredTag,
  ): Promise<StoredManifest | undefined> {
    const key = `${repository}:${tag}@${stored.image}`;
    const known = this.#bridged.get(key);
    if (known !== undefined && performance.now() - known.at < AGAIN_AFTER) {
      const manifest = await this.#parts.stores.manifests.get(repository, known.digest);
      if (manifest !== undefined) return manifest;
    }
    // All who ask while it is being made get the same.
    let running = this.#running.get(key);
    if (running === undefined) {
      running = this.#make(repository, origin, tag, stored, key).finally(() => this.#running.delete(key));
      this.#running.set(key, running);
    }
    return running;
  }

  async #make(
    repository: Repository,
    origin: V1Repository,
    tag: Tag,
    stored: StoredTag,
    key: string,
  ): Promise<StoredManifest | undefined> {
    try {
      return await this.#bring(repository, origin, tag, stored, key);
    } catch (error) {
      if (!(error instanceof Unbridgeable)) throw error;
      // What was made while the image was whole still is.
      const earlier = await this.#parts.stores.manifests.get(repository, tag);
      if (earlier !== undefined) {
        const images = await this.#parts.bridge.origins.of(earlier.digest);
        if (images.some((image) => image.equals(stored.image))) return earlier;
      }
      throw new Failure(
        404,
        'MANIFEST_UNKNOWN',
        `the tag ${tag} of ${repository} cannot be pulled: ${error.message}`,
        {
          detail: {
            name: repository.name,
            reference: tag.name,
            image: error.image.hex,
            reason: error.reason,
          },
          cause: error,
        },
      );
    }
  }

  async #bring(
    repository: Repository,
    origin: V1Repository,
    tag: Tag,
    stored: StoredTag,
    key: string,
  ): Promise<StoredManifest | undefined> {
    const { tags, bridge, stores } = this.#parts;
    const { manifests } = stores;
    let seen = stored;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      if (await this.#yields(repository, origin, tag, seen)) return manifests.get(repository, tag);
      const made = await bridge.make(seen.image);
      // Also when the manifest is there: somebody may have deleted what it names.
      const { image, manifest } = await bridge.store(repository, seen.image, made);
      const current = await manifests.get(repository, tag);
      if (current?.digest.equals(image.digest) === true) {
        if (seen === stored) this.#remember(key, image.digest);
        return current;
      }
      const isPut = await this.#parts.locks.hold(origin, [tag], async () => {
        const now = await tags.get(origin, tag);
        if (now?.writing !== seen.writing) return false;
        await manifests.put(repository, image.digest, manifest, [tag]);
        return true;
      });
      if (isPut) {
        if (seen === stored) this.#remember(key, image.digest);
        return manifests.get(repository, image.digest);
      }
      const next = await tags.get(origin, tag);
      if (next === undefined) return manifests.get(repository, tag);
      seen = next;
    }
    throw new Error(`the v1 tag ${tag} of ${origin} never stays the same`);
  }

  /** Takes a v1 tag away that has been overtaken. */
  async #yields(repository: Repository, origin: V1Repository, tag: Tag, stored: StoredTag): Promise<boolean> {
    const { stores, tags, bridge, locks } = this.#parts;
    if (!(await isOvertaken(stores, bridge.origins, repository, tag, stored))) return false;
    return locks.hold(origin, [tag], () => tags.remove(origin, tag, stored.writing));
  }

  #remember(key: string, digest: Digest): void {
    this.#bridged.set(key, { digest, at: performance.now() });
  }
}
