import type { Reply, ReplyHeaders } from '../../exchange/reply.js';

/** On every reply that may change: clients and proxies of the time heed one or another of them. */
export const NO_CACHE: ReplyHeaders = { 'cache-control': 'no-cache', expires: '-1', pragma: 'no-cache' };

/** Seconds and milliseconds of a year: what an image holds never changes. */
const YEAR = 31_536_000;

/** On successful replies with what an image holds: a cache may keep them for a year. */
export function longCache(): ReplyHeaders {
  return {
    'cache-control': `public, max-age=${YEAR}`,
    expires: new Date(Date.now() + YEAR * 1000).toUTCString(),
    'last-modified': 'Thu, 01 Jan 1970 00:00:00 GMT',
  };
}

/** A value as JSON text with the names in their order, as the original wrote it. Maps are objects whose names come from outside. */
export function sortedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries: readonly [string, unknown][] = value instanceof Map ? [...value] : Object.entries(value);
  const members = entries
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${sortedJson(member)}`);
  return `{${members.join(',')}}`;
}

/** A JSON reply; without further headers no cache keeps it. */
export function jsonReply(value: unknown, status = 200, headers: ReplyHeaders = {}): Reply {
  return textReply(sortedJson(value), status, { ...NO_CACHE, ...headers });
}

/** A reply whose JSON text is there already. */
export function textReply(body: string | Uint8Array, status: number, headers: ReplyHeaders): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers },
    body,
  };
}

/** The reply where there is nothing to say: `true`. */
export function doneReply(): Reply {
  return jsonReply(true);
}
