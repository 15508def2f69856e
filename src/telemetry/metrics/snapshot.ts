import type { Aggregator } from './families.js';

/** One number of a metric. */
export interface SnapshotValue {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  /** For a part of a histogram: `..._bucket`, `..._sum`, `..._count`. */
  readonly metricName?: string | undefined;
}

export interface SnapshotMetric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly aggregator: Aggregator;
  readonly values: readonly SnapshotValue[];
}

/** All numbers of a process at one moment. Can be sent to another process, as a clone or as JSON. */
export type MetricsSnapshot = readonly SnapshotMetric[];

/** Whether a metric only grows, so that what it once had must not get lost. */
export function grows({ type }: Pick<SnapshotMetric, 'type'>): boolean {
  return type !== 'gauge';
}
