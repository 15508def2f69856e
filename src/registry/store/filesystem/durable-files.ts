import { type FileHandle, mkdir, open, rename, rm, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DirectorySyncs } from './directory-syncs.js';
import type { Layout } from './layout.js';
import { asStoreError, codeOf, isAbsent, orUndefined } from './system-error.js';

/** Directories remembered as made and synced; forgetting one costs two system calls. */
const REMEMBERED = 4096;

/** How often to make a directory again that somebody removes under our hands. */
const ATTEMPTS = 5;

/** Changes of directories that may not be on the disk yet. */
export interface Unsettled {
  /** Directories that are new. */
  readonly made: readonly string[];
  /** Directories whose entries have changed. */
  readonly changed: readonly string[];
}

/** A file that is to come into sight. */
export interface Publication {
  readonly path: string;
  /** What is to be in it, or a file to move there. */
  readonly content: string | Uint8Array | ReadyFile;
}

/** A file that lies somewhere else. */
export interface ReadyFile {
  readonly from: string;
  /** Waits until the file is on the disk; what it throws ends the publication. */
  readonly ready: () => Promise<void>;
}

/** Writes files so that they are there whole or not at all, and stay when the machine loses power. */
export class DurableFiles {
  readonly #layout: Layout;
  readonly #made = new Set<string>();
  readonly #syncs = new DirectorySyncs();

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  /** Makes a directory and those above it up to the root, and waits until they are on the disk. */
  async makeDirectory(directory: string): Promise<void> {
    try {
      await this.settle([{ made: await this.#make(directory), changed: [] }]);
    } catch (error) {
      throw asStoreError(error);
    }
  }

  /** As {@link makeDirectory}, for one that clean-up may have removed since it was made. */
  async keepDirectory(directory: string): Promise<void> {
    try {
      await mkdir(directory);
      await this.#syncs.sync(dirname(directory));
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return;
      if (!isAbsent(error)) throw asStoreError(error);
      this.#made.clear();
      await this.makeDirectory(directory);
    }
  }

  /** Makes a directory and those above it. @returns those that have been made or may just have been. */
  async #make(directory: string): Promise<string[]> {
    if (directory === this.#layout.root || this.#made.has(directory)) return [];
    const parent = dirname(directory);
    const made = await this.#make(parent);
    await mkdir(directory).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
    return [...made, directory];
  }

  /**
   * Moves a synced file to its place, over whatever is there, and waits until that is on the disk.
   *
   * @throws with code ENOENT when `from` is not there.
   */
  async place(from: string, to: string): Promise<void> {
    await this.settle([await this.move(from, to)]);
  }

  /**
   * Moves a synced file to its place, over whatever is there. Others see it there at once, but only {@link settle} makes
   * it last.
   *
   * @throws with code ENOENT when `from` is not there.
   */
  async move(from: string, to: string): Promise<Unsettled> {
    const directory = dirname(to);
    for (let attempt = 1; ; attempt += 1) {
      try {
        const made = await this.#make(directory);
        await rename(from, to);
        return { made, changed: [directory] };
      } catch (error) {
        // Somebody else may have removed the directory since we remembered it.
        this.#made.clear();
        if (!isAbsent(error) || attempt === ATTEMPTS) throw asStoreError(error);
      }
    }
  }

  /** Waits until moves are on the disk: all at once, since syncs that wait side by side share what they wait for. */
  async settle(moves: readonly Unsettled[]): Promise<void> {
    const made = moves.flatMap((move) => move.made);
    const directories = new Set([...made.map(dirname), ...moves.flatMap(({ changed }) => changed)]);
    try {
      await Promise.all([...directories].map((directory) => this.#syncs.sync(directory)));
    } catch (error) {
      this.#made.clear();
      throw asStoreError(error);
    }
    if (this.#made.size >= REMEMBERED) this.#made.clear();
    for (const directory of made) this.#made.add(directory);
  }

  /** Writes a file at once whole: readers see the old content or the new, never a part. */
  write(path: string, content: string | Uint8Array): Promise<void> {
    return this.publish([{ path, content }]);
  }

  /** Writes files, each at once whole. They come into sight in their order, when the content of all is on the disk. */
  async publish(files: readonly Publication[]): Promise<void> {
    const isRepeatable = files.every(({ content }) => !isReadyFile(content));
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#publishOnce(files);
        return;
      } catch (error) {
        // A delete that ran meanwhile has taken a directory away, with what had just come into sight there.
        if (!isAbsent(error) || !isRepeatable || attempt === ATTEMPTS) throw error;
      }
    }
  }

  async #publishOnce(files: readonly Publication[]): Promise<void> {
    const stages = await Promise.allSettled(files.map(({ content }) => this.#prepare(content)));
    const staged = stages.map((stage) => (stage.status === 'fulfilled' ? stage.value : undefined));
    try {
      for (const stage of stages) if (stage.status === 'rejected') throw stage.reason;
      const moves: Unsettled[] = [];
      for (const [index, { path }] of files.entries()) moves.push(await this.move(staged[index] ?? '', path));
      await this.settle(moves);
    } catch (error) {
      await Promise.all(staged.map((path) => this.#discardOwn(path)));
      throw error;
    }
  }

  async #prepare(content: string | Uint8Array | ReadyFile): Promise<string> {
    if (!isReadyFile(content)) return this.stage(content);
    await content.ready();
    return content.from;
  }

  /** What was only to be moved stays where it is. */
  async #discardOwn(path: string | undefined): Promise<void> {
    if (path?.startsWith(this.#layout.staging) === true) await this.discard(path);
  }

  /** Writes content to a new file that nobody sees, for {@link move}, and waits until it is on the disk. @returns its path */
  async stage(content: string | Uint8Array): Promise<string> {
    const staged = this.#layout.staged();
    try {
      const file = await this.#createStaged(staged);
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
      return staged;
    } catch (error) {
      await this.discard(staged);
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
      await this.#syncs.sync(dirname(path));
      return true;
    } catch (error) {
      if (isAbsent(error)) return false;
      throw asStoreError(error);
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
    await this.#syncs.sync(dirname(path));
  }

  /** Waits until what was done to the entries of a directory is on the disk. @throws with code ENOENT without it. */
  async syncDirectory(directory: string): Promise<void> {
    await this.#syncs.sync(directory);
  }

  /** Removes what {@link stage} made or {@link withdraw} took away. What cannot be removed is no longer visible, so that is no error. */
  async discard(staged: string): Promise<void> {
    await rm(staged, { recursive: true, force: true }).catch(() => undefined);
  }
}

function isReadyFile(content: Publication['content']): content is ReadyFile {
  return typeof content !== 'string' && !(content instanceof Uint8Array);
}
