import type { FailureKind } from './failure.js';

/** Upper ends of the ranges that waits are counted in, in seconds; what is longer is counted behind the last. */
const WAIT_BOUNDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300] as const;

/** How long the server took from being handed a request to the head of its reply. */
export class WaitTally {
  readonly bounds: readonly number[] = WAIT_BOUNDS;
  /** Waits in each range, not added up; the last is for those longer than all bounds. */
  readonly counts = new Float64Array(WAIT_BOUNDS.length + 1);
  /** Seconds, of all together. */
  sum = 0;
  count = 0;

  observe(milliseconds: number): void {
    const seconds = milliseconds / 1000;
    let range = 0;
    while (range < WAIT_BOUNDS.length && seconds > (WAIT_BOUNDS[range] as number)) range += 1;
    this.counts[range] = (this.counts[range] as number) + 1;
    this.sum += seconds;
    this.count += 1;
  }
}

/** What is so now. */
export interface ServerState {
  /** False while the server is left alone, or, where there is only one, does not answer. */
  readonly isUp: boolean;
  readonly openConnections: number;
  /** Open, and without a request. */
  readonly freeConnections: number;
  readonly runningRequests: number;
  /** Waiting for a connection. */
  readonly pendingRequests: number;
}

/** The numbers of one server. Those that count only grow; they are plain, since each request changes some. */
export class UpstreamTally implements ServerState {
  /** The server's URL. */
  readonly server: string;
  /** Replies by the first digit of their status. */
  readonly replies = new Float64Array(10);
  readonly failures: Record<FailureKind, number> = { connect: 0, timeout: 0, tls: 0, reset: 0, other: 0 };
  /** Requests that came to the server once more, or after another one had failed. */
  retries = 0;
  readonly waits = new WaitTally();
  readonly #state: () => ServerState;

  constructor(server: string, state: () => ServerState) {
    this.server = server;
    this.#state = state;
  }

  get isUp(): boolean {
    return this.#state().isUp;
  }

  get openConnections(): number {
    return this.#state().openConnections;
  }

  get freeConnections(): number {
    return this.#state().freeConnections;
  }

  get runningRequests(): number {
    return this.#state().runningRequests;
  }

  get pendingRequests(): number {
    return this.#state().pendingRequests;
  }
}
