import type { Exchange } from '../../exchange/exchange.js';
import { Failure } from '../../exchange/failure.js';
import type { Reply } from '../../exchange/reply.js';
import type { Digest } from '../model/digest.js';
import type { Repository } from '../model/repository.js';
import { type Part, parseRange } from '../range.js';
import type { StoredBlob, Stores } from '../store/contracts.js';
import { entityTag, isRangeWanted, isUnmodified } from './entity-tag.js';
import { notHeld } from './failures.js';
import { isReading, methodNotAllowed } from './methods.js';

/** One year, in seconds: the content of a digest never changes. */
const CACHE_CONTROL = 'max-age=31536000';

/** Answers at `/v2/<name>/blobs/<digest>` (OCI end-2 and end-10). */
export function answerBlob(
  stores: Stores,
  exchange: Exchange,
  repository: Repository,
  digest: Digest,
): Promise<Reply> {
  if (isReading(exchange)) return pull(stores, exchange, repository, digest);
  if (exchange.method === 'DELETE') return remove(stores, repository, digest);
  throw methodNotAllowed(exchange, 'GET', 'HEAD', 'DELETE');
}

async function pull(
  stores: Stores,
  exchange: Exchange,
  repository: Repository,
  digest: Digest,
): Promise<Reply> {
  // HEAD is how a client finds out that it need not send the blob.
  const blob =
    exchange.method === 'HEAD'
      ? await stores.blobs.keep(repository, digest)
      : await stores.blobs.find(repository, digest);
  if (blob === undefined) throw await unknown(stores, repository, digest);
  const headers = {
    'docker-content-digest': digest.toString(),
    etag: entityTag(digest),
    'cache-control': CACHE_CONTROL,
    'accept-ranges': 'bytes',
  };
  if (isUnmodified(exchange.headers, digest)) return { status: 304, headers };
  const part = wantedPart(exchange, digest, blob);
  const { start, length } = part ?? { start: 0, length: blob.size };
  const reply = {
    status: part === undefined ? 200 : 206,
    headers: {
      ...headers,
      'content-type': 'application/octet-stream',
      'content-length': length,
      ...(part === undefined ? {} : { 'content-range': `bytes ${start}-${start + length - 1}/${blob.size}` }),
    },
  };
  // Without a body to send there is no need to open anything.
  if (exchange.method === 'HEAD' || length === 0) return reply;
  const body = await blob.open(start, length);
  if (body === undefined) throw await unknown(stores, repository, digest);
  return { ...reply, body };
}

/** The part that the client asks for; undefined for the whole. HEAD has no parts (RFC 9110 §14.2). */
function wantedPart(exchange: Exchange, digest: Digest, { size }: StoredBlob): Part | undefined {
  if (exchange.method !== 'GET' || !isRangeWanted(exchange.headers, digest)) return undefined;
  const part = parseRange(exchange.headers['range'], size);
  if (part !== 'unsatisfiable') return part;
  throw new Failure(416, 'SIZE_INVALID', `the blob has ${size} bytes, and none of them is in that range`, {
    headers: { 'content-range': `bytes */${size}` },
  });
}

async function remove(stores: Stores, repository: Repository, digest: Digest): Promise<Reply> {
  if (await stores.blobs.remove(repository, digest)) return { status: 202, headers: { 'content-length': 0 } };
  throw await unknown(stores, repository, digest);
}

function unknown(stores: Stores, repository: Repository, digest: Digest): Promise<Failure> {
  return notHeld(stores.catalog, repository, 'BLOB_UNKNOWN', digest.toString());
}
