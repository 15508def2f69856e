import { link, stat, unlink } from 'node:fs/promises';
import type { Digest } from '../../model/digest.js';
import type { DurableFiles } from './durable-files.js';
import type { Layout } from './layout.js';
import { codeOf, isAbsent, orUndefined } from './system-error.js';

/** Takes damaged content out of service, for every process at once, without losing it. */
export class Quarantine {
  readonly #layout: Layout;
  readonly #files: DurableFiles;

  constructor(layout: Layout, files: DurableFiles) {
    this.#layout = layout;
    this.#files = files;
  }

  /**
   * Moves content from its place.
   *
   * @param ino of the file that was found damaged: a push may have healed it since.
   * @returns where it is now; undefined when another file, or none, was in its place.
   */
  async take(digest: Digest, ino: number): Promise<string | undefined> {
    const place = this.#layout.blob(digest);
    const cell = this.#layout.quarantined(digest);
    if ((await orUndefined(stat(place)))?.ino !== ino) return undefined;
    try {
      await this.#files.place(place, cell);
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
    const isOther = (await stat(cell)).ino !== ino;
    if (isOther) await this.#release(cell, place);
    await this.#files.syncParent(place);
    return isOther ? undefined : cell;
  }

  /** Tells whether some content is in quarantine. */
  async holds(digest: Digest): Promise<boolean> {
    return (await orUndefined(stat(this.#layout.quarantined(digest)))) !== undefined;
  }

  async #release(cell: string, place: string): Promise<void> {
    await link(cell, place).catch((error: unknown) => {
      // A third push: its file is as good.
      if (codeOf(error) !== 'EEXIST') throw error;
    });
    await unlink(cell);
  }
}
