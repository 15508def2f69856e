import { statfs } from 'node:fs/promises';
import type { MetricSink, Source } from './source.js';

/** Milliseconds after which a reader causes a new look. */
const LIFETIME = 5_000;

/**
 * How much room there is where a directory lies. The file system is asked behind the reader's back: one that hangs (a network
 * share) must not hold up all other numbers. So a reader gets what the last look found.
 */
export class DiskSpace implements Source {
  readonly #directory: string;
  #found: { readonly free: number; readonly size: number } | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Looks once, and waits for that. */
  static async of(directory: string): Promise<DiskSpace> {
    const space = new DiskSpace(directory);
    await space.#look();
    return space;
  }

  write(sink: MetricSink): void {
    if (performance.now() - this.#lookedAt > LIFETIME) void this.#look();
    if (this.#found === undefined) return;
    sink.add('dockgate_storage_free_bytes', this.#found.free, {});
    sink.add('dockgate_storage_size_bytes', this.#found.size, {});
  }

  /** Never rejects: a directory that is gone has no numbers. */
  #look(): Promise<void> {
    this.#looking ??= statfs(this.#directory)
      .then(
        ({ bavail, blocks, bsize }) => {
          this.#found = { free: bavail * bsize, size: blocks * bsize };
        },
        () => {
          this.#found = undefined;
        },
      )
      .finally(() => {
        this.#lookedAt = performance.now();
        this.#looking = undefined;
      });
    return this.#looking;
  }
}
