import type { Transaction } from './transaction.js';

/** Counts exchanges. Runs with every request, so it has to be cheap; must not throw. */
export interface ExchangeObserver {
  entered(transaction: Transaction): void;
  /** The exchange is over: its outcome, its status and its bytes are known. @param now milliseconds of the monotonic clock */
  left(transaction: Transaction, now: number): void;
}
