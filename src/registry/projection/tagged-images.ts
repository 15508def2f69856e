import { BoundedMap } from '../bounded-map.js';
import { Digest } from '../model/digest.js';
import type { Tag } from '../model/reference.js';
import { Repository } from '../model/repository.js';
import { ImageId } from '../model/v1/image-id.js';
import { DEFAULT_NAMESPACE, type V1Repository } from '../model/v1/v1-repository.js';
import type { ManifestStore, StoredManifest } from '../store/contracts.js';
import { StoredContentDamaged } from '../store/failure.js';
import { ImageDamaged, type ImageStore } from '../store/v1-contracts.js';
import { readShape } from './image-shape.js';
import type { Places } from './places.js';
import type { Place } from './records.js';

/** Manifests of which is remembered what they are to the v1 API. */
const REMEMBERED = 20_000;

/** What a tag of the v2 API means to the v1 API. */
export interface TaggedImage {
  readonly repository: Repository;
  /** The manifest that the tag leads to. */
  readonly manifest: Digest;
  /** The image that it is; undefined when the v1 API cannot express it. */
  readonly image: ImageId | undefined;
  /** Of the manifest of the image, when the image is made of it. */
  readonly place: Place | undefined;
  /** Why it cannot, as the end of a sentence: `is not the manifest of an image`. */
  readonly reason: string | undefined;
}

interface Shown {
  /** Of the image, not of an index that it is in. */
  readonly manifest: Digest;
  readonly shown: ImageId | string;
  /** A v1 client has pushed it. */
  readonly isPushed: boolean;
}

/** What tags are looked up in. */
export interface TaggedImagesOptions {
  readonly manifests: ManifestStore;
  /** Images that v1 clients have pushed. */
  readonly images: ImageStore;
  readonly places: Places;
  /** The pushed image that a manifest was made of, if it was. */
  readonly origin: (manifest: Digest) => Promise<ImageId | undefined>;
}

/** The repositories of the v2 API whose tags a repository of the v1 API shows; those of the first one come first. */
export function sourcesOf(repository: V1Repository): Repository[] {
  const plain = repository.successor;
  const long =
    repository.namespace === DEFAULT_NAMESPACE ? Repository.read(repository.toString()) : undefined;
  return [plain, long].filter((source) => source !== undefined);
}

/** Finds out which images the tags of the v2 API mean. Reads manifests, but neither configs nor layers. */
export class TaggedImages {
  readonly #options: TaggedImagesOptions;
  /** By the manifest's digest. An index leads to another manifest. */
  readonly #meanings = new BoundedMap<ImageId | Digest | string>(REMEMBERED);

  constructor(options: TaggedImagesOptions) {
    this.#options = options;
  }

  /** @returns undefined when the repository has no such tag. */
  async find(repository: Repository, tag: Tag): Promise<TaggedImage | undefined> {
    try {
      const stored = await this.#options.manifests.get(repository, tag);
      if (stored === undefined) return undefined;
      const { manifest, shown, isPushed } = await this.#shownBy(repository, stored);
      const isShown = shown instanceof ImageId;
      return {
        repository,
        manifest: stored.digest,
        image: isShown ? shown : undefined,
        place: isShown && !isPushed ? { repository, manifest } : undefined,
        reason: isShown ? undefined : shown,
      };
    } catch (error) {
      // One damaged manifest must not take the other tags out of a list.
      if (!(error instanceof StoredContentDamaged)) throw error;
      return { repository, manifest: error.digest, image: undefined, place: undefined, reason: 'is damaged' };
    }
  }

  async #shownBy(repository: Repository, stored: StoredManifest): Promise<Shown> {
    const meaning = this.#meaning(stored);
    if (!(meaning instanceof Digest)) return this.#shown(repository, stored.digest, meaning);
    const child = await this.#options.manifests.get(repository, meaning);
    if (child === undefined) return hidden(meaning, 'is an index of an image that is not here');
    const inner = this.#meaning(child);
    return inner instanceof Digest
      ? hidden(meaning, 'is an index of an index')
      : this.#shown(repository, child.digest, inner);
  }

  #meaning(stored: StoredManifest): ImageId | Digest | string {
    const key = stored.digest.toString();
    const known = this.#meanings.get(key);
    if (known !== undefined) return known;
    const shape = readShape(stored);
    const meaning = typeof shape === 'string' || shape instanceof Digest ? shape : shape.top;
    this.#meanings.set(key, meaning);
    return meaning;
  }

  async #shown(repository: Repository, manifest: Digest, meaning: ImageId | string): Promise<Shown> {
    const origin = await this.#options.origin(manifest);
    // The image may have been cleaned up; its manifest still has all that it was made of.
    if (origin !== undefined && (await this.#isThere(origin))) {
      return { manifest, shown: origin, isPushed: true };
    }
    if (typeof meaning === 'string') return hidden(manifest, meaning);
    const refusal = await this.#options.places.note(meaning, { repository, manifest });
    return { manifest, shown: refusal ?? meaning, isPushed: false };
  }

  async #isThere(pushed: ImageId): Promise<boolean> {
    try {
      return (await this.#options.images.find(pushed)) !== undefined;
    } catch (error) {
      if (error instanceof ImageDamaged) return false;
      throw error;
    }
  }
}

function hidden(manifest: Digest, shown: string): Shown {
  return { manifest, shown, isPushed: false };
}
