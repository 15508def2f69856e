import type { Exchange } from '../../exchange/exchange.js';
import { Failure } from '../../exchange/failure.js';
import { receive } from '../receive.js';

/** Bytes that a manifest may have (OCI Distribution §Pushing manifests asks for at least 4 MB). */
const LIMIT = 4 * 1024 * 1024;

/** Bytes set aside at first; most manifests are smaller. */
const FIRST = 8 * 1024;

/** Bytes set aside for all manifests that are under way: whoever sends slowly keeps what has come in memory. */
const TOGETHER = 256 * 1024 * 1024;

let together = 0;

/** Copied at once, since chunks of one byte each would take a hundred times their size if they were kept. */
function enlarged(buffer: Buffer, size: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(Math.min(Math.max(buffer.length * 2, size), LIMIT));
  larger.set(buffer);
  return larger;
}

function tooLarge(): Failure {
  return new Failure(413, 'SIZE_INVALID', `a manifest may have ${LIMIT} bytes at most`, { close: true });
}

function busy(): Failure {
  return new Failure(503, 'UNAVAILABLE', 'too many manifests are under way; try again in a moment', {
    close: true,
    headers: { 'retry-after': 1 },
  });
}

/**
 * Reads a manifest into memory.
 *
 * @throws {Failure} 413 when it has more than 4 MiB, as soon as that is known; 503 when too many are under way.
 * @throws {BodyBroken}
 */
export async function readManifestBody(exchange: Exchange): Promise<Uint8Array> {
  if (Number(exchange.headers['content-length'] ?? 0) > LIMIT) throw tooLarge();
  let buffer: Buffer = Buffer.allocUnsafeSlow(FIRST);
  let size = 0;
  let counted = 0;
  try {
    await receive(exchange.body, (chunk) => {
      const end = size + chunk.length;
      if (end > LIMIT) throw tooLarge();
      if (end > buffer.length) {
        buffer = enlarged(buffer, end);
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
