import { Failure } from '../exchange/failure.js';
import type { ReplyHeaders } from '../exchange/reply.js';
import { type Cors, originOf } from './cors.js';
import type { Delivery } from './delivery.js';
import type { RequestHead } from './request-head.js';

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Characters of a method; those that are known have ten at most. */
const LONGEST_METHOD = 32;
/** Characters of the names that a page may ask for; ours are a tenth of that. */
const LONGEST_REQUEST = 1_024;
const MOST_NAMES = 50;
const VARY = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';

/**
 * Answers a preflight, the question of a browser whether a page may send what it wants to send (Fetch standard,
 * CORS-preflight). It comes without credentials, and is the same for every path: it tells nothing of what is here.
 *
 * @returns false when the request is none
 * @throws {Failure} 403 for a page that may nothing, 400 for what no browser sends
 */
export function answerPreflight(cors: Cors, delivery: Delivery, head: RequestHead): boolean {
  const { method, rawHeaders } = delivery.request;
  if (method !== 'OPTIONS' || head.hasBody) return false;
  const origin = originOf(rawHeaders);
  const requested = valuesOf(head, 'access-control-request-method');
  if (origin === undefined || requested === undefined) return false;
  const allowed = cors.allowed(origin);
  if (allowed === undefined)
    throw new Failure(403, 'DENIED', 'pages of this origin may not use the registry');
  if (requested.length > LONGEST_METHOD || !TOKEN.test(requested))
    refuse('Access-Control-Request-Method is not the name of a method');
  const { methods, headers: names, credentials, maxAge } = cors.configuration;
  const asked = askedNames(head);
  const headers: Record<string, string> = {
    'access-control-allow-origin': allowed,
    'access-control-allow-methods': methods.join(', '),
    'access-control-max-age': String(Math.floor(maxAge / 1_000)),
    vary: VARY,
  };
  const granted = names.includes('*') ? asked : names.join(', ');
  if (granted !== '') headers['access-control-allow-headers'] = granted;
  if (credentials) headers['access-control-allow-credentials'] = 'true';
  reply(delivery, headers);
  return true;
}

function reply(delivery: Delivery, headers: ReplyHeaders): void {
  // All lines are here already.
  delivery.cors = undefined;
  delivery.send({ status: 204, headers });
}

/** What the page wants to set, put together anew; a wildcard in the answer would leave out `Authorization`. */
function askedNames(head: RequestHead): string {
  const text = valuesOf(head, 'access-control-request-headers') ?? '';
  if (text.length > LONGEST_REQUEST) refuse('Access-Control-Request-Headers is too long');
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length > MOST_NAMES || !names.every((name) => TOKEN.test(name)))
    refuse('Access-Control-Request-Headers is not a list of header names');
  return names.join(', ');
}

/** All values of a field as one (RFC 9110 §5.3); undefined without one. */
function valuesOf({ fields }: RequestHead, name: string): string | undefined {
  let values: string | undefined;
  for (let index = 0; index < fields.length; index += 2) {
    if (fields[index] !== name) continue;
    const value = fields[index + 1] ?? '';
    values = values === undefined ? value : `${values},${value}`;
  }
  return values;
}

function refuse(message: string): never {
  throw new Failure(400, 'UNSUPPORTED', message);
}
