/** Lets a number of works run side by side; the others wait in the order in which they came. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @param count works that may run at once. */
  constructor(count: number) {
    this.#free = count;
  }

  /** Waits for a slot, which {@link leave} gives back. */
  async enter(): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Hands the slot to whoever has waited the longest; nobody who comes in between can take it. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }

  /** Works when there is a slot. */
  async run<Value>(work: () => Promise<Value>): Promise<Value> {
    await this.enter();
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  /**
   * As {@link run}, unless too many wait.
   *
   * @param longest works that may wait. @returns undefined when as many wait already; the work is not begun then.
   */
  runUnlessBusy<Value>(longest: number, work: () => Promise<Value>): Promise<Value> | undefined {
    return this.#free === 0 && this.#waiting.length >= longest ? undefined : this.run(work);
  }
}
