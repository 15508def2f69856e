import { inBatches } from '../batches.js';
import type { TagLocks } from '../bridge/tag-locks.js';
import { Tag } from '../model/reference.js';
import type { Repository } from '../model/repository.js';
import type { V1Repository } from '../model/v1/v1-repository.js';
import type { Stores } from '../store/contracts.js';
import type { ListedImage, V1RepositoryStore, V1Stores } from '../store/v1-contracts.js';
import { catalogLists, merged } from './merged-names.js';
import type { ProjectedImages } from './projected-images.js';
import { sourcesOf, type TaggedImages } from './tagged-images.js';

/** Tags looked at for the list of a repository's images, and those of them whose configs are read. */
const LISTED = 10_000;
const WITH_ANCESTORS = 1000;

/** Names of tags asked for at a time. */
const PAGE = 1000;

/** Tags waited for side by side. */
const WIDTH = 32;

/** What repositories are made of. */
export interface MergedRepositoriesOptions {
  readonly stores: Stores;
  readonly v1: V1Stores;
  readonly tagged: TaggedImages;
  readonly images: ProjectedImages;
  readonly locks: TagLocks;
}

/** The repositories of both APIs together. */
export class MergedRepositories implements V1RepositoryStore {
  readonly #options: MergedRepositoriesOptions;

  constructor(options: MergedRepositoriesOptions) {
    this.#options = options;
  }

  async has(repository: V1Repository): Promise<boolean> {
    const { v1, stores } = this.#options;
    if (await v1.repositories.has(repository)) return true;
    for (const source of sourcesOf(repository)) if (await stores.catalog.has(source)) return true;
    return false;
  }

  list(): AsyncIterable<V1Repository> {
    const { v1, stores } = this.#options;
    return merged([v1.repositories.list(), ...catalogLists(stores.catalog)]);
  }

  /**
   * The announced images and those that tags of the v2 API mean; with all below them, as the configs of the first 1000 of
   * these say.
   */
  async images(repository: V1Repository): Promise<readonly ListedImage[] | undefined> {
    const announced = await this.#options.v1.repositories.images(repository);
    const ids = await this.#tagged(repository);
    if (ids === undefined) return announced;
    for (const { id } of announced ?? []) ids.delete(id);
    return [...(announced ?? []), ...[...ids].map((id) => ({ id }))];
  }

  announce(repository: V1Repository, images: readonly ListedImage[]): Promise<void> {
    return this.#options.v1.repositories.announce(repository, images);
  }

  isPrivate(repository: V1Repository): Promise<boolean> {
    return this.#options.v1.repositories.isPrivate(repository);
  }

  setPrivate(repository: V1Repository, isPrivate: boolean): Promise<void> {
    return this.#options.v1.repositories.setPrivate(repository, isPrivate);
  }

  /** Takes the tags away in both APIs; manifests stay until a clean-up, as pushed images do. */
  async remove(repository: V1Repository): Promise<boolean> {
    const { v1, stores, locks } = this.#options;
    const pushed = v1.isReadOnly ? undefined : await v1.tags.list(repository);
    let isRemoved = await v1.repositories.remove(repository);
    // Pulls that are making manifests of its images are waited for, or they could bring its tags back.
    await inBatches([...(pushed ?? new Map()).keys()], WIDTH, async (name: string) => {
      const tag = Tag.read(name);
      if (tag !== undefined) await locks.hold(repository, [tag], async () => undefined);
    });
    for (const source of sourcesOf(repository)) {
      for await (const tag of this.#tags(source)) {
        if (await stores.tags.remove(source, tag)) isRemoved = true;
      }
    }
    return isRemoved;
  }

  /** @returns undefined when no repository of the v2 API has tags. */
  async #tagged(repository: V1Repository): Promise<Set<string> | undefined> {
    const { tagged, images } = this.#options;
    const ids = new Set<string>();
    let looked = 0;
    for (const source of sourcesOf(repository)) {
      for await (const tag of this.#tags(source)) {
        if (looked === LISTED) return ids;
        looked += 1;
        const image = await tagged.find(source, tag);
        if (image?.image === undefined || ids.has(image.image.hex)) continue;
        ids.add(image.image.hex);
        if (looked > WITH_ANCESTORS) continue;
        for (const id of await images.claimed(image.image)) ids.add(id.hex);
      }
    }
    return looked === 0 ? undefined : ids;
  }

  async *#tags(source: Repository): AsyncGenerator<Tag> {
    const { tags } = this.#options.stores;
    for (let after: string | undefined; ; ) {
      const listing = await tags.list(source, { limit: PAGE, ...(after === undefined ? {} : { after }) });
      for (const name of listing?.names ?? []) {
        const tag = Tag.read(name);
        if (tag !== undefined) yield tag;
      }
      after = listing?.names.at(-1);
      if (listing?.more !== true || after === undefined) return;
    }
  }
}
