import { isExempt, isRegistration, isTokenService } from '../access/exemption.js';
import { wantsV1Only } from '../access/old-engine.js';
import { type Operation, operationOf } from '../access/operation.js';
import { Failure } from '../exchange/failure.js';
import type { Authenticator, LoginListener, Refusal, Verdict } from '../identity/authenticator.js';
import type { Challenge } from '../identity/challenge.js';
import { HeldRefusals, isHeld } from '../identity/held-refusals.js';
import { scopeOf } from '../identity/needed-scope.js';
import type { Throttle } from '../identity/throttle.js';
import { parseTarget } from '../routing/target.js';
import { checkMeaning, checkVersion, fieldOf, limit, localAuthority } from './admission.js';
import type { Backend, Call } from './call.js';
import type { TrustedProxies } from './client.js';
import { checkTransport, inClear, isConfidential } from './confidentiality.js';
import { certificateUserOf } from './connection.js';
import type { Cors } from './cors.js';
import { answerPreflight } from './cors-preflight.js';
import type { Delivery } from './delivery.js';
import type { Gate } from './gate.js';
import { isDistributionPath } from './recovery.js';
import { readRequestHead } from './request-head.js';
import type { SecurityHeaders } from './security-headers.js';
import type { Tracer } from './span.js';
import { isSafe } from './transaction.js';

export interface ReceptionOptions {
  readonly authenticator: Pick<Authenticator, 'check'>;
  readonly challenge: Challenge;
  readonly proxies: TrustedProxies;
  readonly gate: Gate;
  readonly backend: Backend;
  /** Issues tokens to whoever shows who they are, and tells by which keys they are signed. */
  readonly tokenService: Backend;
  /** How often a stranger may ask for an account; undefined: strangers have none. */
  readonly registration: Throttle | undefined;
  /** docker 1.5 does not get to see `/v2/`, because there is `/v1/` for it. */
  readonly keepsOldEngines: boolean;
  /** What everybody gets without being asked who they are, by its path; for GET and HEAD. */
  readonly open?: ReadonlyMap<string, Backend> | undefined;
  /** Follows requests through several programs; undefined: nobody does. */
  readonly tracer?: Tracer | undefined;
  /** What pages of other origins may do; undefined: nothing is said of it. */
  readonly cors?: Cors | undefined;
  readonly security: SecurityHeaders;
  /** Wants to know who comes by a certificate, what is changed, and what is refused. */
  readonly audit: LoginListener | undefined;
}

/** What every request is asked: what it means, who asks, and whether they may. Then whoever can answer it gets it. */
export class Reception {
  readonly #options: ReceptionOptions;
  readonly #held = new HeldRefusals();

  constructor(options: ReceptionOptions) {
    this.#options = options;
  }

  /**
   * @param onRefused takes what is thrown once the answer no longer comes at once.
   * @throws {Failure} when the request is refused at once
   */
  receive(delivery: Delivery, onRefused: (delivery: Delivery, thrown: unknown) => void): void {
    const { request, connection } = delivery;
    const { cors } = this.#options;
    // Also the refusal of a broken request is for the page to read.
    delivery.cors = cors;
    checkVersion(request);
    const head = readRequestHead(request.rawHeaders, request.httpVersionMinor);
    // Old engines read errors of their own form only, also about a target that is refused.
    if (request.url?.startsWith('/v1/') === true) delivery.path = '/v1/';
    const target = parseTarget(request.url ?? '');
    delivery.path = target.path;
    const { registration, keepsOldEngines, tracer, open } = this.#options;
    if (tracer !== undefined) delivery.span = tracer.begin(delivery, head, target);
    checkMeaning(delivery, head);
    const host = head.host ?? localAuthority(request.socket);
    const client = this.#options.proxies.clientOf(head, connection.address, host, connection.secure);
    delivery.address = client.address;
    if (!connection.secure) delivery.security = this.#options.security.of(client.protocol === 'https');
    if (cors !== undefined && answerPreflight(cors, delivery, head)) return;
    const call: Call = { delivery, head, target, client, origin: `${client.protocol}://${client.host}` };
    if (keepsOldEngines && isDistributionPath(target.path) && wantsV1Only(fieldOf(head, 'user-agent'))) {
      delivery.hidesDistribution = true;
      throw new Failure(404, 'UNSUPPORTED', 'this version of docker is served under /v1/ only');
    }
    const registers =
      registration !== undefined && isRegistration(request.method ?? '', target.path, head.authorization);
    const hasSecrets = head.authorization !== undefined || registers || isTokenService(target.path);
    checkTransport(connection, client, hasSecrets);
    if (registers) {
      limit(registration, client.address);
      this.#pass(call);
      return;
    }
    // A ping has no body; with one, strangers could pour into the registry what they like.
    if (isExempt(request.method ?? '', target.path) && !head.hasBody) {
      this.#pass(call);
      return;
    }
    const everybodys = open?.get(target.path);
    if (
      everybodys !== undefined &&
      (request.method === 'GET' || request.method === 'HEAD') &&
      !head.hasBody
    ) {
      this.#forward(call, everybodys);
      return;
    }
    if (isTokenService(target.path)) {
      delivery.user = certifiedUser(call);
      this.#forward(call, this.#options.tokenService);
      return;
    }
    const verdict = this.#verdict(call);
    if (verdict instanceof Promise) {
      verdict
        .then((settled) => this.#decide(call, settled))
        .catch((thrown: unknown) => onRefused(delivery, thrown));
    } else this.#decide(call, verdict);
  }

  /** A certificate stands for its user where nothing else is shown. */
  #verdict(call: Call): Verdict | Promise<Verdict> {
    const { authorization } = call.head;
    const { client } = call;
    const user = authorization === undefined ? certifiedUser(call) : undefined;
    if (user !== undefined) {
      this.#options.audit?.login({ user, address: client.address, outcome: 'good', way: 'certificate' });
      return { kind: 'granted', way: 'certificate', user };
    }
    return this.#options.authenticator.check(authorization, client.address);
  }

  #decide(call: Call, verdict: Verdict): void {
    const { delivery } = call;
    if (delivery.closed) return;
    if (typeof verdict === 'string') {
      delivery.user = verdict;
      delivery.way = 'password';
    } else if (verdict.kind === 'granted') {
      delivery.user = verdict.user;
      delivery.way = verdict.way;
    } else if (verdict.kind !== 'stranger') {
      this.#turnAway(call, verdict);
      return;
    }
    const admitted = this.#options.gate.admit(call, verdict);
    if ('refusal' in admitted) this.#deny(call, admitted.refusal, admitted.operation);
    else this.#pass(admitted);
  }

  #turnAway(call: Call, refusal: Refusal): void {
    if (isHeld(refusal))
      call.delivery.response.once(
        'close',
        this.#held.hold(() => this.#deny(call, refusal)),
      );
    else this.#deny(call, refusal);
  }

  #deny(call: Call, refusal: Refusal, needed?: Operation): void {
    const { delivery, target, origin, client } = call;
    const scope = needed === undefined ? undefined : scopeOf(needed);
    // A stranger's first request is how clients find out how to log in.
    if (this.#options.audit !== undefined && needed !== undefined && refusal.kind !== 'unauthorized')
      delivery.operation = needed;
    const failure = this.#options.challenge.failure(refusal, { path: target.path, origin, scope });
    const isAsking = failure.status === 401 && !isConfidential(delivery.connection, client);
    delivery.fail(isAsking ? inClear() : failure, 'refused');
  }

  #pass(call: Call): void {
    const { delivery, target } = call;
    if (this.#options.audit !== undefined && !isSafe(delivery))
      delivery.operation = operationOf(delivery.request.method ?? '', target);
    this.#forward(call, this.#options.backend);
  }

  #forward(call: Call, backend: Backend): void {
    call.delivery.goOn();
    backend.answer(call);
  }
}

/** Behind a trusted proxy the certificate is the proxy's, and says nothing about whom it speaks for. */
function certifiedUser({ delivery: { connection }, client }: Call): string | undefined {
  return client.chain === connection.address ? certificateUserOf(connection) : undefined;
}
