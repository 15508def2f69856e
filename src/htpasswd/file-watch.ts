import { stat } from 'node:fs/promises';
import { setTimeout as later } from 'node:timers';
import { lookOf, systemCode } from './file-content.js';

export interface WatchTimes {
  /** Milliseconds between two looks at an unchanged file. */
  readonly interval: number;
  /** Milliseconds until the next look at a file that has just changed. */
  readonly settle: number;
}

/**
 * Called when the file has changed, or cannot be seen, and has stayed so for `times` looks; also once after the start,
 * because a change in the same tick of the file system's clock as the first reading does not show.
 *
 * @param look What was seen, see {@link lookOf}; a system error's code when nothing was.
 * @param times At least 2, or 1 for a file that never rests and has to be taken as it is.
 * @returns Whether this state of the file is dealt with; otherwise the next look leads here again.
 */
export type LookHandler = (look: string, times: number) => Promise<boolean>;

/** Looks at a file that never rests before it is taken as it is. */
const MOST_RESTLESS_LOOKS = 10;

/**
 * Watches a file by its metadata, which sees every kind of change: writes, renames over it, a symbolic link on the
 * way that turns to another target, and file systems that send no events.
 */
export class FileWatch {
  readonly #path: string;
  readonly #times: WatchTimes;
  readonly #handle: LookHandler;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #known: string | undefined;
  #last: string | undefined;
  /** Looks in a row that showed the same. */
  #same = 0;
  /** Looks in a row that each showed something else. */
  #restless = 0;

  constructor(path: string, times: WatchTimes, handle: LookHandler) {
    this.#path = path;
    this.#times = times;
    this.#handle = handle;
    this.#schedule(times.interval);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #schedule(delay: number): void {
    if (this.#closed) return;
    this.#timer = later(() => void this.#tick(), delay);
    this.#timer.unref();
  }

  async #tick(): Promise<void> {
    let delay = this.#times.interval;
    try {
      const look = await this.#look();
      if (!this.#closed) delay = await this.#judge(look);
    } finally {
      this.#schedule(delay);
    }
  }

  async #look(): Promise<string> {
    try {
      return lookOf(await stat(this.#path, { bigint: true }));
    } catch (error) {
      return systemCode(error) ?? 'unknown';
    }
  }

  /** Returns the milliseconds until the next look. */
  async #judge(look: string): Promise<number> {
    this.#same = look === this.#last ? this.#same + 1 : 1;
    this.#last = look;
    if (look === this.#known) {
      this.#restless = 0;
      return this.#times.interval;
    }
    // A writer may be half way through: wait until two looks agree, though not for ever.
    if (this.#same === 1 && this.#restless < MOST_RESTLESS_LOOKS) {
      this.#restless += 1;
      return this.#times.settle;
    }
    if (await this.#handle(look, this.#same)) {
      this.#known = look;
      this.#restless = 0;
    }
    return this.#times.interval;
  }
}
