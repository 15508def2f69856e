import type { Transaction } from '../http/transaction.js';
import type { RunningExchange } from '../monitor/status.js';
import { loggedTarget } from '../telemetry/logged-target.js';

/** Exchanges that are told of at most. */
const MOST = 1_000;

/** What is under way, as it can be shown: without secrets. @param now milliseconds of the monotonic clock */
export function runningExchanges(
  exchanges: Iterable<Transaction>,
  now = performance.now(),
): readonly RunningExchange[] {
  const shown: RunningExchange[] = [];
  for (const { id, user, address, request, path, status, flushed, startedAt } of exchanges) {
    if (shown.length === MOST) break;
    shown.push({
      ...{ id, user, client: address, status },
      method: request.method ?? '',
      target: loggedTarget(request.url ?? '', path !== undefined),
      received: request.received,
      sent: flushed,
      seconds: Math.max(0, now - startedAt) / 1_000,
    });
  }
  return shown;
}
