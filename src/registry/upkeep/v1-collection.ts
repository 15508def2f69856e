import { forEachOf, inGroups } from '../batches.js';
import type { ImageId } from '../model/v1/image-id.js';
import { ImageDisposal } from '../store/docker-registry/image-disposal.js';
import { idsIn } from '../store/docker-registry/image-ids.js';
import { lenientAncestry } from '../store/docker-registry/lenient-ancestry.js';
import type { Terms } from '../store/upkeep.js';
import type { V1Stores } from '../store/v1-contracts.js';
import type { CollectionOptions } from './collection-report.js';
import { type DigestKey, DigestTable } from './digest-table.js';

/** Images looked at side by side: few, so that requests find the disk and the threads free. */
const WIDTH = 8;

/** Images removed with one wait for the disk. */
const GROUP = 64;

/** What goes, or would go. */
export interface V1Removal {
  /** `image`: no tag leads to it. `layer`: its push was never completed. */
  readonly kind: 'image' | 'layer';
  /** Id of the image, or name of the file. */
  readonly name: string;
  /** Bytes that are free afterwards. */
  readonly bytes: number;
}

/** What a clean-up of v1 images goes by. */
export interface V1CollectionOptions {
  readonly stores: V1Stores;
  /** The one in docker-registry's layout that the stores serve. */
  readonly directory: string;
  /** Milliseconds: what somebody has relied on for the last time within this time stays. */
  readonly grace: number;
  /** Milliseconds after which a received layer whose push is not completed goes. */
  readonly uploadTimeout: number;
  /** Changes nothing, and tells what would go. */
  readonly dryRun: boolean;
  /** Asked before each removal: false when another may be collecting by now. */
  readonly mayRemove: () => boolean;
  /** Tells of images that are needed though no tag leads to them. */
  readonly isNeeded?: (id: ImageId) => boolean | Promise<boolean>;
  /** The clock: milliseconds since the epoch. */
  readonly now?: (() => number) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onRemoval?: (removal: V1Removal) => void;
}

/** What a clean-up of v1 images has done or, in a dry run, would have done. */
export interface V1CollectionReport {
  /** Images that went. */
  readonly images: number;
  /** Received layers that went. */
  readonly received: number;
  /** Bytes freed. What another tree has a name for still counts as none. */
  readonly bytes: number;
  /** Images that stay. */
  readonly kept: number;
}

/**
 * Removes v1 images that no tag leads to and nobody has relied on lately, with those below them that nothing else needs,
 * and layers of pushes that were given up.
 *
 * It takes no locks and remembers nothing, so it can be killed at any time and begins anew. In memory it has some 30
 * bytes for each image that stays.
 *
 * @throws the reason of the signal when it is aborted, and the system's errors.
 */
export async function collectV1Images(options: V1CollectionOptions): Promise<V1CollectionReport> {
  if (options.stores.isReadOnly) return { images: 0, received: 0, bytes: 0, kept: 0 };
  return new V1Collection(options).run();
}

/**
 * The clean-up of v1 images as a part of a collection; see {@link CollectionOptions.also}.
 *
 * @param stores as they are, without what came through the v2 API; undefined when the v1 API is off.
 */
export function alsoV1Images(stores: V1Stores | undefined, directory: string): CollectionOptions['also'] {
  return stores === undefined ? undefined : (terms) => collectV1Images({ ...terms, stores, directory });
}

class V1Collection {
  readonly #options: V1CollectionOptions;
  readonly #disposal: ImageDisposal;
  readonly #terms: Terms;
  readonly #marks = new DigestTable();
  readonly #report = { images: 0, received: 0, bytes: 0, kept: 0 };

  constructor(options: V1CollectionOptions) {
    const { grace, dryRun, mayRemove, directory } = options;
    const began = (options.now ?? Date.now)();
    this.#options = options;
    this.#disposal = new ImageDisposal(directory);
    this.#terms = { began, cutoff: began - grace, dryRun, mayRemove };
  }

  async run(): Promise<V1CollectionReport> {
    if (!this.#terms.dryRun) await this.#disposal.recover();
    await this.#markTagged();
    await this.#markFresh();
    await this.#sweep();
    return { ...this.#report };
  }

  async #markTagged(): Promise<void> {
    const { repositories, tags } = this.#options.stores;
    for await (const repository of repositories.list()) {
      this.#goOn();
      for (const id of (await tags.list(repository))?.values() ?? []) await this.#mark(id);
    }
  }

  /** What is below an image that stays has to stay with it, whatever its own age. */
  async #markFresh(): Promise<void> {
    const { isNeeded, uploadTimeout } = this.#options;
    const before = this.#terms.began - uploadTimeout;
    await forEachOf(idsIn(this.#disposal.layout.images), WIDTH, async (id) => {
      this.#goOn();
      for (const { name, bytes } of await this.#disposal.removeReceived(id, before, this.#terms)) {
        this.#tell({ kind: 'layer', name, bytes });
      }
      if (this.#isMarked(id)) return;
      const stays = !(await this.#disposal.isStale(id, this.#terms)) || (await isNeeded?.(id)) === true;
      if (stays) await this.#mark(id);
    });
  }

  async #sweep(): Promise<void> {
    for await (const group of inGroups(idsIn(this.#disposal.layout.images), GROUP)) {
      this.#goOn();
      const unmarked = group.filter((id) => !this.#isMarked(id));
      const removed = await this.#disposal.remove(unmarked, this.#terms);
      for (const { name, bytes } of removed) this.#tell({ kind: 'image', name, bytes });
      this.#report.kept += group.length - removed.length;
    }
  }

  /** Marks an image and those below it. */
  async #mark(id: ImageId): Promise<void> {
    const waiting = [id];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (this.#isMarked(next)) continue;
      const isKnown = (each: ImageId): boolean => this.#isMarked(each);
      const { chain, listed } = await lenientAncestry(this.#disposal.layout, next, isKnown);
      for (const each of chain) this.#marks.add(keyOf(each));
      waiting.push(...listed.filter((each) => !this.#isMarked(each)));
    }
  }

  #isMarked(id: ImageId): boolean {
    return this.#marks.find(keyOf(id)) !== -1;
  }

  #tell(removal: V1Removal): void {
    this.#report[removal.kind === 'image' ? 'images' : 'received'] += 1;
    this.#report.bytes += removal.bytes;
    this.#options.onRemoval?.(removal);
  }

  #goOn(): void {
    this.#options.signal?.throwIfAborted();
  }
}

/** The first 128 bits of an id. Short ones are filled up with what no long one is likely to have there. */
function keyOf({ hex }: ImageId): DigestKey {
  const digits = hex.slice(0, 32).padEnd(32, '0');
  return [
    Number.parseInt(digits.slice(0, 8), 16),
    Number.parseInt(digits.slice(8, 16), 16),
    Number.parseInt(digits.slice(16, 24), 16),
    Number.parseInt(digits.slice(24, 32), 16),
  ];
}
