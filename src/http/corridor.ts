import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Operation } from '../access/operation.js';
import { Failure } from '../exchange/failure.js';
import type { Logs } from '../telemetry/logger.js';
import { type Connection, connectionOf } from './connection.js';
import { Delivery } from './delivery.js';
import { type Culprit, type IdleLimits, IdleWatch } from './idle-watch.js';
import type { Incoming } from './incoming.js';
import type { ExchangeObserver } from './observer.js';
import type { Reception } from './reception.js';
import { toFailure } from './recovery.js';
import { RequestIds } from './request-ids.js';
import type { SecurityHeaders } from './security-headers.js';
import { isSafe, type Transaction } from './transaction.js';

/** Is told of what has been changed, and of what was refused to somebody known. */
export interface ExchangeAudit {
  /** Called when the exchange is over. */
  exchange(transaction: Transaction, operation: Operation): void;
}

export interface CorridorOptions {
  readonly reception: Reception;
  readonly security: SecurityHeaders;
  readonly limits: IdleLimits;
  readonly logs: Logs;
  readonly audit: ExchangeAudit | undefined;
  /** Counts exchanges; undefined: nobody does. */
  readonly observer?: ExchangeObserver | undefined;
  /** Is told of errors that nobody expected. */
  readonly crashes?: CrashListener | undefined;
}

/** Is told of errors that nobody expected. Must not throw. */
export interface CrashListener {
  /** @param context `id` is that of the request */
  report(error: unknown, context: { readonly id: string }): void;
}

/** Exchanges that one connection may have open at a time; node would read on for as long as no reply piles up. */
const MAXIMUM_PIPELINED = 16;
/** Exchanges that all connections may have open at a time. */
const MAXIMUM_EXCHANGES = 10_000;

/** The way every request takes: its turn on the connection, the reception, a reply in time, one access line. */
export class Corridor {
  readonly #options: CorridorOptions;
  readonly #watch: IdleWatch;
  readonly #ids = new RequestIds();
  #stopping = false;

  constructor(options: CorridorOptions) {
    this.#options = options;
    this.#watch = new IdleWatch(options.limits, expire, (delivery) => this.#leave(delivery));
  }

  readonly onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    this.#enter(request as Incoming, response, false);
  };

  /** The client waits for `100 Continue` (RFC 9110 §10.1.1). */
  readonly onContinue = (request: IncomingMessage, response: ServerResponse): void => {
    this.#enter(request as Incoming, response, true);
  };

  /** Lets running exchanges finish, each on its last reply; resolves when all have. */
  async drain(): Promise<void> {
    this.#stopping = true;
    for (const delivery of this.#watch.deliveries()) delivery.closeAfter = true;
    await this.#watch.whenEmpty();
  }

  /** Resolves when nothing is under way any more; nothing is asked to leave. */
  whenEmpty(): Promise<void> {
    return this.#watch.whenEmpty();
  }

  /** The exchanges under way. */
  exchanges(): Iterable<Transaction> {
    return this.#watch.deliveries();
  }

  close(): void {
    this.#watch.close();
    for (const delivery of this.#watch.deliveries()) delivery.cut('failed');
  }

  #enter(request: Incoming, response: ServerResponse, waits: boolean): void {
    const connection = connectionOf(request.socket);
    if (connection.refused) return;
    if (connection.open >= MAXIMUM_PIPELINED) {
      stopPipelining(connection, request.socket);
      return;
    }
    connection.open += 1;
    const delivery = new Delivery(this.#ids.next(), request, response, connection, performance.now());
    delivery.security = this.#options.security.of(connection.secure);
    delivery.closeAfter = this.#stopping || connection.isLeaving;
    delivery.awaitsContinue = waits;
    const before = connection.current;
    connection.current = delivery;
    this.#watch.add(delivery);
    this.#options.observer?.entered(delivery);
    response.once('close', () => this.#leave(delivery));
    const overlaps = before?.started === true && isSafe(before) && isSafe(delivery);
    if (before === undefined || before.closed || overlaps) this.#start(delivery);
    else before.response.once('close', () => this.#follow(before, delivery));
  }

  /** The turn has come of a request that had to wait for the one before it, if the connection still stands. */
  #follow(before: Delivery, delivery: Delivery): void {
    if (before.closeAfter) delivery.cut('refused');
    if (delivery.request.socket.destroyed) this.#leave(delivery);
    else this.#start(delivery);
  }

  #start(delivery: Delivery): void {
    if (delivery.closed) return;
    delivery.started = true;
    try {
      if (this.#watch.size > MAXIMUM_EXCHANGES) throw busy();
      this.#options.reception.receive(delivery, this.#onRefused);
    } catch (thrown) {
      this.#refuse(delivery, thrown);
    }
  }

  readonly #onRefused = (delivery: Delivery, thrown: unknown): void => this.#refuse(delivery, thrown);

  #refuse(delivery: Delivery, thrown: unknown): void {
    const failure = toFailure(thrown);
    // Whatever follows on a connection whose framing is in doubt must not be taken for a request.
    if (failure.close) delivery.connection.refused = true;
    const isOurs = failure.status >= 500;
    if (isOurs) this.#tell(delivery, thrown);
    delivery.fail(failure, isOurs ? 'failed' : 'refused');
  }

  #tell({ id }: Delivery, thrown: unknown): void {
    const { logs, crashes } = this.#options;
    logs.logger.error({ id, err: thrown }, 'a request could not be handled');
    if (!(thrown instanceof Failure)) crashes?.report(thrown, { id });
  }

  #leave(delivery: Delivery): void {
    if (delivery.closed) return;
    delivery.connection.open -= 1;
    delivery.closed = true;
    delivery.outcome ??= delivery.response.writableFinished ? 'complete' : 'client gone';
    const { source, request } = delivery;
    delivery.source = undefined;
    source?.abandon();
    delivery.release?.();
    if (!request.complete && !request.socket.destroyed) request.drain();
    this.#watch.finish(delivery);
    const now = performance.now();
    this.#options.logs.access?.write(delivery, now);
    this.#options.observer?.left(delivery, now);
    delivery.span?.end(delivery, now);
    if (delivery.operation !== undefined) this.#options.audit?.exchange(delivery, delivery.operation);
  }
}

/** Lets the last exchange that was accepted end the connection, and reads nothing more (RFC 9112 §9.3.2 lets clients ask again). */
function stopPipelining(connection: Connection, socket: Socket): void {
  connection.refused = true;
  socket.pause();
  const { current } = connection;
  if (current === undefined) return;
  current.closeAfter = true;
  current.response.once('close', () => socket.destroySoon());
}

function busy(): Failure {
  return new Failure(503, 'UNAVAILABLE', 'too many requests are under way; try again in a moment', {
    close: true,
    headers: { 'retry-after': 1 },
  });
}

/** Ends an exchange in which nothing has moved for too long. */
function expire(delivery: Delivery, culprit: Culprit): void {
  const { source } = delivery;
  delivery.source = undefined;
  source?.abandon();
  if (delivery.waitsForClient) {
    delivery.cut('timed out');
    return;
  }
  const failure =
    culprit === 'client'
      ? new Failure(408, 'UNKNOWN', 'the request did not arrive in time', { close: true })
      : new Failure(504, 'UNAVAILABLE', 'the registry did not answer in time');
  delivery.fail(failure, 'timed out');
}
