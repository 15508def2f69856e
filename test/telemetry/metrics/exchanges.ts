import type { CountedExchange } from '../../../src/telemetry/metrics/request-metrics.js';

/** An exchange that is over, as it is counted. */
export function exchange(
  path: string | undefined,
  changes: Partial<CountedExchange> & { received?: number } = {},
) {
  const { received = 0, ...rest } = changes;
  return { path, status: 200, outcome: 'complete', startedAt: 0, sent: 0, request: { received }, ...rest };
}
