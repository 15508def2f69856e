import type { Handler } from '../exchange/exchange.js';
import { isDistributionPath } from './recovery.js';

/** Sends what is asked under `/v2/` to one handler and everything else, the greeting and the pings too, to the other. */
export function byVersion(v2: Handler, v1: Handler): Handler {
  return (exchange) => (isDistributionPath(exchange.target.path) ? v2(exchange) : v1(exchange));
}
