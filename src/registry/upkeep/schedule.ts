import { CollectionRunning } from './collection-report.js';
import { CollectionMemory } from './collection-state.js';
import type { CollectionListener, Collections } from './collections.js';

/** Milliseconds: a timer cannot count further, and another process may collect in the meantime. */
const LONGEST_WAIT = 60 * 60 * 1000;

/** Milliseconds until it is tried again after a failure. */
const AGAIN = 10 * 60 * 1000;

/** The same when another process is collecting, or was until it died a moment ago. */
const AGAIN_SOON = 60 * 1000;

/**
 * Collects again and again. When the last collection ended is remembered on the disk, so a restart does not put the
 * next one off, and several processes on one directory collect no more often than one.
 */
export class CollectionSchedule {
  readonly #collections: Collections;
  readonly #memory: CollectionMemory;
  readonly #interval: number;
  readonly #listener: Pick<CollectionListener, 'failed'>;
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();
  #stopped = false;

  /** @param interval milliseconds from the end of a collection to the beginning of the next; infinite for none. */
  constructor(
    collections: Collections,
    workspace: string,
    interval: number,
    listener: Pick<CollectionListener, 'failed'>,
  ) {
    this.#collections = collections;
    this.#memory = new CollectionMemory(workspace);
    this.#interval = interval;
    this.#listener = listener;
  }

  /** Begins to wait for the first collection; one that was interrupted goes on at once. */
  start(): void {
    if (Number.isFinite(this.#interval)) this.#wait(0);
  }

  /** Ends the waiting. A collection that is under way is not this schedule's to stop. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#turn;
  }

  #wait(milliseconds: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#turn = this.#takeTurn();
    }, milliseconds).unref();
  }

  async #takeTurn(): Promise<void> {
    try {
      this.#wait(await this.#collectIfDue());
    } catch (error) {
      if (this.#stopped) return;
      const isRunning = error instanceof CollectionRunning;
      if (!isRunning) this.#listener.failed(error);
      this.#wait(Math.min(this.#interval, isRunning ? AGAIN_SOON : AGAIN));
    }
  }

  /** @returns milliseconds until the next turn. */
  async #collectIfDue(): Promise<number> {
    const last = await this.#memory.last();
    const now = Date.now();
    if (last === undefined) await this.#memory.saveLast({ finished: now });
    // A clock that was set back must not put the next collection off for years.
    const waited = Math.max(0, now - (last?.finished ?? now));
    const left = this.#interval - waited;
    if (left > 0 && !(await this.#memory.isInterrupted())) return Math.min(left, LONGEST_WAIT);
    await this.#collections.start(this.#collections.terms);
    await this.#collections.idle();
    const { failure } = await this.#collections.state();
    return failure === undefined ? Math.min(this.#interval, LONGEST_WAIT) : Math.min(this.#interval, AGAIN);
  }
}
