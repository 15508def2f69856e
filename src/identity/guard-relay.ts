import { readNotices } from './guard-exchange.js';

/** A process that works together with others, as the one sees it that looks after all of them. */
export interface RelayWorker {
  isConnected(): boolean;
  send(message: unknown, sent: (error: Error | null) => void): boolean;
}

/** Messages that a worker has not taken yet; one that hangs must not fill the primary's memory. */
const MOST_ON_THE_WAY = 64;

const onTheWay = new WeakMap<RelayWorker, number>();

/**
 * Runs in the primary: hands what a worker's guard announces to all other workers.
 *
 * @param message of that worker; all others than announcements are left alone
 */
export function relayGuesses(message: unknown, from: RelayWorker, workers: Iterable<RelayWorker>): void {
  if (readNotices(message) === undefined) return;
  for (const worker of workers) {
    if (worker === from || !worker.isConnected()) continue;
    const count = onTheWay.get(worker) ?? 0;
    if (count >= MOST_ON_THE_WAY) continue;
    onTheWay.set(worker, count + 1);
    // An error means that the worker is going: it needs to know no more.
    worker.send(message, () => onTheWay.set(worker, (onTheWay.get(worker) ?? 1) - 1));
  }
}
