import type { Exchange } from '../../http/exchange.js';
import { Failure } from '../../http/failure.js';
import { receive } from '../receive.js';

/** Bytes that a manifest may have (OCI Distribution §Pushing manifests asks for at least 4 MB). */
const LIMIT = 4 * 1024 * 1024;

function tooLarge(): Failure {
  return new Failure(413, 'SIZE_INVALID', `a manifest may have ${LIMIT} bytes at most`, { close: true });
}

/**
 * Reads a manifest into memory.
 *
 * @throws {Failure} 413 when it has more than 4 MiB, as soon as that is known. @throws {BodyBroken}
 */
export async function readManifestBody(exchange: Exchange): Promise<Uint8Array> {
  if (Number(exchange.headers['content-length'] ?? 0) > LIMIT) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  await receive(exchange.body, (chunk) => {
    size += chunk.length;
    if (size > LIMIT) throw tooLarge();
    chunks.push(chunk);
    return undefined;
  });
  return Buffer.concat(chunks, size);
}
