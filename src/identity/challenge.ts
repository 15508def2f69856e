import { Failure } from '../exchange/failure.js';
import type { Refusal } from './authenticator.js';

/** A realm as a quoted string (RFC 9110 §5.6.4). */
function quote(realm: string): string {
  return `"${realm.replace(/[\\"]/g, '\\$&')}"`;
}

/** Turns refusals into what the client is told. All bad credentials get one and the same answer. */
export class Challenge {
  readonly #unauthorized: Failure;
  readonly #unauthorizedV1: Failure;

  /** @param offersTokens tokens of the v1 API are taken too. */
  constructor(realm: string, offersTokens = false) {
    const basic = `Basic realm=${quote(realm)}`;
    // The sentence that docker-registry had, for whoever looks for it.
    this.#unauthorizedV1 = new Failure(401, 'UNAUTHORIZED', 'Requires authorization', {
      headers: { 'www-authenticate': offersTokens ? [basic, 'Token'] : basic },
    });
    this.#unauthorized = new Failure(401, 'UNAUTHORIZED', 'authentication required', {
      headers: { 'www-authenticate': basic },
    });
  }

  /** RFC 9110 §15.5.2, RFC 6585 §4. @param path of the request; under `/v1/` tokens are offered as well. */
  failure(refusal: Refusal, path = ''): Failure {
    switch (refusal.kind) {
      case 'unauthorized':
        return path.startsWith('/v1/') ? this.#unauthorizedV1 : this.#unauthorized;
      case 'throttled':
        return new Failure(
          429,
          'TOOMANYREQUESTS',
          'too many wrong passwords from this address; wait, then try again',
          {
            headers: { 'retry-after': Math.ceil(refusal.retryAfter / 1_000) },
          },
        );
      case 'overloaded':
        return new Failure(
          503,
          'UNAVAILABLE',
          'too many passwords or tokens are being checked; try again in a moment',
          {
            headers: { 'retry-after': 1 },
          },
        );
    }
  }
}
