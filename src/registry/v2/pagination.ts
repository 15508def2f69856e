import type { Exchange } from '../../exchange/exchange.js';
import { Failure } from '../../exchange/failure.js';
import type { Reply } from '../../exchange/reply.js';
import type { Listing, Page } from '../store/contracts.js';

const NUMBER = /^\d{1,9}$/;

/**
 * Reads `n`, the number of names that a client wants.
 *
 * @param longest names that one reply may hold; when there are more, it leads on to the next.
 * @throws {Failure} 400 when `n` is not a number.
 */
export function parseLimit(query: URLSearchParams, longest: number): number {
  const text = query.get('n') ?? '';
  if (text === '') return longest;
  if (NUMBER.test(text)) return Math.min(Number(text), longest);
  throw new Failure(400, 'UNSUPPORTED', 'n must be a number of names, 0 or more', {
    detail: { n: text.slice(0, 100) },
  });
}

/** Reads `n` and `last` (OCI end-8b), as {@link parseLimit} does. */
export function parsePage(exchange: Exchange, longest: number): Page {
  const query = new URLSearchParams(exchange.target.query);
  const limit = parseLimit(query, longest);
  const last = query.get('last') ?? '';
  return last === '' ? { limit } : { limit, after: last };
}

/** A reply with a list, and with a `Link` to the next page when names follow (RFC 8288 §3). */
export function listReply(exchange: Exchange, body: object, { names, more }: Listing, page: Page): Reply {
  const text = JSON.stringify(body);
  const last = more ? names.at(-1) : undefined;
  const next = last === undefined ? undefined : new URLSearchParams({ last, n: String(page.limit) });
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      ...(next === undefined ? {} : { link: `<${exchange.target.path}?${next}>; rel="next"` }),
    },
    body: text,
  };
}
