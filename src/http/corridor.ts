import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { isExempt, isRegistration } from '../access/exemption.js';
import { isWithinGrant } from '../access/grant-scope.js';
import { wantsV1Only } from '../access/old-engine.js';
import { Failure } from '../exchange/failure.js';
import type { Authenticator, Refusal, Verdict } from '../identity/authenticator.js';
import type { Challenge } from '../identity/challenge.js';
import type { Throttle } from '../identity/throttle.js';
import { parseTarget } from '../routing/target.js';
import type { Logs } from '../telemetry/logger.js';
import { checkMeaning, checkVersion, limit, localAuthority, userAgentOf } from './admission.js';
import type { Backend, Call } from './call.js';
import type { TrustedProxies } from './client.js';
import { type Connection, connectionOf } from './connection.js';
import { Delivery } from './delivery.js';
import { type Culprit, type IdleLimits, IdleWatch } from './idle-watch.js';
import type { Incoming } from './incoming.js';
import { isDistributionPath, toFailure } from './recovery.js';
import { readRequestHead } from './request-head.js';
import { RequestIds } from './request-ids.js';

export interface CorridorOptions {
  readonly authenticator: Authenticator;
  readonly challenge: Challenge;
  readonly proxies: TrustedProxies;
  readonly backend: Backend;
  readonly limits: IdleLimits;
  /** How often a stranger may ask for an account; undefined: strangers have none. */
  readonly registration: Throttle | undefined;
  /** docker 1.5 does not get to see `/v2/`, because there is `/v1/` for it. */
  readonly keepsOldEngines: boolean;
  readonly logs: Logs;
}

/** Exchanges that one connection may have open at a time; node would read on for as long as no reply piles up. */
const MAXIMUM_PIPELINED = 16;
/** Exchanges that all connections may have open at a time. */
const MAXIMUM_EXCHANGES = 10_000;
/** Milliseconds before an address that has sent too many wrong passwords is told so. */
const THROTTLED_WAIT = 500;

/** The way every request takes: head, target, password, backend, one access line. */
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
    delivery.closeAfter = this.#stopping;
    delivery.awaitsContinue = waits;
    const before = connection.current;
    connection.current = delivery;
    this.#watch.add(delivery);
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
      this.#admit(delivery);
    } catch (thrown) {
      this.#refuse(delivery, thrown);
    }
  }

  #refuse(delivery: Delivery, thrown: unknown): void {
    const failure = toFailure(thrown);
    // Whatever follows on a connection whose framing is in doubt must not be taken for a request.
    if (failure.close) delivery.connection.refused = true;
    const isOurs = failure.status >= 500;
    if (isOurs)
      this.#options.logs.logger.error({ id: delivery.id, err: thrown }, 'a request could not be handled');
    delivery.fail(failure, isOurs ? 'failed' : 'refused');
  }

  #admit(delivery: Delivery): void {
    const { request, connection } = delivery;
    checkVersion(request);
    if (this.#watch.size > MAXIMUM_EXCHANGES) throw busy();
    const head = readRequestHead(request.rawHeaders, request.httpVersionMinor);
    // Old engines read errors of their own form only, also about a target that is refused.
    if (request.url?.startsWith('/v1/') === true) delivery.path = '/v1/';
    const target = parseTarget(request.url ?? '');
    delivery.path = target.path;
    checkMeaning(delivery, head);
    const host = head.host ?? localAuthority(request.socket);
    const client = this.#options.proxies.clientOf(head, connection.address, host);
    delivery.address = client.address;
    const call: Call = { delivery, head, target, client, origin: `${client.protocol}://${client.host}` };
    const { registration, keepsOldEngines } = this.#options;
    if (keepsOldEngines && isDistributionPath(target.path) && wantsV1Only(userAgentOf(head))) {
      delivery.hidesDistribution = true;
      throw new Failure(404, 'UNSUPPORTED', 'this version of docker is served under /v1/ only');
    }
    if (registration !== undefined && isRegistration(request.method ?? '', target.path, head.authorization)) {
      limit(registration, client.address);
      this.#pass(call);
      return;
    }
    // A ping has no body; with one, strangers could pour into the registry what they like.
    if (isExempt(request.method ?? '', target.path) && !head.hasBody) {
      this.#pass(call);
      return;
    }
    const verdict = this.#options.authenticator.check(head.authorization, client.address);
    if (verdict instanceof Promise) {
      verdict
        .then((settled) => this.#decide(call, settled))
        .catch((thrown: unknown) => this.#refuse(delivery, thrown));
    } else this.#decide(call, verdict);
  }

  #decide(call: Call, verdict: Verdict): void {
    const { delivery } = call;
    if (delivery.closed) return;
    if (typeof verdict === 'string') {
      delivery.user = verdict;
      this.#pass(call);
    } else if (verdict.kind === 'granted') {
      const { user, grant, upstreamToken } = verdict;
      delivery.user = user;
      if (grant !== undefined && isWithinGrant(grant, delivery.request.method ?? '', call.target.path))
        this.#pass({ ...call, grant, upstreamToken });
      else this.#deny(delivery, { kind: 'unauthorized' });
    } else if (verdict.kind === 'throttled') {
      // Held, or whoever guesses would keep us busy with refusals as fast as they can ask.
      setTimeout(() => this.#deny(delivery, verdict), THROTTLED_WAIT).unref();
    } else {
      this.#deny(delivery, verdict.kind === 'stranger' ? { kind: 'unauthorized' } : verdict);
    }
  }

  #deny(delivery: Delivery, refusal: Refusal): void {
    delivery.fail(this.#options.challenge.failure(refusal, delivery.path), 'refused');
  }

  #pass(call: Call): void {
    call.delivery.goOn();
    this.#options.backend.answer(call);
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
    this.#options.logs.access?.write(delivery, performance.now());
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

/** Pipelined requests may overlap only if none of them changes anything (RFC 9112 §9.3.2). */
function isSafe({ request: { method } }: Delivery): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
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
