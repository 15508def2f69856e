import type { Exchange } from '../../exchange/exchange.js';
import { Failure } from '../../exchange/failure.js';
import { readBoundedBody } from '../bounded-body.js';

/** Bytes that a manifest may have (OCI Distribution §Pushing manifests asks for at least 4 MB). */
const LIMIT = 4 * 1024 * 1024;

const BOUNDS = {
  limit: LIMIT,
  tooLarge: () =>
    new Failure(413, 'SIZE_INVALID', `a manifest may have ${LIMIT} bytes at most`, { close: true }),
  busy: () =>
    new Failure(503, 'UNAVAILABLE', 'too many manifests are under way; try again in a moment', {
      close: true,
      headers: { 'retry-after': 1 },
    }),
};

/**
 * Reads a manifest into memory.
 *
 * @throws {Failure} 413 when it has more than 4 MiB, as soon as that is known; 503 when too many are under way.
 * @throws {BodyBroken}
 */
export function readManifestBody(exchange: Exchange): Promise<Uint8Array> {
  return readBoundedBody(exchange, BOUNDS);
}
