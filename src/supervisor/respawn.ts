/** When a process that has died is replaced, and when that is given up. All times in milliseconds. */
export interface RespawnLimits {
  readonly firstPause: number;
  readonly longestPause: number;
  /** After a life of this length the pauses begin anew. */
  readonly longLife: number;
  /** So many deaths within this time are too many, and so are so many in a row of processes that never became ready. */
  readonly deaths: number;
  readonly within: number;
}

/** As upstart's `respawn limit 10 5`. */
export const RESPAWN_LIMITS: RespawnLimits = {
  firstPause: 10,
  longestPause: 10_000,
  longLife: 60_000,
  deaths: 10,
  within: 5_000,
};
/** Each pause is longer than the one before by this factor. */
const GROWTH = 1.6;

/** The pauses before one worker is replaced. */
export class Pauses {
  readonly #limits: RespawnLimits;
  #next: number;

  constructor(limits: RespawnLimits) {
    this.#limits = limits;
    this.#next = limits.firstPause;
  }

  /** @param lived how long the worker lived that has died */
  next(lived: number): number {
    const { firstPause, longestPause, longLife } = this.#limits;
    if (lived >= longLife) this.#next = firstPause;
    const pause = this.#next;
    this.#next = Math.min(longestPause, pause * GROWTH);
    return pause;
  }
}

/** The deaths of all workers. */
export class Deaths {
  readonly #limits: RespawnLimits;
  /** When the latest ones were, the oldest first. */
  readonly #times: number[] = [];
  /** Since one became ready. */
  #inRow = 0;

  constructor(limits: RespawnLimits) {
    this.#limits = limits;
  }

  /** A worker has become ready. */
  interrupt(): void {
    this.#inRow = 0;
  }

  /**
   * A worker has died.
   *
   * @param now of a steady clock
   * @param isServed whether another worker is ready; then it does not matter how many never became ready
   * @returns why it should be given up, as the end of a sentence; undefined: it should not
   */
  add(now: number, wasReady: boolean, isServed: boolean): string | undefined {
    const { deaths, within } = this.#limits;
    this.#times.push(now);
    if (this.#times.length > deaths) this.#times.shift();
    const [oldest = now] = this.#times;
    if (this.#times.length === deaths && now - oldest <= within)
      return `${deaths} workers died within ${within / 1_000} s`;
    this.#inRow = wasReady ? 0 : this.#inRow + 1;
    if (this.#inRow >= deaths && !isServed)
      return `${deaths} workers died one after the other, and none became ready`;
    return undefined;
  }
}
