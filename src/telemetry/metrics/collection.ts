import { FAMILIES, type Family, type FamilyName, type LabelsOf } from './families.js';
import type { HistogramNumbers } from './histogram.js';
import { SampleTable } from './sample-table.js';
import { grows, type MetricsSnapshot, type SnapshotMetric } from './snapshot.js';
import type { MetricSink } from './source.js';

/** What the sources say when somebody reads. */
export class Collection implements MetricSink {
  readonly #table = new SampleTable();

  add<Name extends FamilyName>(name: Name, value: number, labels: LabelsOf<Name>): void {
    this.#table.add(headOf(name), { value, labels });
  }

  histogram<Name extends FamilyName>(name: Name, numbers: HistogramNumbers, labels: LabelsOf<Name>): void {
    const head = headOf(name);
    const { bounds, counts, sum } = numbers;
    let count = 0;
    for (let bucket = 0; bucket <= bounds.length; bucket += 1) {
      count += counts[bucket] ?? 0;
      const le = bucket === bounds.length ? '+Inf' : String(bounds[bucket]);
      this.#table.add(head, { value: count, labels: { ...labels, le }, metricName: `${name}_bucket` });
    }
    this.#table.add(head, { value: sum, labels, metricName: `${name}_sum` });
    this.#table.add(head, { value: count, labels, metricName: `${name}_count` });
  }

  /** What a part had counted that is gone. */
  addTotals(snapshot: MetricsSnapshot): void {
    this.#table.addAll(snapshot, grows);
  }

  snapshot(): SnapshotMetric[] {
    return this.#table.snapshot();
  }
}

function headOf(name: FamilyName): Omit<SnapshotMetric, 'values'> {
  const { type, help, aggregator }: Family = FAMILIES[name];
  return { name, type, help, aggregator: aggregator ?? 'sum' };
}
