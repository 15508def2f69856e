import type { Exchange } from '../../exchange/exchange.js';
import { Failure } from '../../exchange/failure.js';
import { parseJson } from '../model/json.js';
import { receive } from '../receive.js';
import { busy, refused } from './failures.js';

/** Bytes of the JSON of an image, and of the list of a repository's images. */
export const LARGE = 4 * 1024 * 1024;

/** Bytes of every other body. */
export const SMALL = 64 * 1024;

/** Bytes set aside at first; most bodies are smaller. */
const FIRST = 8 * 1024;

/** Bytes set aside for all bodies that are under way: whoever sends slowly keeps what has come in memory. */
const TOGETHER = 256 * 1024 * 1024;

let together = 0;

/** Copied at once, since chunks of one byte each would take a hundred times their size if they were kept. */
function enlarged(buffer: Buffer, size: number, limit: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(Math.min(Math.max(buffer.length * 2, size), limit));
  larger.set(buffer);
  return larger;
}

/**
 * Reads a body into memory.
 *
 * @param limit bytes that it may have.
 * @throws {Failure} 413 when it has more, as soon as that is known; 503 when too many are under way. The rest of the body
 *   has yet to be read then.
 * @throws {BodyBroken}
 */
export async function readBody(exchange: Exchange, limit: number): Promise<Uint8Array> {
  const tooLarge = (): Failure =>
    new Failure(413, 'SIZE_INVALID', `the body of this request may have ${limit} bytes at most`);
  if (Number(exchange.headers['content-length'] ?? 0) > limit) throw tooLarge();
  let buffer: Buffer = Buffer.allocUnsafeSlow(FIRST);
  let size = 0;
  let counted = 0;
  try {
    await receive(exchange.body, (chunk) => {
      const end = size + chunk.length;
      if (end > limit) throw tooLarge();
      if (end > buffer.length) {
        buffer = enlarged(buffer, end, limit);
        together += buffer.length - counted;
        counted = buffer.length;
        if (together > TOGETHER) throw busy('too many requests are under way; try again in a moment');
      }
      buffer.set(chunk, size);
      size = end;
      return undefined;
    });
  } finally {
    together -= counted;
  }
  return buffer.subarray(0, size);
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
