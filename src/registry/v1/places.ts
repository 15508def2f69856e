/** Lets a bounded number of works run side by side; a bounded number of others waits, in the order in which they came. */
export class Places {
  readonly #waiting: (() => void)[] = [];
  readonly #longest: number;
  #free: number;

  /** @param count works that may run at once. @param longest works that may wait. */
  constructor(count: number, longest: number) {
    this.#free = count;
    this.#longest = longest;
  }

  /** @returns undefined when too many wait already; the work is not begun then. */
  take<Value>(work: () => Promise<Value>): Promise<Value> | undefined {
    if (this.#free === 0 && this.#waiting.length >= this.#longest) return undefined;
    return this.#run(work);
  }

  async #run<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // A place goes from hand to hand; nobody who comes in between can take it.
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
