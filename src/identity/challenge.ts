import { Failure } from '../exchange/failure.js';
import type { Refusal } from './authenticator.js';

/** A realm as a quoted string (RFC 9110 §5.6.4). */
function quote(realm: string): string {
  return `"${realm.replace(/[\\"]/g, '\\$&')}"`;
}

/** Turns refusals into what the client is told. All bad credentials get one and the same answer. */
export class Challenge {
  readonly #unauthorized: Failure;

  constructor(realm: string) {
    this.#unauthorized = new Failure(401, 'UNAUTHORIZED', 'authentication required', {
      headers: { 'www-authenticate': `Basic realm=${quote(realm)}` },
    });
  }

  /** RFC 9110 §15.5.2, RFC 6585 §4. */
  failure(refusal: Refusal): Failure {
    switch (refusal.kind) {
      case 'unauthorized':
        return this.#unauthorized;
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
          'too many passwords are being checked; try again in a moment',
          {
            headers: { 'retry-after': 1 },
          },
        );
    }
  }
}
