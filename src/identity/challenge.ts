import { Failure } from '../exchange/failure.js';
import type { Refusal } from './authenticator.js';

/** How clients of the v2 API are asked to show who they are: by a password, or by a token. */
export type ChallengeMode = 'basic' | 'bearer';

export interface ChallengeOptions {
  /** Shown in the password prompt (RFC 7617 §2). */
  readonly realm: string;
  /** Asked at each refusal under `/v2/`, since it follows the rules that hold now. By a password when left out. */
  readonly mode?: () => ChallengeMode;
  /** Tokens of the v1 API are taken too. */
  readonly offersTokens?: boolean;
  /** URL of the token server that clients are sent to; undefined: `/token` where they came to. */
  readonly tokenServer?: string | undefined;
  /** The gateway's name in tokens. */
  readonly service?: string;
}

/** What a challenge says beside the refusal. */
export interface ChallengeRequest {
  readonly path: string;
  /** Scheme and authority by which the client reached us, as its `Host` has it. */
  readonly origin: string;
  /** What a token would have to open; undefined: nothing in particular. */
  readonly scope: string | undefined;
}

/** What may stand in a realm's URL: whoever sends `Host` must not write the rest of the line. */
const ORIGIN = /^https?:\/\/[A-Za-z0-9._\-:[\]]{1,270}$/;
const SCOPE = /^[\x20-\x7e]{1,4096}$/;

/**
 * Not the sentence that distribution has for the code: docker takes that for a fault of the moment, and tries again for a
 * minute before it gives up.
 */
const NO_RIGHT = 'you have no right to do this here; whoever runs the registry can give it to you';

/** Turns refusals into what the client is told. All bad credentials get one and the same answer. */
export class Challenge {
  readonly #options: ChallengeOptions;
  readonly #unauthorized: Failure;
  readonly #unauthorizedV1: Failure;

  constructor(options: ChallengeOptions) {
    this.#options = options;
    const basic = `Basic realm=${quote(this.#options.realm)}`;
    // The sentence that docker-registry had, for whoever looks for it.
    this.#unauthorizedV1 = new Failure(401, 'UNAUTHORIZED', 'Requires authorization', {
      headers: { 'www-authenticate': this.#options.offersTokens === true ? [basic, 'Token'] : basic },
    });
    this.#unauthorized = new Failure(401, 'UNAUTHORIZED', 'authentication required', {
      headers: { 'www-authenticate': basic },
    });
  }

  /** RFC 9110 §15.5.2 and §15.5.4, RFC 6585 §4, RFC 6750 §3. */
  failure(refusal: Refusal, request: ChallengeRequest): Failure {
    switch (refusal.kind) {
      case 'unauthorized':
        return this.#unauthenticated(refusal.token === true, request);
      case 'insufficient':
        return (
          this.#bearer(request, 'insufficient_scope', 'the token does not open this') ??
          this.#basic(request.path)
        );
      case 'forbidden':
        return new Failure(403, 'DENIED', NO_RIGHT);
      case 'throttled':
        return new Failure(
          429,
          'TOOMANYREQUESTS',
          'too many wrong passwords from this address; wait, then try again',
          { headers: { 'retry-after': Math.ceil(refusal.retryAfter / 1_000) } },
        );
      case 'overloaded':
        return new Failure(
          503,
          'UNAVAILABLE',
          'too many passwords or tokens are being checked; try again in a moment',
          { headers: { 'retry-after': 1 } },
        );
    }
  }

  #unauthenticated(isToken: boolean, request: ChallengeRequest): Failure {
    const { path } = request;
    const isDistribution = path === '/v2' || path.startsWith('/v2/');
    if (isDistribution && this.#options.mode?.() === 'bearer') {
      const error = isToken ? 'invalid_token' : undefined;
      const failure = this.#bearer(request, error, 'authentication required');
      if (failure !== undefined) return failure;
    }
    return this.#basic(path);
  }

  #basic(path: string): Failure {
    return path.startsWith('/v1/') ? this.#unauthorizedV1 : this.#unauthorized;
  }

  /** Undefined when nobody can be sent to a token server: then a password it is. */
  #bearer(request: ChallengeRequest, error: string | undefined, sentence: string): Failure | undefined {
    const { tokenServer, service = 'dockgate' } = this.#options;
    if (tokenServer === undefined && !ORIGIN.test(request.origin)) return undefined;
    const parts = [
      `realm=${quote(tokenServer ?? `${request.origin}/token`)}`,
      `service=${quote(service)}`,
      ...(request.scope !== undefined && SCOPE.test(request.scope) ? [`scope=${quote(request.scope)}`] : []),
      ...(error === undefined ? [] : [`error="${error}"`]),
    ];
    return new Failure(401, 'UNAUTHORIZED', sentence, {
      headers: { 'www-authenticate': `Bearer ${parts.join(',')}` },
    });
  }
}

/** A quoted string (RFC 9110 §5.6.4); what no header line can hold is left out. */
function quote(text: string): string {
  return `"${text.replace(/[\x00-\x1f\x7f]/g, '').replace(/[\\"]/g, '\\$&')}"`;
}
