import { bytes, rate, waiting } from './amounts.js';
import type { Figures } from './figures.js';

/** One line, for a log or a pipe. @param now milliseconds since 1970 */
export function summaryLine(figures: Figures, now = Date.now()): string {
  const { classes, latency, authentication } = figures;
  return [
    new Date(now).toISOString(),
    `requests ${rate(figures.perSecond)}/s`,
    `4xx ${rate(classes['4xx'])}/s`,
    `5xx ${rate(classes['5xx'] + classes.none)}/s`,
    `in ${bytes(figures.receivedPerSecond)}/s`,
    `out ${bytes(figures.sentPerSecond)}/s`,
    `under way ${figures.openExchanges}`,
    `p95 ${waiting(latency.p95)}`,
    `logins waiting ${authentication.queue}`,
    `event loop ${waiting(figures.eventLoopDelay)}`,
  ].join('  ');
}
