import { availableParallelism } from 'node:os';
import { HashBudget } from './hash-budget.js';

export interface HashLaneOptions {
  /** Checks at the same time. Default: one fewer than the threads that check passwords, at least 1. */
  readonly atOnce?: number;
  /** Checks that may wait. Default 128. */
  readonly waiting?: number;
  /** What wrong passwords may cost. */
  readonly budget?: HashBudget;
}

/** More checks of strangers wait than the lane takes: nothing was checked. */
export class LaneFull extends Error {
  override readonly name = 'LaneFull';
}

/** Threads that check passwords are one fewer than the processors, and at most four. */
const AT_ONCE = Math.max(1, Math.min(4, availableParallelism() - 1) - 1);
const WAITING = 128;
/** Made once: a flood causes thousands a second, and to note where each was thrown would cost more than to refuse it. */
const FULL = new LaneFull('too many checks wait already');

/**
 * The lane for passwords of those who have not been good here. It is narrower than the pool of threads behind it: however
 * many guess, there is room in the pool for those who are known. And it is slow once wrong passwords have used up their
 * budget, so that the processors are there for those who are known, too.
 */
export class HashLane {
  readonly #atOnce: number;
  readonly #limit: number;
  readonly #budget: HashBudget;
  readonly #queue: (() => void)[] = [];
  #running = 0;
  #pause: NodeJS.Timeout | undefined;

  constructor({ atOnce = AT_ONCE, waiting = WAITING, budget = new HashBudget() }: HashLaneOptions = {}) {
    this.#atOnce = atOnce;
    this.#limit = waiting;
    this.#budget = budget;
  }

  /** Checks that wait. */
  get waiting(): number {
    return this.#queue.length;
  }

  /**
   * First come, first served.
   *
   * @param work tells whether the password was right: then it costs the budget nothing
   * @throws {LaneFull} when too many wait, and whatever the work throws
   */
  async run(work: () => Promise<boolean>): Promise<boolean> {
    // Whoever comes meanwhile does not overtake those who wait.
    const waits = this.#running >= this.#atOnce || this.#queue.length > 0 || this.#budget.wait() > 0;
    if (waits) {
      if (this.#queue.length >= Math.min(this.#limit, this.#budget.queue())) throw FULL;
      await new Promise<void>((resolve) => {
        this.#queue.push(resolve);
        this.#next();
      });
    } else this.#running += 1;
    const start = this.#budget.now();
    let isRight = false;
    try {
      isRight = await work();
      return isRight;
    } finally {
      this.#budget.spend(this.#budget.now() - start, isRight, this.#queue.length > 0);
      this.#running -= 1;
      this.#next();
    }
  }

  /** Lets the first of those who wait begin when there is room and budget, or looks again when there will be. */
  #next(): void {
    if (this.#pause !== undefined) return;
    while (this.#queue.length > 0 && this.#running < this.#atOnce) {
      const wait = this.#budget.wait();
      if (wait > 0) {
        this.#pause = setTimeout(() => {
          this.#pause = undefined;
          this.#next();
        }, wait);
        this.#pause.unref();
        return;
      }
      this.#running += 1;
      this.#queue.shift()?.();
    }
  }
}
