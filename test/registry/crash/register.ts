/** A request that changes a {@link Register}, from the moment it is sent. */
export interface Write {
  /** The server has said that it is done. */
  acknowledged(): void;
  /** The server has said that it is not done. */
  refused(): void;
  /** The server ended without a word: it may be done or not. To be called when nothing can do it any more. */
  lost(): void;
}

interface Entry<Value> {
  readonly value: Value;
  readonly start: number;
  end: number;
}

let clock = 0;

/**
 * A value that a server keeps, as far as a client can know it: every value that it may have, seen from outside.
 *
 * A write replaces all that ended before it began; writes at the same time leave either value.
 */
export class Register<Value> {
  #entries: Entry<Value>[];

  constructor(initial: Value) {
    this.#entries = [{ value: initial, start: 0, end: 0 }];
  }

  begin(value: Value): Write {
    clock += 1;
    const entry: Entry<Value> = { value, start: clock, end: Number.POSITIVE_INFINITY };
    this.#entries.push(entry);
    const over = (): void => {
      clock += 1;
      entry.end = clock;
    };
    return {
      acknowledged: () => {
        over();
        this.#entries = this.#entries.filter(({ end }) => end >= entry.start);
      },
      refused: () => {
        this.#entries = this.#entries.filter((other) => other !== entry);
      },
      lost: over,
    };
  }

  /** What it may be at this moment. */
  possible(): Value[] {
    return [...new Set(this.#entries.map(({ value }) => value))];
  }

  /** Somebody has looked while nobody wrote. */
  settle(value: Value): void {
    clock += 1;
    this.#entries = [{ value, start: clock, end: clock }];
  }
}
