import { type FileHandle, mkdir, open, rename, rm, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Layout } from './layout.js';
import { asStoreError, codeOf, isAbsent, orUndefined } from './system-error.js';

/** Directories remembered as made and synced; forgetting one costs two system calls. */
const REMEMBERED = 4096;

/** How often to make a directory again that somebody removes under our hands. */
const ATTEMPTS = 5;

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems cannot sync a directory, and have it stored when rename returns.
    const code = codeOf(error);
    if (code !== 'EINVAL' && code !== 'ENOTSUP') throw error;
  } finally {
    await handle.close();
  }
}

/** Writes files so that they are there whole or not at all, and stay when the machine loses power. */
export class DurableFiles {
  readonly #layout: Layout;
  readonly #made = new Set<string>();

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  /** Makes a directory and those above it up to the root, and waits until they are on the disk. */
  async makeDirectory(directory: string): Promise<void> {
    try {
      await this.#make(directory);
    } catch (error) {
      throw asStoreError(error);
    }
  }

  async #make(directory: string): Promise<void> {
    if (directory === this.#layout.root || this.#made.has(directory)) return;
    const parent = dirname(directory);
    await this.#make(parent);
    await mkdir(directory).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
    await syncDirectory(parent);
    if (this.#made.size >= REMEMBERED) this.#made.clear();
    this.#made.add(directory);
  }

  /**
   * Moves a synced file to its place, over whatever is there.
   *
   * @throws with code ENOENT when `from` is not there.
   */
  async place(from: string, to: string): Promise<void> {
    const directory = dirname(to);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.makeDirectory(directory);
        await rename(from, to);
        await syncDirectory(directory);
        return;
      } catch (error) {
        // Somebody else may have removed the directory since we remembered it.
        this.#made.clear();
        if (!isAbsent(error) || attempt === ATTEMPTS) throw asStoreError(error);
      }
    }
  }

  /** Writes a file at once whole: readers see the old content or the new, never a part. */
  async write(path: string, content: string | Uint8Array): Promise<void> {
    const staged = this.#layout.staged();
    try {
      const file = await this.#createStaged(staged);
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      await this.place(staged, path);
    } catch (error) {
      await unlink(staged).catch(() => undefined);
      throw asStoreError(error);
    }
  }

  async #createStaged(path: string): Promise<FileHandle> {
    await this.makeDirectory(this.#layout.staging);
    const file = await orUndefined(open(path, 'wx'));
    if (file !== undefined) return file;
    this.#made.clear();
    await this.makeDirectory(this.#layout.staging);
    return open(path, 'wx');
  }

  /** Removes a file. @returns false when it was not there. */
  async remove(path: string): Promise<boolean> {
    try {
      await unlink(path);
      await syncDirectory(dirname(path));
      return true;
    } catch (error) {
      if (isAbsent(error)) return false;
      throw error;
    }
  }

  /**
   * Takes a directory out of sight in one step, which {@link syncParent} makes last.
   *
   * @returns where it is now; undefined when it was not there.
   */
  async withdraw(directory: string): Promise<string | undefined> {
    const staged = this.#layout.staged();
    try {
      await this.makeDirectory(this.#layout.staging);
      await rename(directory, staged);
      return staged;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw asStoreError(error);
    }
  }

  /** Waits until what was done to an entry of a directory is on the disk. */
  async syncParent(path: string): Promise<void> {
    await syncDirectory(dirname(path));
  }

  /** Removes what {@link withdraw} took away. What cannot be removed is no longer visible, so that is no error. */
  async discard(staged: string): Promise<void> {
    await rm(staged, { recursive: true, force: true }).catch(() => undefined);
  }
}
