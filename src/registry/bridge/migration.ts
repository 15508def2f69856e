import { Tag } from '../model/reference.js';
import type { Repository } from '../model/repository.js';
import type { ImageId } from '../model/v1/image-id.js';
import type { V1Repository } from '../model/v1/v1-repository.js';
import type { FilesystemStores } from '../store/filesystem/filesystem-store.js';
import type { V1Stores } from '../store/v1-contracts.js';
import { ImageBridge } from './image-bridge.js';
import { isOvertaken } from './overtaken.js';
import { tagLocksIn } from './tag-locks.js';
import { Unbridgeable } from './unbridgeable.js';

/** A tag whose image cannot be brought over. */
export interface DamagedTag {
  /** As the v1 API has it. */
  readonly repository: string;
  readonly tag: string;
  /** The image at fault: the tag's, or one below it. */
  readonly image: string;
  /** After "the image … ". */
  readonly reason: string;
}

/** What to bring over, and how. */
export interface MigrationOptions {
  readonly stores: FilesystemStores;
  readonly v1: V1Stores;
  /** Of what bridges of these stores have found out; see `openBridge`. */
  readonly directory: string;
  /** Store copies of the layers, and leave the files of the v1 images as they are. */
  readonly copy: boolean;
  /**
   * The v1 images lie in a directory that is not the registry's own, or is read-only: what was pushed through the v2 API
   * stays under its tag.
   */
  readonly isForeign: boolean;
  /** Read and check everything, and store nothing. */
  readonly dryRun: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((totals: MigrationTotals) => void) | undefined;
  readonly onDamaged?: ((tag: DamagedTag) => void) | undefined;
  /** A repository or tag whose name no client of the v2 API can use. */
  readonly onSkipped?: ((name: string) => void) | undefined;
  /** A tag of the v2 API that stays as it is. */
  readonly onKept?: ((name: string) => void) | undefined;
}

/** What a migration has done. */
export interface MigrationTotals {
  readonly repositories: number;
  /** All that were looked at. */
  readonly tags: number;
  /** Tags that have been brought over, or would have been in a dry run. */
  readonly migrated: number;
  /** Tags that had been brought over before. */
  readonly present: number;
  /** Tags under which something was pushed through the v2 API. */
  readonly kept: number;
  readonly damaged: number;
  readonly skipped: number;
  /** Bytes of layers that were read; what was read before is not read again. */
  readonly bytes: number;
}

type Counts = { -readonly [Name in keyof MigrationTotals]: number };

/**
 * Makes the images of all v1 tags in the v2 repositories of the same names. Every layer is read and checked once, and what
 * was found out about it is kept, so that a migration that was stopped goes on where it was.
 *
 * @throws the signal's reason when it is stopped; and what is no image's fault, such as {@link StorageFull}.
 */
export async function migrate(options: MigrationOptions): Promise<MigrationTotals> {
  return new Migration(options).run();
}

class Migration {
  readonly #options: MigrationOptions;
  readonly #bridge: ImageBridge;
  readonly #counts: Counts = {
    repositories: 0,
    tags: 0,
    migrated: 0,
    present: 0,
    kept: 0,
    damaged: 0,
    skipped: 0,
    bytes: 0,
  };

  constructor(options: MigrationOptions) {
    const { stores, v1, directory, copy, dryRun, signal } = options;
    this.#options = options;
    this.#bridge = new ImageBridge({
      images: v1.images,
      adoption: stores.adoption,
      copy,
      directory,
      dryRun,
      signal,
      onBytes: (bytes) => {
        this.#counts.bytes += bytes;
        options.onProgress?.(this.#counts);
      },
    });
  }

  async run(): Promise<MigrationTotals> {
    const { v1, signal, onSkipped } = this.#options;
    for await (const origin of v1.repositories.list()) {
      signal?.throwIfAborted();
      const { successor } = origin;
      if (successor !== undefined) await this.#repository(origin, successor);
      else {
        this.#counts.skipped += 1;
        onSkipped?.(origin.toString());
      }
    }
    return this.#counts;
  }

  async #repository(origin: V1Repository, repository: Repository): Promise<void> {
    const { v1, signal, onSkipped, onProgress } = this.#options;
    this.#counts.repositories += 1;
    for (const [name, image] of (await v1.tags.list(origin)) ?? []) {
      signal?.throwIfAborted();
      const tag = Tag.read(name);
      if (tag === undefined) {
        this.#counts.skipped += 1;
        onSkipped?.(`${origin}:${name}`);
        continue;
      }
      await this.#tag(origin, repository, tag, image);
      onProgress?.(this.#counts);
    }
  }

  async #tag(origin: V1Repository, repository: Repository, tag: Tag, image: ImageId): Promise<void> {
    this.#counts.tags += 1;
    try {
      this.#counts[await this.#bring(origin, repository, tag, image)] += 1;
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      if (!(error instanceof Unbridgeable)) throw error;
      this.#counts.damaged += 1;
      this.#options.onDamaged?.({
        repository: origin.toString(),
        tag: tag.name,
        image: error.image.hex,
        reason: error.reason,
      });
    }
  }

  async #bring(
    origin: V1Repository,
    repository: Repository,
    tag: Tag,
    id: ImageId,
  ): Promise<'migrated' | 'present' | 'kept'> {
    const { stores, v1, directory, dryRun, isForeign, onKept } = this.#options;
    const made = await this.#bridge.make(id);
    const current = await stores.manifests.get(repository, tag);
    if (current?.digest.equals(made.digest) === true) return 'present';
    const { origins } = this.#bridge;
    const stored = await v1.tags.get(origin, tag);
    const isPushed = current !== undefined && (await origins.of(current.digest)).length === 0;
    const isNewer = stored !== undefined && (await isOvertaken(stores, origins, repository, tag, stored));
    if ((isForeign && isPushed) || isNewer) {
      onKept?.(`${repository}:${tag}`);
      return 'kept';
    }
    if (dryRun) return 'migrated';
    const { image, manifest } = await this.#bridge.store(repository, id, made);
    // Pulls and pushes may go on meanwhile.
    await tagLocksIn(directory).hold(origin, [tag], async () => {
      const now = await v1.tags.get(origin, tag);
      // One that has been moved or deleted since is made when somebody asks for it.
      if (now?.image.equals(id) === true)
        await stores.manifests.put(repository, image.digest, manifest, [tag]);
    });
    return 'migrated';
  }
}
