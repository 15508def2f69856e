import { SampleTable } from './sample-table.js';
import { grows, type MetricsSnapshot } from './snapshot.js';

/** What parts or processes had counted that are gone: without it totals would go backwards when one ends. */
export class RetiredTotals {
  readonly #table = new SampleTable();

  /** @param last the last that was heard of it */
  add(last: MetricsSnapshot): void {
    this.#table.addAll(last, grows);
  }

  snapshot(): MetricsSnapshot {
    return this.#table.snapshot();
  }
}
