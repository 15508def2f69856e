import type { ImageId } from '../model/v1/image-id.js';
import type { V1Repository } from '../model/v1/v1-repository.js';
import { Slots } from '../slots.js';
import { ImageDamaged, type StoredImage, type V1Stores } from '../store/v1-contracts.js';
import { busy } from './failures.js';

/** Pairs of a repository and an image that are remembered: some 20 MB at most. */
const REMEMBERED = 100_000;

/** Milliseconds for which an image that has been found in a repository is believed to stay in it. */
const BELIEVED = 60_000;

/** Searches at a time, and those that may wait: each may look at every tag of a repository. */
const AT_ONCE = 4;
const WAITING = 1000;

/**
 * Tells which images belong to a repository: those that a client has announced, and those below its tags. What is found
 * is remembered for a while; what is not found is looked for anew, since it may have just been announced elsewhere.
 */
export class Membership {
  readonly #stores: V1Stores;
  readonly #now: () => number;
  readonly #found = new Map<string, number>();
  readonly #slots = new Slots(AT_ONCE);

  /** @param now milliseconds of a clock that never goes back. */
  constructor(stores: V1Stores, now: () => number = () => performance.now()) {
    this.#stores = stores;
    this.#now = now;
  }

  /** @throws {Failure} 503 when too many wait for an answer. */
  async holds(repository: V1Repository, id: ImageId): Promise<boolean> {
    if (this.#isBelieved(taggedKey(repository, id)) || this.#isBelieved(announcedKey(repository, id))) {
      return true;
    }
    return this.#inTurn(() => this.#search(repository, id));
  }

  /**
   * As {@link isTagged}, out of memory when it has been found of late.
   *
   * @throws {Failure} 503 when too many wait for an answer.
   */
  async shows(repository: V1Repository, id: ImageId): Promise<boolean> {
    if (this.#isBelieved(taggedKey(repository, id))) return true;
    return this.#inTurn(() => this.isTagged(repository, id));
  }

  /**
   * Whether a client has announced the image.
   *
   * @throws {Failure} 503 when too many wait for an answer.
   */
  async announces(repository: V1Repository, id: ImageId): Promise<boolean> {
    if (this.#isBelieved(announcedKey(repository, id))) return true;
    return this.#inTurn(() => this.#isAnnounced(repository, id));
  }

  /** Whether the image lies below a tag of the repository. */
  async isTagged(repository: V1Repository, id: ImageId): Promise<boolean> {
    const seen = new Set<string>();
    for (const image of (await this.#stores.tags.list(repository))?.values() ?? []) {
      if (seen.has(image.hex)) continue;
      seen.add(image.hex);
      const ancestry = (await this.find(image))?.ancestry ?? [];
      if (!ancestry.some((other) => other.equals(id))) continue;
      for (const member of ancestry) this.#remember(taggedKey(repository, member));
      return true;
    }
    return false;
  }

  async #search(repository: V1Repository, id: ImageId): Promise<boolean> {
    return (await this.#isAnnounced(repository, id)) || this.isTagged(repository, id);
  }

  async #isAnnounced(repository: V1Repository, id: ImageId): Promise<boolean> {
    const announced = await this.#stores.repositories.images(repository);
    if (announced?.some((image) => image.id === id.hex) !== true) return false;
    this.#remember(announcedKey(repository, id));
    return true;
  }

  async #inTurn(search: () => Promise<boolean>): Promise<boolean> {
    const searched = this.#slots.runUnlessBusy(WAITING, search);
    if (searched === undefined) throw busy('too many requests wait for the images of a repository');
    return searched;
  }

  #isBelieved(key: string): boolean {
    return (this.#found.get(key) ?? Number.NEGATIVE_INFINITY) > this.#now() - BELIEVED;
  }

  /** An image; undefined for one that is not there, and for one that is damaged. */
  async find(id: ImageId): Promise<StoredImage | undefined> {
    try {
      return await this.#stores.images.find(id);
    } catch (error) {
      // The others of the repository can still be had.
      if (error instanceof ImageDamaged) return undefined;
      throw error;
    }
  }

  #remember(key: string): void {
    this.#found.delete(key);
    this.#found.set(key, this.#now());
    if (this.#found.size <= REMEMBERED) return;
    const [oldest] = this.#found.keys();
    if (oldest !== undefined) this.#found.delete(oldest);
  }
}

function taggedKey(repository: V1Repository, id: ImageId): string {
  return `${repository} ${id}`;
}

function announcedKey(repository: V1Repository, id: ImageId): string {
  return `${repository} ${id} announced`;
}
