import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Aggregator } from './families.js';
import type { MetricsSnapshot, SnapshotMetric } from './snapshot.js';

/** Lists of everything that is open: they cost more with every connection, and we have numbers of our own for that. */
const COSTLY = ['nodejs_active_handles', 'nodejs_active_requests', 'nodejs_active_resources'];

/** Where prom-client would leave a number out, add up or average what several processes cannot share. */
const AGGREGATORS: Readonly<Record<string, Aggregator>> = {
  process_start_time_seconds: 'min',
  process_max_fds: 'min',
  nodejs_eventloop_lag_seconds: 'max',
  nodejs_eventloop_lag_p50_seconds: 'max',
  nodejs_eventloop_lag_p90_seconds: 'max',
  nodejs_eventloop_lag_p99_seconds: 'max',
};

/**
 * Processor time, memory, files, garbage collection and the delay of the event loop of this process, under the names that
 * Node programs have in common. Delays are those since somebody last read.
 */
export class ProcessMetrics {
  readonly #registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
    for (const name of COSTLY) {
      this.#registry.removeSingleMetric(name);
      this.#registry.removeSingleMetric(`${name}_total`);
    }
  }

  async snapshot(): Promise<MetricsSnapshot> {
    const metrics = (await this.#registry.getMetricsAsJSON()) as unknown as SnapshotMetric[];
    return metrics.map(({ name, help, type, aggregator, values }) => ({
      ...{ name, help, type, aggregator: AGGREGATORS[name] ?? aggregator },
      // Without a sample the mean is no number, which would spoil those of other processes and does not survive JSON.
      values: values.filter(({ value }) => Number.isFinite(value)).map(plain),
    }));
  }
}

/** Without what prom-client keeps for itself; its labels may be shared. */
function plain({
  value,
  labels,
  metricName,
  ...rest
}: SnapshotMetric['values'][number] & { sharedLabels?: object }) {
  const all = { ...rest.sharedLabels, ...labels };
  return metricName === undefined ? { value, labels: all } : { value, labels: all, metricName };
}
