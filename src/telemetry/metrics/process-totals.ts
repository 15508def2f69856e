import { merge, mergeNumbers } from './exposition.js';
import { RetiredTotals } from './retired-totals.js';
import type { MetricsSnapshot } from './snapshot.js';

/** The numbers of several processes as those of one: what is latest of each that runs, and the totals of all that ended. */
export class ProcessTotals {
  readonly #latest = new Map<number, MetricsSnapshot>();
  readonly #retired = new RetiredTotals();

  /** @param process any number that no other process has or had */
  update(process: number, snapshot: MetricsSnapshot): void {
    this.#latest.set(process, snapshot);
  }

  /** The process has ended; what it counted since its latest snapshot is lost. */
  ended(process: number): void {
    const last = this.#latest.get(process);
    if (last === undefined) return;
    this.#latest.delete(process);
    this.#retired.add(last);
  }

  /** The processes that have not ended, as far as is known. */
  processes(): Iterable<number> {
    return this.#latest.keys();
  }

  /** @param own of the process that asks */
  text(own: MetricsSnapshot): Promise<string> {
    return merge(this.#all(own));
  }

  /** @param own of the process that asks */
  snapshot(own: MetricsSnapshot): Promise<MetricsSnapshot> {
    return mergeNumbers(this.#all(own));
  }

  #all(own: MetricsSnapshot): readonly MetricsSnapshot[] {
    return [own, ...this.#latest.values(), this.#retired.snapshot()];
  }
}
