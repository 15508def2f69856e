import { availableParallelism } from 'node:os';

export interface HashLaneOptions {
  /** Checks at the same time. Default: one fewer than the threads that check passwords, at least 1. */
  readonly atOnce?: number;
  /** Checks that may wait. Default 128. */
  readonly waiting?: number;
}

/** More checks of strangers wait than the lane takes: nothing was checked. */
export class LaneFull extends Error {
  override readonly name = 'LaneFull';
}

/** Threads that check passwords are one fewer than the processors, and at most four. */
const AT_ONCE = Math.max(1, Math.min(4, availableParallelism() - 1) - 1);
const WAITING = 128;

/**
 * The lane for passwords of those who have not been good here. It is narrower than the pool of threads behind it: however
 * many guess, there is room in the pool for those who are known.
 */
export class HashLane {
  readonly #atOnce: number;
  readonly #limit: number;
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor({ atOnce = AT_ONCE, waiting = WAITING }: HashLaneOptions = {}) {
    this.#atOnce = atOnce;
    this.#limit = waiting;
  }

  /** First come, first served. @throws {LaneFull} when too many wait, and whatever the work throws */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.#atOnce) {
      if (this.#queue.length >= this.#limit) throw new LaneFull(`${this.#queue.length} checks wait already`);
      // Whoever ends hands its place on, so that nobody who comes meanwhile can take it.
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    } else this.#running += 1;
    try {
      return await work();
    } finally {
      const next = this.#queue.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
