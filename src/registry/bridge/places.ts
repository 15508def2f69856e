/** A number of places for work; who finds none free waits for a turn. */
export class Places {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @param count how much is done side by side. */
  constructor(count: number) {
    this.#free = count;
  }

  /** Works when there is a place, in the order of the calls. */
  async take<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
