import { AggregatorRegistry, Registry } from 'prom-client';
import type { MetricsSnapshot } from './snapshot.js';

/** The media type of what {@link merge} makes. */
export const CONTENT_TYPE: string = Registry.PROMETHEUS_CONTENT_TYPE;

/** Snapshots of several processes as one text in Prometheus' format 0.0.4. */
export function merge(snapshots: readonly MetricsSnapshot[]): Promise<string> {
  return registryOf(snapshots).metrics();
}

/** The same as numbers. */
export async function mergeNumbers(snapshots: readonly MetricsSnapshot[]): Promise<MetricsSnapshot> {
  return (await registryOf(snapshots).getMetricsAsJSON()) as unknown as MetricsSnapshot;
}

function registryOf(snapshots: readonly MetricsSnapshot[]): Registry {
  return AggregatorRegistry.aggregate(snapshots.map((snapshot) => [...snapshot]));
}
