import type { Target } from '../routing/target.js';
import type { RequestHead } from './request-head.js';
import type { Transaction } from './transaction.js';

/** One request, as it is told to whoever follows requests through several programs (W3C Trace Context). */
export interface Span {
  /** What the upstream is told in place of what the client said. */
  readonly traceparent: string;
  readonly tracestate: string | undefined;
  /** The exchange is over. Called once. Must not throw. @param now milliseconds of the monotonic clock */
  end(transaction: Transaction, now: number): void;
}

/** Begins spans. Must not throw. */
export interface Tracer {
  begin(transaction: Transaction, head: RequestHead, target: Target): Span | undefined;
}
