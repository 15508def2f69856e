import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Failure } from '../exchange/failure.js';
import type { Throttle } from '../identity/throttle.js';
import type { Delivery } from './delivery.js';
import type { RequestHead } from './request-head.js';

/** RFC 9110 §10.2.1, for replies with 405. */
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';

/** Node also hands over what calls itself HTTP/0.9 or HTTP/2.0 in the forms of HTTP/1.1 (RFC 9112 §2.3). */
export function checkVersion(request: IncomingMessage): void {
  if (request.httpVersionMajor !== 1) {
    throw new Failure(400, 'UNSUPPORTED', 'this is not a request in HTTP/1.1', { close: true });
  }
}

/** TRACE would tell a script what its browser sends (RFC 9110 §9.3.8); of expectations only one is known (§10.1.1). */
export function checkMeaning(delivery: Delivery, head: RequestHead): void {
  const { request } = delivery;
  if (request.method === 'TRACE') {
    throw new Failure(405, 'UNSUPPORTED', 'TRACE is not served here', {
      close: true,
      headers: { allow: METHODS },
    });
  }
  if (head.expect !== undefined && request.httpVersionMinor === 1 && !delivery.awaitsContinue) {
    throw new Failure(417, 'UNSUPPORTED', 'the only expectation understood here is 100-continue', {
      close: true,
    });
  }
}

/** @throws {Failure} 429 when an address asks for accounts too often. */
export function limit(throttle: Throttle, address: string): void {
  const delay = throttle.delay(address);
  if (delay === 0) {
    throttle.spend(address);
    return;
  }
  throw new Failure(429, 'TOOMANYREQUESTS', 'too many accounts were asked for from this address; wait', {
    headers: { 'retry-after': Math.ceil(delay / 1_000) },
  });
}

/** The first value of a field; empty without one. @param name in lower case */
export function fieldOf({ fields }: RequestHead, name: string): string {
  for (let index = 0; index < fields.length; index += 2) {
    if (fields[index] === name) return fields[index + 1] ?? '';
  }
  return '';
}

/** The authority of a request that names none, as HTTP/1.0 allows. */
export function localAuthority({
  localAddress: address = 'localhost',
  localPort: port = 443,
}: Socket): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
