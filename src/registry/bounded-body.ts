import type { Exchange } from '../exchange/exchange.js';
import type { Failure } from '../exchange/failure.js';
import { receive } from './receive.js';

/** Bytes set aside at first; most bodies are smaller. */
const FIRST = 8 * 1024;

/** Bytes set aside for all bodies that are under way: whoever sends slowly keeps what has come in memory. */
const TOGETHER = 256 * 1024 * 1024;

let together = 0;

/** What a body may have, and what is said to one that has more. */
export interface BodyBounds {
  /** Bytes. */
  readonly limit: number;
  readonly tooLarge: () => Failure;
  /** Too many bodies are under way. */
  readonly busy: () => Failure;
}

/** Copied at once, since chunks of one byte each would take a hundred times their size if they were kept. */
function enlarged(buffer: Buffer, size: number, limit: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(Math.min(Math.max(buffer.length * 2, size), limit));
  larger.set(buffer);
  return larger;
}

/**
 * Reads a body into memory.
 *
 * @throws {Failure} as the bounds say, as soon as it is known; the rest of the body has yet to be read then.
 * @throws {BodyBroken}
 */
export async function readBoundedBody(
  exchange: Exchange,
  { limit, tooLarge, busy }: BodyBounds,
): Promise<Uint8Array> {
  if (Number(exchange.headers['content-length'] ?? 0) > limit) throw tooLarge();
  let buffer: Buffer = Buffer.allocUnsafeSlow(Math.min(FIRST, limit));
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
        if (together > TOGETHER) throw busy();
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
