export interface HashBudgetOptions {
  /** Milliseconds of hashing that may be wasted at once. */
  readonly burst: number;
  /** Milliseconds of hashing that may be wasted in each millisecond, over a long time. */
  readonly share: number;
  /** Milliseconds that nobody is made to wait longer than, as far as can be foreseen. */
  readonly patience: number;
}

/**
 * A flood gets a tenth of one processor: where two share a core, what hashes on one slows down what pulls on the other by
 * half. Before that, 150 wrong passwords of bcrypt's cost 10 are checked as they come.
 */
const HASH_BUDGET: HashBudgetOptions = { burst: 10_000, share: 0.1, patience: 10_000 };
/** Wrong passwords in a row, while others wait, that are a flood. */
const FLOOD = 8;
/** Who waits at least, however long a check takes. */
const FEWEST = 4;
/** How much of the mean time of a check the newest one decides. */
const WEIGHT = 0.1;

/**
 * How much time may be spent on hashes of wrong passwords by those who have not been good before: a supply that fills up
 * steadily, to a limit. It has no say about right passwords: a hundred users who come in the morning cost it nothing.
 */
export class HashBudget {
  readonly #options: HashBudgetOptions;
  readonly now: () => number;
  #left: number;
  #at: number;
  /** Mean milliseconds of a check. */
  #mean = 0;
  /** Checks in a row that others waited for, and that were wrong. */
  #wrong = 0;

  /** @param now milliseconds of a clock that is never set back */
  constructor(options: HashBudgetOptions = HASH_BUDGET, now: () => number = () => performance.now()) {
    this.#options = options;
    this.now = now;
    this.#left = options.burst;
    this.#at = now();
  }

  /** Milliseconds until the next check may begin; 0 when it may now. */
  wait(): number {
    this.#refill();
    return this.#left > 0 ? 0 : Math.max(1, Math.ceil(-this.#left / this.#options.share));
  }

  /** How many checks may wait so that none waits longer than the patience, if all come to be wrong. */
  queue(): number {
    this.#refill();
    const { patience, share } = this.#options;
    return Math.max(FEWEST, Math.floor((this.#left + patience * share) / Math.max(1, this.#mean)));
  }

  /**
   * A check has come to its end.
   *
   * @param isAwaited others wait for theirs. Where nobody's is right, that is a flood, which gets no burst.
   */
  spend(milliseconds: number, isRight: boolean, isAwaited = false): void {
    this.#mean += (milliseconds - this.#mean) * (this.#mean === 0 ? 1 : WEIGHT);
    this.#wrong = isAwaited && !isRight ? this.#wrong + 1 : 0;
    if (isRight) return;
    this.#refill();
    if (this.#wrong >= FLOOD) this.#left = Math.min(this.#left, 0);
    this.#left -= milliseconds;
  }

  #refill(): void {
    const now = this.now();
    this.#left = Math.min(this.#options.burst, this.#left + (now - this.#at) * this.#options.share);
    this.#at = now;
  }
}
