import type { Aggregator } from './families.js';
import type { MetricsSnapshot, SnapshotMetric, SnapshotValue } from './snapshot.js';

interface Row {
  readonly head: Omit<SnapshotMetric, 'values'>;
  readonly values: Map<string, { value: number } & Omit<SnapshotValue, 'value'>>;
}

/** Numbers by metric and labels; what comes twice becomes one number. */
export class SampleTable {
  readonly #rows = new Map<string, Row>();

  add(head: Omit<SnapshotMetric, 'values'>, { value, labels, metricName }: SnapshotValue): void {
    const { name, help, type, aggregator } = head;
    let row = this.#rows.get(name);
    if (row === undefined) {
      row = { head: { name, help, type, aggregator }, values: new Map() };
      this.#rows.set(name, row);
    }
    const key = `${metricName ?? ''} ${JSON.stringify(labels)}`;
    const known = row.values.get(key);
    if (known !== undefined) known.value = joined(aggregator, known.value, value);
    else if (metricName === undefined) row.values.set(key, { value, labels });
    else row.values.set(key, { value, labels, metricName });
  }

  addAll(snapshot: MetricsSnapshot, isWanted: (metric: SnapshotMetric) => boolean): void {
    for (const metric of snapshot) {
      if (isWanted(metric)) for (const value of metric.values) this.add(metric, value);
    }
  }

  snapshot(): SnapshotMetric[] {
    return [...this.#rows.values()].map(({ head, values }) => ({
      ...head,
      values: [...values.values()].map((value) => ({ ...value })),
    }));
  }
}

function joined(aggregator: Aggregator, one: number, other: number): number {
  switch (aggregator) {
    case 'max':
      return Math.max(one, other);
    case 'min':
      return Math.min(one, other);
    case 'first':
      return one;
    default:
      return one + other;
  }
}
