/** Lets some signatures be made or verified at once, and others wait, up to a number: they share the threads with the disk. */
export class SignatureQueue {
  readonly #atOnce: number;
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** @param atOnce that run. @param most that wait */
  constructor(atOnce: number, most: number) {
    this.#atOnce = atOnce;
    this.#most = most;
  }

  /** @returns undefined when too many wait already. */
  run<Result>(work: () => Promise<Result>): Promise<Result> | undefined {
    if (this.#running >= this.#atOnce && this.#waiting.length >= this.#most) return undefined;
    return this.#run(work);
  }

  async #run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.#atOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      return await work();
    } finally {
      // Whoever waits takes the place over, so that nobody slips in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
