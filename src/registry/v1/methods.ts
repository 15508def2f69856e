import type { Exchange } from '../../exchange/exchange.js';
import { Failure } from '../../exchange/failure.js';

/** Tells whether a request only reads; HEAD is answered as GET, and its body left out on delivery. */
export function isReading({ method }: Exchange): boolean {
  return method === 'GET' || method === 'HEAD';
}

/**
 * Refuses a method that an endpoint does not have (RFC 9110 §15.5.6).
 *
 * @param allowed GET stands for HEAD too.
 * @throws {Failure} 405.
 */
export function checkMethod(exchange: Exchange, ...allowed: readonly string[]): void {
  const methods = allowed.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  if (methods.includes(exchange.method)) return;
  throw new Failure(405, 'UNSUPPORTED', `${exchange.method} is not possible here`, {
    headers: { allow: methods.join(', ') },
  });
}
