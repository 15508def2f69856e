import { inBatches } from '../batches.js';
import type { TagLocks } from '../bridge/tag-locks.js';
import type { Digest } from '../model/digest.js';
import { parseManifest } from '../model/manifest.js';
import { Tag } from '../model/reference.js';
import type { Repository } from '../model/repository.js';
import type { ImageId } from '../model/v1/image-id.js';
import type { V1Repository } from '../model/v1/v1-repository.js';
import type { Stores } from '../store/contracts.js';
import type { StoredTag, V1Stores, V1TagStore } from '../store/v1-contracts.js';
import type { Materialising } from './materialising.js';
import type { ProjectedImages } from './projected-images.js';
import { sourcesOf, type TaggedImage, type TaggedImages } from './tagged-images.js';

/** Names of tags asked for at a time. */
const PAGE = 1000;

/** Tags looked at side by side. */
const WIDTH = 32;

/** What tags are made of. */
export interface MergedTagsOptions {
  readonly stores: Stores;
  readonly v1: V1Stores;
  readonly tagged: TaggedImages;
  readonly images: ProjectedImages;
  readonly materialising: Materialising;
  /** Those that the v2 API takes before it removes a tag file of the v1 API, or makes a manifest of its image. */
  readonly locks: TagLocks;
}

/**
 * The tags of both APIs together. A tag file of the v1 API is the truth while it is there, since a push through the v2 API
 * removes it; where nothing can be removed, the tag of the v2 API is the newer one.
 */
export class MergedTags implements V1TagStore {
  readonly #options: MergedTagsOptions;

  constructor(options: MergedTagsOptions) {
    this.#options = options;
  }

  async list(repository: V1Repository): Promise<ReadonlyMap<string, ImageId> | undefined> {
    const { v1 } = this.#options;
    const pushed = await v1.tags.list(repository);
    const tags = new Map<string, ImageId>(v1.isReadOnly ? [] : pushed);
    const decided = new Set(tags.keys());
    let isKnown = pushed !== undefined;
    for (const source of sourcesOf(repository)) {
      if (await this.#addThose(source, tags, decided)) isKnown = true;
    }
    for (const [name, image] of pushed ?? []) if (!decided.has(name)) tags.set(name, image);
    if (!isKnown) return undefined;
    return new Map([...tags].sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  get(repository: V1Repository, tag: Tag): StoredTag | undefined | Promise<StoredTag | undefined> {
    const { v1 } = this.#options;
    if (v1.isReadOnly) return this.#newest(repository, tag);
    const pushed = v1.tags.get(repository, tag);
    if (pushed === undefined) return this.#projected(repository, tag);
    return pushed instanceof Promise
      ? pushed.then((found) => found ?? this.#projected(repository, tag))
      : pushed;
  }

  /**
   * As the contract says. The top image of a manifest in the repository's successor is tagged there, by its own digest, and
   * the description is then left out; any other projected image is stored among the pushed ones first.
   */
  async put(repository: V1Repository, tag: Tag, image: ImageId, description: string): Promise<void> {
    const { v1, images, materialising } = this.#options;
    if (v1.isReadOnly) return v1.tags.put(repository, tag, image, description);
    const replaced = await this.#meant(repository, tag);
    const projected = await images.find(image);
    const manifest = projected?.place?.manifest;
    if (manifest !== undefined && (await this.#point(repository, tag, manifest, replaced))) return;
    if (projected !== undefined) await materialising.store(image);
    await v1.tags.put(repository, tag, image, description);
    if (replaced.length > 0) await this.#removeReplaced(repository, tag, replaced);
  }

  /** Removes what a tag file has taken the place of. */
  async #removeReplaced(repository: V1Repository, tag: Tag, replaced: readonly TaggedImage[]): Promise<void> {
    const { v1, locks } = this.#options;
    await locks.hold(repository, [tag], async () => {
      // A newer push through the v2 API has removed the file, and may have brought the same manifest again.
      if ((await v1.tags.get(repository, tag)) !== undefined) await this.#removeThose(tag, replaced);
    });
  }

  async description(repository: V1Repository, tag: Tag | undefined): Promise<string | undefined> {
    return this.#options.v1.tags.description(repository, tag);
  }

  async remove(repository: V1Repository, tag: Tag, writing?: string): Promise<boolean> {
    const { v1, locks } = this.#options;
    if (v1.isReadOnly) return v1.tags.remove(repository, tag, writing);
    // Or a pull that is making a manifest of the tag's image could bring the tag back.
    return locks.hold(repository, [tag], () => this.#removeAlone(repository, tag, writing));
  }

  async #removeAlone(repository: V1Repository, tag: Tag, writing: string | undefined): Promise<boolean> {
    const { v1 } = this.#options;
    const meant = await this.#meant(repository, tag);
    if (writing !== undefined && meant.some((each) => writingOf(each) === writing)) {
      return this.#removeThose(
        tag,
        meant.filter((each) => writingOf(each) === writing),
      );
    }
    const isRemoved = await v1.tags.remove(repository, tag, writing);
    // Somebody has written it since.
    if (writing !== undefined && !isRemoved) return false;
    return (await this.#removeThose(tag, meant)) || isRemoved;
  }

  /** Why a tag of the v2 API is not shown; undefined when it is, or there is none. */
  async reason(repository: V1Repository, tag: Tag): Promise<string | undefined> {
    const found = await this.#first(repository, tag);
    if (found === undefined) return undefined;
    const { image, place } = found;
    const why = image === undefined ? found.reason : place && (await this.#options.images.reason(place));
    return why === undefined ? undefined : `the manifest ${found.manifest} ${why}`;
  }

  /** Adds what a repository of the v2 API has and no other decided. @returns false when there is no such repository. */
  async #addThose(source: Repository, tags: Map<string, ImageId>, decided: Set<string>): Promise<boolean> {
    const { stores, tagged } = this.#options;
    for (let after: string | undefined; ; ) {
      const listing = await stores.tags.list(source, {
        limit: PAGE,
        ...(after === undefined ? {} : { after }),
      });
      if (listing === undefined) return false;
      const wanted = listing.names.map((name) => Tag.read(name)).filter((tag) => tag !== undefined);
      const open = wanted.filter(({ name }) => !decided.has(name));
      const found = await inBatches(open, WIDTH, (tag) => tagged.find(source, tag));
      for (const [index, { name }] of open.entries()) {
        const each = found[index];
        if (each === undefined) continue;
        decided.add(name);
        if (each.image !== undefined) tags.set(name, each.image);
      }
      after = listing.names.at(-1);
      if (!listing.more || after === undefined) return true;
    }
  }

  /** What the v2 API says of a tag: the first repository that has it decides. */
  async #first(repository: V1Repository, tag: Tag): Promise<TaggedImage | undefined> {
    for (const source of sourcesOf(repository)) {
      const found = await this.#options.tagged.find(source, tag);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async #projected(repository: V1Repository, tag: Tag): Promise<StoredTag | undefined> {
    const found = await this.#first(repository, tag);
    return found?.image === undefined ? undefined : { image: found.image, writing: writingOf(found) };
  }

  async #newest(repository: V1Repository, tag: Tag): Promise<StoredTag | undefined> {
    const found = await this.#first(repository, tag);
    if (found === undefined) return this.#options.v1.tags.get(repository, tag);
    return found.image === undefined ? undefined : { image: found.image, writing: writingOf(found) };
  }

  /** What the tag means in all repositories of the v2 API that it may be found in. */
  async #meant(repository: V1Repository, tag: Tag): Promise<TaggedImage[]> {
    const found = sourcesOf(repository).map((source) => this.#options.tagged.find(source, tag));
    return (await Promise.all(found)).filter((each) => each !== undefined);
  }

  /** Removes a tag where it still means what it meant. @returns whether there was one. */
  async #removeThose(tag: Tag, meant: readonly TaggedImage[]): Promise<boolean> {
    const { stores } = this.#options;
    let isRemoved = false;
    for (const { repository, manifest } of meant) {
      const now = await this.#options.tagged.find(repository, tag);
      // A push that came meanwhile is newer.
      if (now?.manifest.equals(manifest) !== true) continue;
      if (await stores.tags.remove(repository, tag)) isRemoved = true;
    }
    return isRemoved;
  }

  /**
   * Makes a tag mean a manifest of the successor.
   *
   * @param replaced what it has meant. @returns false when the successor does not hold the manifest.
   */
  async #point(
    repository: V1Repository,
    tag: Tag,
    digest: Digest,
    replaced: readonly TaggedImage[],
  ): Promise<boolean> {
    const { stores, v1, locks } = this.#options;
    const { successor } = repository;
    const stored = successor === undefined ? undefined : await stores.manifests.keep(successor, digest);
    if (successor === undefined || stored === undefined) return false;
    // Or a pull could bring the image of the old tag file back before that is removed.
    await locks.hold(repository, [tag], async () => {
      const before = await v1.tags.get(repository, tag);
      await stores.manifests.put(successor, digest, parseManifest(stored.bytes, ''), [tag]);
      if (before !== undefined) await v1.tags.remove(repository, tag, before.writing);
    });
    const others = replaced.filter((each) => each.repository.name !== successor.name);
    await this.#removeThose(tag, others);
    return true;
  }
}

/** Stands for a tag of the v2 API as long as it means the same manifest. */
function writingOf({ repository, manifest }: TaggedImage): string {
  return `${repository}@${manifest}`;
}
