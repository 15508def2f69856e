import type { Exchange } from '../../exchange/exchange.js';
import { Failure } from '../../exchange/failure.js';
import { readBoundedBody } from '../bounded-body.js';
import { parseJson } from '../model/json.js';
import { busy, refused } from './failures.js';

/** Bytes of the JSON of an image, and of the list of a repository's images. */
export const LARGE = 4 * 1024 * 1024;

/** Bytes of every other body. */
export const SMALL = 64 * 1024;

/**
 * Reads a body into memory.
 *
 * @param limit bytes that it may have.
 * @throws {Failure} 413 when it has more, as soon as that is known; 503 when too many are under way. The rest of the body
 *   has yet to be read then.
 * @throws {BodyBroken}
 */
export function readBody(exchange: Exchange, limit: number): Promise<Uint8Array> {
  return readBoundedBody(exchange, {
    limit,
    tooLarge: () =>
      new Failure(413, 'SIZE_INVALID', `the body of this request may have ${limit} bytes at most`),
    busy: () => busy('too many requests are under way; try again in a moment'),
  });
}

/**
 * Reads a body that has to be JSON in UTF-8.
 *
 * @param message what to say when it is not.
 * @throws {Failure} 400 with the message; and as {@link readBody}.
 */
export async function readJson(exchange: Exchange, limit: number, message: string): Promise<unknown> {
  const value = parseJson(await readBody(exchange, limit));
  if (value === undefined) throw refused(message);
  return value;
}
