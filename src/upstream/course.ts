import type { Balancer } from './balancer.js';
import type { ConnectionUser } from './connection-use.js';
import { connectFailure, isStaleConnection, replyFailure } from './failure.js';
import type { Server } from './server.js';

/**
 * What a failed request does next. `again`: to the same server on a fresh connection. `onward`: to another server, as it
 * is, because nothing of it was sent. `repeat`: to another server, with all that was sent.
 */
export type Step = 'again' | 'onward' | 'repeat' | 'stop';

/** Methods whose request may be sent again although a server may have acted on it (RFC 9110 §9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE']);

/** A request's way through the servers: which one has it, and where it goes when that one fails. */
export abstract class Course implements ConnectionUser {
  readonly #balancer: Balancer;
  #server: Server | undefined;
  #failed: Set<Server> | undefined;
  /** The request went on a connection that had been kept, which may have died meanwhile. */
  #isKept = false;
  #isAgain = false;
  #triedAt = 0;

  constructor(balancer: Balancer) {
    this.#balancer = balancer;
  }

  /** The server that has the request. @param now of the monotonic clock; the request is handed over */
  protected server(now: number): Server {
    this.#triedAt = now;
    this.#isKept = false;
    this.#server ??= this.#balancer.choose();
    return this.#server;
  }

  /** The name of the server that has had the request last. */
  protected get serverName(): string | undefined {
    return this.#server?.name;
  }

  /** The head of the reply is there. */
  protected replied(status: number, now: number): void {
    this.#server?.replied(status, now - this.#triedAt);
  }

  /** Counts a failure after which nothing is tried: the reply had begun, or nobody waits any more. */
  protected brokeOff(error: unknown): void {
    const kind = replyFailure(error);
    if (kind !== undefined && this.#server !== undefined) this.#server.tally.failures[kind] += 1;
  }

  /** The server did not answer in time. */
  protected timedOut(): void {
    this.#server?.failed('timeout', new Error('no reply in time'), true);
  }

  /** What to do after a failure; with anything but `stop` the request is to be handed over again. */
  protected stepAfter(error: unknown, method: string): Step {
    const server = this.#server;
    if (server === undefined) return 'stop';
    const unconnected = connectFailure(error);
    if (unconnected === undefined) {
      if (this.#isKept && !this.#isAgain && isStaleConnection(error)) {
        this.#isAgain = true;
        return 'again';
      }
      const kind = replyFailure(error);
      if (kind === undefined) return 'stop';
      // Alone, a server that takes requests is up, whatever becomes of them: there is nobody to take them in its place.
      if (this.#balancer.hasSeveral) server.failed(kind, error, true);
      else this.brokeOff(error);
      if (kind === 'other' || !IDEMPOTENT.has(method)) return 'stop';
    } else server.failed(unconnected, error, false);
    this.#failed ??= new Set();
    this.#failed.add(server);
    const next = this.#balancer.another(this.#failed);
    if (next === undefined) return 'stop';
    this.#server = next;
    this.#isAgain = false;
    return unconnected === undefined ? 'repeat' : 'onward';
  }

  /** Counts that a request was handed over again. */
  protected countRetry(): void {
    if (this.#server !== undefined) this.#server.tally.retries += 1;
  }

  onConnection(isKept: boolean): void {
    this.#isKept = isKept;
  }

  abstract onUpstreamEnd(): void;
}
