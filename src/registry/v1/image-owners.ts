import type { Exchange } from '../../exchange/exchange.js';
import type { Rights } from '../../exchange/rights.js';
import type { ImageId } from '../model/v1/image-id.js';
import type { V1Repository } from '../model/v1/v1-repository.js';
import { Slots } from '../slots.js';
import type { V1Stores } from '../store/v1-contracts.js';
import { busy } from './failures.js';
import type { Membership } from './membership.js';
import { askerOf, RecentRepositories } from './recent-repositories.js';
import { mayIn } from './repository-rights.js';

/** Repositories that one search looks into, and those whose names it passes to find them. */
const SEARCHED = 1_000;
const PASSED = 100_000;

/** Searches at a time, and those that may wait. */
const AT_ONCE = 2;
const WAITING = 100;

/** Images whose pushes are remembered, some 30 MB at most, and for how many milliseconds. */
const PROVEN = 100_000;
const BELIEVED = 3_600_000;

type Belongs = (repository: V1Repository) => Promise<boolean>;

/** That somebody has sent the layer of an image, and then proved it whole. */
interface Proof {
  readonly repository: V1Repository;
  /** Checksum of what was sent. */
  readonly payload: string;
  readonly isWhole: boolean;
  readonly until: number;
}

/**
 * Finds out whether an image belongs to a repository that somebody may use. First where they were last, then, as far as a
 * bound, everywhere. Rights are asked each time; only where to look is remembered.
 *
 * To announce an image takes no more than its id, so it shows nothing of one that is there. What shows an image is a tag
 * above it, or to have pushed all of it.
 */
export class ImageOwners {
  readonly #stores: V1Stores;
  readonly #membership: Membership;
  readonly #now: () => number;
  readonly #slots = new Slots(AT_ONCE);
  readonly #proofs = new Map<string, Proof>();
  readonly recent = new RecentRepositories();

  /** @param now milliseconds of a clock that never goes back. */
  constructor(stores: V1Stores, membership: Membership, now: () => number = () => performance.now()) {
    this.#stores = stores;
    this.#membership = membership;
    this.#now = now;
  }

  /**
   * Whether an image lies below a tag of a repository that may be pulled, or whoever asks has just pushed it.
   *
   * @throws {Failure} 503 when too many wait for an answer.
   */
  async isReadable(exchange: Exchange, rights: Rights, id: ImageId): Promise<boolean> {
    if (this.isProven(exchange, id)) return true;
    // To look for what is nowhere would take the longest.
    if (!(await this.#isThere(id))) return false;
    const isOpen = (repository: V1Repository): boolean => mayIn(rights, 'pull', repository);
    const found = await this.#find(exchange, isOpen, (repository) => this.#membership.shows(repository, id));
    return found !== undefined;
  }

  /**
   * A repository that may be pushed to and has announced the image; undefined when there is none.
   *
   * @throws {Failure} 503 when too many wait for an answer.
   */
  announcing(exchange: Exchange, rights: Rights, id: ImageId): Promise<V1Repository | undefined> {
    const isOpen = (repository: V1Repository): boolean => mayIn(rights, 'push', repository);
    return this.#find(exchange, isOpen, (repository) => this.#membership.announces(repository, id));
  }

  /** Learns that somebody has sent a layer for an image. */
  received(exchange: Exchange, id: ImageId, repository: V1Repository, payload: string): void {
    this.#keep(keyOf(exchange, id), { repository, payload, isWhole: false, until: this.#now() + BELIEVED });
  }

  /** Learns that an image is whole with a layer, which is theirs to read when they have sent it themselves. */
  completed(exchange: Exchange, id: ImageId, payload: string): void {
    const key = keyOf(exchange, id);
    const sent = this.#proofs.get(key);
    if (sent?.payload === payload) this.#keep(key, { ...sent, isWhole: true });
  }

  #keep(key: string, proof: Proof): void {
    this.#proofs.delete(key);
    this.#proofs.set(key, proof);
    if (this.#proofs.size <= PROVEN) return;
    const [oldest] = this.#proofs.keys();
    if (oldest !== undefined) this.#proofs.delete(oldest);
  }

  /** Whether whoever asks has just pushed the image, into a repository to which they still may push. */
  isProven(exchange: Exchange, id: ImageId): boolean {
    const proof = this.#proofs.get(keyOf(exchange, id));
    if (proof === undefined || !proof.isWhole || proof.until <= this.#now()) return false;
    return mayIn(exchange.rights, 'push', proof.repository);
  }

  async #isThere(id: ImageId): Promise<boolean> {
    return (await this.#membership.find(id)) !== undefined;
  }

  async #find(
    exchange: Exchange,
    isOpen: (repository: V1Repository) => boolean,
    belongs: Belongs,
  ): Promise<V1Repository | undefined> {
    for (const repository of this.recent.of(exchange)) {
      if (isOpen(repository) && (await belongs(repository))) return repository;
    }
    const search = this.#slots.runUnlessBusy(WAITING, () => this.#search(isOpen, belongs));
    if (search === undefined) throw busy('too many requests wait for the repository of an image');
    const found = await search;
    if (found !== undefined) this.recent.note(exchange, found);
    return found;
  }

  async #search(
    isOpen: (repository: V1Repository) => boolean,
    belongs: Belongs,
  ): Promise<V1Repository | undefined> {
    let passed = 0;
    let searched = 0;
    for await (const repository of this.#stores.repositories.list()) {
      passed += 1;
      if (isOpen(repository)) {
        if (await belongs(repository)) return repository;
        searched += 1;
      }
      if (passed >= PASSED || searched >= SEARCHED) return undefined;
    }
    return undefined;
  }
}

function keyOf(exchange: Exchange, { hex }: ImageId): string {
  return `${hex} ${askerOf(exchange)}`;
}
