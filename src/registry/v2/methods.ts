import type { Exchange } from '../../exchange/exchange.js';
import { Failure } from '../../exchange/failure.js';

/** The refusal of a method that an endpoint does not have (RFC 9110 §15.5.6). */
export function methodNotAllowed(exchange: Exchange, ...allowed: readonly string[]): Failure {
  return new Failure(405, 'UNSUPPORTED', `${exchange.method} is not possible here`, {
    headers: { allow: allowed.join(', ') },
  });
}

/** Tells whether a request only reads; HEAD is answered as GET, and its body left out on delivery. */
export function isReading(exchange: Exchange): boolean {
  return exchange.method === 'GET' || exchange.method === 'HEAD';
}
