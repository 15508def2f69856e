import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { open, rename, stat, unlink, utimes } from 'node:fs/promises';
import { codeOf, isAbsent } from './system-error.js';

/** The part of a lease after which its holder no longer counts on it. */
const MARGIN = 0.8;

/** The right to write, as long as it is held. */
export interface WritingRight {
  /** False when the holder was stopped for so long that another may have taken over. */
  isHeld(): boolean;
  /** Gives the right up; once is enough. */
  release(): Promise<void>;
}

interface Held {
  readonly path: string;
  /** When the lock file was last touched, milliseconds. */
  touched: number;
}

/**
 * Lock files: at most one request, in whatever process, writes to an upload at a time.
 *
 * The holder touches its file again and again; a file that has not been touched for a whole lease was left behind
 * by a process that died, and is taken over.
 */
export class WritingRights {
  readonly #lease: number;
  readonly #held = new Set<Held>();
  #timer: NodeJS.Timeout | undefined;

  /** @param lease milliseconds until a lock file counts as left behind. */
  constructor(lease: number) {
    this.#lease = lease;
  }

  /**
   * Takes the right, or finds that somebody else has it.
   *
   * @returns undefined when it is held by another.
   * @throws with code ENOENT when the directory of the path is not there.
   */
  async take(path: string): Promise<WritingRight | undefined> {
    if (!(await this.#create(path)) && !(await this.#takeOver(path))) return undefined;
    const held: Held = { path, touched: Date.now() };
    this.#held.add(held);
    this.#timer ??= setInterval(() => this.#touchAll(), this.#lease / 3).unref();
    return {
      isHeld: () => Date.now() - held.touched < this.#lease * MARGIN,
      release: () => this.#release(held),
    };
  }

  async #create(path: string): Promise<boolean> {
    try {
      await (await open(path, 'wx')).close();
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
  }

  async #takeOver(path: string): Promise<boolean> {
    try {
      if (!this.#isLeftBehind(await stat(path))) return false;
      const aside = `${path}-${randomUUID()}`;
      await rename(path, aside);
      // Two may find the same old file: the later one moves away what the earlier one has just made, which may even have
      // the old one's inode.
      const isOld = this.#isLeftBehind(await stat(aside));
      if (!isOld) await rename(aside, path);
      else await unlink(aside);
      return isOld && (await this.#create(path));
    } catch (error) {
      if (isAbsent(error)) return this.#create(path);
      throw error;
    }
  }

  #isLeftBehind({ mtimeMs }: Stats): boolean {
    return Date.now() - mtimeMs >= this.#lease;
  }

  #touchAll(): void {
    for (const held of this.#held) {
      const now = new Date();
      // Once it may have been taken over, the file is no longer ours to touch.
      if (now.getTime() - held.touched >= this.#lease * MARGIN) continue;
      utimes(held.path, now, now).then(
        () => {
          held.touched = now.getTime();
        },
        () => undefined,
      );
    }
  }

  async #release(held: Held): Promise<void> {
    if (!this.#held.delete(held)) return;
    if (this.#held.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    if (Date.now() - held.touched < this.#lease * MARGIN) await unlink(held.path).catch(() => undefined);
  }
}
