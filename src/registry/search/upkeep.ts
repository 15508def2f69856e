import type { IndexKeeper } from './index-keeper.js';
import { type SearchThread, SearchTrouble } from './search-thread.js';

/** Names that wait to be read again; when there are more, all repositories are compared. */
const MOST_NOTED = 10_000;

/** Milliseconds after which what has failed is tried again. */
const AGAIN = 10_000;

/** Milliseconds that a comparison in the background leaves between two groups to others. */
const PAUSE = 20;

/** Works in the background: writes what was noted, compares now and then, and tries again what could not be done. */
export class Upkeep {
  readonly #thread: SearchThread;
  readonly #keeper: IndexKeeper;
  readonly #every: number;
  readonly #onProblem: (sentence: string) => void;
  readonly #stop = new AbortController();
  readonly #noted = new Set<string>();
  #writing: Promise<void> | undefined;
  #comparing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #told: string | undefined;
  #isOff = false;

  /** @param every milliseconds between comparisons; 0: never, not even now. */
  constructor(
    thread: SearchThread,
    keeper: IndexKeeper,
    every: number,
    onProblem: (sentence: string) => void,
  ) {
    this.#thread = thread;
    this.#keeper = keeper;
    this.#every = every;
    this.#onProblem = onProblem;
    if (every > 0) void this.completed();
  }

  note(name: string): void {
    if (this.#isOff) return;
    if (this.#noted.size < MOST_NOTED) this.#noted.add(name);
    // While what was noted waits to be tried again, nothing else can be done with more of it.
    if (this.#retry === undefined) this.#writing ??= this.#write();
  }

  /** Settled when all that was noted before has been written, or could not be. */
  async settled(): Promise<void> {
    await this.#writing;
    if (this.#noted.size === 0 || this.#isOff) return;
    this.#writing ??= this.#write();
    await this.#writing;
  }

  /** Compares the index with the repositories, or waits for the comparison that is under way. */
  completed(): Promise<void> {
    if (this.#isOff) return Promise.resolve();
    this.#comparing ??= this.#compare().finally(() => {
      this.#comparing = undefined;
    });
    return this.#comparing;
  }

  /** Tells of something that could not be done. */
  trouble(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    const reason = error instanceof Error ? error.message : String(error);
    this.#isOff = error instanceof SearchTrouble && error.trouble === 'no library';
    const sentence = this.#isOff
      ? `search is off: SQLite cannot be loaded on this platform (${reason})`
      : `search does not work at present, and is tried again: ${reason}`;
    if (this.#told !== sentence) this.#onProblem(sentence);
    this.#told = sentence;
    if (this.#isOff) this.#noted.clear();
  }

  /** Ends a comparison that is under way, and writes what was noted. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    clearTimeout(this.#retry);
    await this.settled();
    this.#stop.abort();
    await this.#comparing;
    clearTimeout(this.#timer);
    clearTimeout(this.#retry);
  }

  async #write(): Promise<void> {
    // What is noted in the same moment is written together.
    await new Promise((resolve) => setImmediate(resolve));
    const names = [...this.#noted];
    this.#noted.clear();
    try {
      if (names.length >= MOST_NOTED) void this.completed();
      await this.#keeper.update(names);
      this.#told = undefined;
    } catch (error) {
      for (const name of names) if (this.#noted.size < MOST_NOTED) this.#noted.add(name);
      this.trouble(error);
      this.#tryAgain();
    } finally {
      this.#writing = undefined;
    }
    if (this.#noted.size > 0 && this.#retry === undefined && !this.#isOff) this.#writing = this.#write();
  }

  #tryAgain(): void {
    if (this.#isOff || this.#stop.signal.aborted) return;
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      this.#writing ??= this.#write();
    }, AGAIN).unref();
  }

  async #compare(): Promise<void> {
    clearTimeout(this.#timer);
    let next = this.#every;
    try {
      const { isComplete } = await this.#thread.run('state');
      const pause = isComplete ? PAUSE : 0;
      await this.#keeper.compare({ all: false, signal: this.#stop.signal, pause });
      this.#told = undefined;
    } catch (error) {
      this.trouble(error);
      next = AGAIN;
    }
    if (this.#every === 0 || this.#isOff || this.#stop.signal.aborted) return;
    this.#timer = setTimeout(() => void this.completed(), next).unref();
  }
}
