import { hash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type FileContent,
  FileWatch,
  HtpasswdFileError,
  readContent,
  type WatchTimes,
} from '../htpasswd/index.js';
import { type RobotProblem, reasonOf, withFile } from './problem.js';
import { NO_ROBOTS, type RobotList, readRobots } from './robot-list.js';

export interface RobotFileOptions {
  /** Called after other robots hold. */
  readonly onChange?: ((generation: number) => void) | undefined;
  /** Called for each line that is refused, at opening and after each change, and once when the file cannot be used. */
  readonly onProblem?: ((problem: RobotProblem) => void) | undefined;
  /** Whether to look for changes. Default true. */
  readonly watch?: boolean;
  /** Default: every 500 ms, 100 ms after a change, so that a token revoked is refused within a second. */
  readonly times?: WatchTimes;
}

const DEFAULT_TIMES: WatchTimes = { interval: 500, settle: 100 };
/** An empty file where there were robots may be about to be written. Our own edits never leave it empty. */
const LOOKS_AT_EMPTY = 3;
/** Milliseconds between two readings that somebody's login asks for. */
const PAUSE = 100;

/**
 * The robots of a file, kept as the file is. A file that is not there has none; one that vanishes later, or that cannot
 * be used, leaves the last good robots in place, as with the password file.
 */
export class RobotFile {
  readonly path: string;
  readonly #options: RobotFileOptions;
  #watch: FileWatch | undefined;
  #list: RobotList = NO_ROBOTS;
  /** Undefined while there has been no file. */
  #digest: string | undefined;
  #generation = 1;
  #closed = false;
  /** The reading that has not begun yet. */
  #next: Promise<void> | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #readAt = Number.NEGATIVE_INFINITY;
  /** The last problem with the file as a whole, so that it is told once. */
  #told: string | undefined;

  private constructor(path: string, options: RobotFileOptions) {
    this.path = path;
    this.#options = options;
  }

  /** @throws {RobotError} `ROBOTS_FILE` when the file is there and cannot be used. Bad lines do not throw. */
  static async open(path: string, options: RobotFileOptions = {}): Promise<RobotFile> {
    const file = new RobotFile(path, options);
    await withFile(path, async () => {
      try {
        await file.#accept(await readContent(path));
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    });
    file.#generation = 1;
    if (options.watch !== false) {
      file.#watch = new FileWatch(path, options.times ?? DEFAULT_TIMES, (look, times) =>
        file.#inTurn(() => file.#reload(look, times)),
      );
    }
    return file;
  }

  /** The robots that hold now. A change brings another list; this one stays as it is. */
  get list(): RobotList {
    return this.#list;
  }

  /** Grows with every change that holds; begins at 1. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * Reads the file, for a robot that may just have been made: now, or {@link PAUSE} after the last time. All who ask
   * before a reading begins share it: whoever sends made-up secrets must not keep the disk busy.
   */
  refresh(): Promise<void> {
    this.#next ??= this.#soon();
    return this.#next;
  }

  async #soon(): Promise<void> {
    await pause(Math.max(0, this.#readAt + PAUSE - performance.now()), undefined, { ref: false });
    this.#readAt = performance.now();
    this.#next = undefined;
    await this.#inTurn(() => this.#readNow());
  }

  /** One reading at a time: of two at once the older one could stay. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #readNow(): Promise<void> {
    try {
      const content = await readContent(this.path);
      // An empty file may be about to be written; that is for the watch to tell.
      if (content.bytes.length > 0 && !this.#closed) await this.#accept(content);
    } catch (error) {
      if (!(error instanceof HtpasswdFileError)) throw error;
    }
  }

  /** Stops looking for changes. The robots stay. */
  close(): void {
    this.#closed = true;
    this.#watch?.close();
  }

  async #reload(look: string, times: number): Promise<boolean> {
    let content: FileContent;
    try {
      content = await readContent(this.path);
    } catch (error) {
      if (!(error instanceof HtpasswdFileError)) throw error;
      if (!isMissing(error) || this.#digest !== undefined) this.#tell(reasonOf(error));
      // The disk may answer next time without any change to see; a bad content needs a change.
      return error.code !== 'HTPASSWD_UNREADABLE';
    }
    if (content.look !== look && times > 1) return false;
    if (content.bytes.length === 0 && this.#list.byName.size > 0 && times < LOOKS_AT_EMPTY) return false;
    this.#told = undefined;
    await this.#accept(content);
    return true;
  }

  async #accept({ bytes }: FileContent): Promise<void> {
    const found = hash('sha256', bytes);
    if (found === this.#digest) return;
    const list = await readRobots(bytes, this.path);
    if (this.#closed) return;
    const isFirst = this.#watch === undefined;
    this.#list = list;
    this.#digest = found;
    this.#generation += 1;
    if (!isFirst) this.#options.onChange?.(this.#generation);
    for (const problem of list.problems) this.#options.onProblem?.(problem);
  }

  #tell(reason: string): void {
    if (this.#closed || reason === this.#told) return;
    this.#told = reason;
    const message = `${reason}; the ${this.#list.byName.size} robots read before stay in place until then`;
    this.#options.onProblem?.({ file: this.path, line: undefined, message });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof HtpasswdFileError && error.code === 'HTPASSWD_MISSING';
}
