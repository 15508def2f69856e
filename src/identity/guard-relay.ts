import { readNotices } from './guard-exchange.js';

/** A worker, as node:cluster has it. */
export interface RelayWorker {
  readonly id: number;
  isConnected(): boolean;
  send(message: unknown, sent: (error: Error | null) => void): boolean;
}

/** The primary, as node:cluster has it. */
export interface RelayCluster {
  readonly workers?: NodeJS.Dict<RelayWorker> | undefined;
  on(event: 'message', listener: (worker: RelayWorker, message: unknown) => void): unknown;
  off(event: 'message', listener: (worker: RelayWorker, message: unknown) => void): unknown;
}

/** Messages that a worker has not taken yet; one that hangs must not fill the primary's memory. */
const MOST_ON_THE_WAY = 64;

/**
 * Runs in the primary: hands what a worker's guard announces to all other workers.
 *
 * @returns ends it
 */
export function relayGuesses(cluster: RelayCluster): () => void {
  const onTheWay = new WeakMap<RelayWorker, number>();
  const listener = (from: RelayWorker, message: unknown): void => {
    if (readNotices(message) === undefined) return;
    for (const worker of Object.values(cluster.workers ?? {})) {
      if (worker === undefined || worker.id === from.id || !worker.isConnected()) continue;
      const count = onTheWay.get(worker) ?? 0;
      if (count >= MOST_ON_THE_WAY) continue;
      onTheWay.set(worker, count + 1);
      // An error means that the worker is going: it needs to know no more.
      worker.send(message, () => onTheWay.set(worker, (onTheWay.get(worker) ?? 1) - 1));
    }
  };
  cluster.on('message', listener);
  return () => {
    cluster.off('message', listener);
  };
}
