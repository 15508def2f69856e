import type { Logger } from 'pino';

/** When a server is left alone, and for how long. */
export interface HealthOptions {
  /** Of the server, for the log. */
  readonly name: string;
  /** Failures within {@link failTimeout} that make it down; 0: none do. */
  readonly maximumFailures: number;
  /** Milliseconds. */
  readonly failTimeout: number;
  readonly logger: Logger | undefined;
  /** Milliseconds of the monotonic clock. */
  readonly now: () => number;
}

/**
 * Whether one server is up. It goes down when it fails often enough within a time, is left alone for the same time, and
 * is then asked by the gateway itself, one question at a time, before clients' requests go there again. A reply to
 * anybody shows that it is up.
 *
 * A server that took the connection and failed at the request may have been brought to it by that request. It is asked at
 * once, so that no client can have it left alone.
 */
export class ServerHealth {
  readonly #options: HealthOptions;
  #isDown = false;
  #failures = 0;
  /** When the first of the failures that count was. */
  #since = 0;
  /** Until then a server that is down is left alone. */
  #until = 0;
  #isAsked = false;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  get isDown(): boolean {
    return this.#isDown;
  }

  /** Whether the server is down, has been left alone for long enough, and nobody finds out about it yet. */
  get isDue(): boolean {
    return this.#isDown && !this.#isAsked && this.#options.now() >= this.#until;
  }

  /** Somebody finds out; to be ended by {@link answered} or {@link failed}. */
  ask(): void {
    this.#isAsked = true;
  }

  /** The server has answered. */
  answered(): void {
    this.#isAsked = false;
    if (!this.#isDown) return;
    this.#isDown = false;
    this.#failures = 0;
    this.#options.logger?.info({ server: this.#options.name }, 'an upstream server is up again');
  }

  /** @param reason for the log @param isDoubtful the server took the connection, so that the request may be at fault */
  failed(reason: string, isDoubtful = false): void {
    const { maximumFailures, failTimeout, name: server, logger } = this.#options;
    const now = this.#options.now();
    if (this.#isDown) {
      if (isDoubtful) return;
      this.#isAsked = false;
      this.#until = now + failTimeout;
      return;
    }
    if (now - this.#since > failTimeout) {
      this.#since = now;
      this.#failures = 0;
    }
    this.#failures += 1;
    if (maximumFailures === 0 || this.#failures < maximumFailures) return;
    this.#isDown = true;
    this.#until = isDoubtful ? now : now + failTimeout;
    logger?.warn({ server, reason, failures: this.#failures }, 'an upstream server is down');
  }
}
