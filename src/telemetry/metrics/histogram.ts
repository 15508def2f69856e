/** The numbers of a histogram, as they are read. */
export interface HistogramNumbers {
  /** Upper bounds in seconds, ascending. */
  readonly bounds: readonly number[];
  /** How many fell between a bound and the one before it; one more than bounds, for what is above all of them. */
  readonly counts: ArrayLike<number>;
  /** Of all that was observed, in seconds. */
  readonly sum: number;
}

/** Counts durations by their length. Cheap: a few comparisons and two additions. */
export class Histogram implements HistogramNumbers {
  readonly bounds: readonly number[];
  readonly counts: Float64Array;
  readonly #limits: Float64Array;
  #milliseconds = 0;

  /** @param bounds seconds, ascending */
  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
    this.#limits = Float64Array.from(bounds, (bound) => bound * 1000);
  }

  observe(milliseconds: number): void {
    const limits = this.#limits;
    let bucket = 0;
    while (bucket < limits.length && milliseconds > (limits[bucket] ?? 0)) bucket += 1;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.#milliseconds += milliseconds;
  }

  get sum(): number {
    return this.#milliseconds / 1000;
  }

  get isEmpty(): boolean {
    return this.counts.every((count) => count === 0);
  }
}
