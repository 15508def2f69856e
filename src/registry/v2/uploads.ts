import type { Exchange } from '../../exchange/exchange.js';
import { Failure } from '../../exchange/failure.js';
import type { Reply, ReplyHeaders } from '../../exchange/reply.js';
import { Digest, type DigestAlgorithm, isDigestAlgorithm } from '../model/digest.js';
import type { Repository } from '../model/repository.js';
import type { UploadId } from '../model/upload-id.js';
import type { Stores, UploadSessions } from '../store/contracts.js';
import { UploadUnknown } from '../store/failure.js';
import { chunkOffset } from './content-range.js';
import { asFailure } from './failures.js';
import { isReading, methodNotAllowed } from './methods.js';
import { mountBlob } from './mount.js';

/** Where an upload goes on, and how far it has come. With no byte received the range is `0-0` all the same. */
function progress(exchange: Exchange, repository: Repository, id: UploadId, size: number): ReplyHeaders {
  return {
    location: `${exchange.origin}/v2/${repository}/blobs/uploads/${id}`,
    range: `0-${Math.max(size - 1, 0)}`,
    'docker-upload-uuid': id.text,
    'content-length': 0,
  };
}

function created(exchange: Exchange, repository: Repository, digest: Digest): Reply {
  return {
    status: 201,
    headers: {
      location: `${exchange.origin}/v2/${repository}/blobs/${digest}`,
      'docker-content-digest': digest.toString(),
      'content-length': 0,
    },
  };
}

/** Answers at `/v2/<name>/blobs/uploads/` (OCI end-4a, end-4b and end-11). */
export async function answerUploads(
  stores: Stores,
  exchange: Exchange,
  repository: Repository,
): Promise<Reply> {
  if (exchange.method !== 'POST') throw methodNotAllowed(exchange, 'POST');
  const query = new URLSearchParams(exchange.target.query);
  const mount = query.get('mount');
  if (mount !== null) {
    const digest = Digest.parse(mount);
    const isMounted = await mountBlob(stores.blobs, digest, query.get('from'), repository, exchange.rights);
    if (isMounted) return created(exchange, repository, digest);
  }
  const whole = query.get('digest');
  if (whole !== null) return uploadWhole(stores.uploads, exchange, repository, Digest.parse(whole));
  const id = await stores.uploads.start(repository, parseAlgorithm(query.get('digest-algorithm')));
  return { status: 202, headers: progress(exchange, repository, id, 0) };
}

function parseAlgorithm(text: string | null): DigestAlgorithm {
  if (text === null) return 'sha256';
  if (isDigestAlgorithm(text)) return text;
  throw new Failure(400, 'DIGEST_INVALID', 'the digest algorithm must be sha256 or sha512');
}

async function uploadWhole(
  uploads: UploadSessions,
  exchange: Exchange,
  repository: Repository,
  digest: Digest,
): Promise<Reply> {
  const id = await uploads.start(repository, digest.algorithm);
  try {
    await uploads.finish(repository, id, digest, exchange.body);
  } catch (error) {
    // The client was never told of the upload, so it cannot go on with it.
    await uploads.cancel(repository, id);
    throw error;
  }
  return created(exchange, repository, digest);
}

/** Answers at `/v2/<name>/blobs/uploads/<id>` (OCI end-5, end-6, end-13 and end-14). */
export async function answerUpload(
  { uploads }: Stores,
  exchange: Exchange,
  repository: Repository,
  id: UploadId,
): Promise<Reply> {
  try {
    if (isReading(exchange)) {
      const size = await uploads.size(repository, id);
      if (size === undefined) throw new UploadUnknown();
      return { status: 204, headers: progress(exchange, repository, id, size) };
    }
    switch (exchange.method) {
      case 'PATCH': {
        const size = await uploads.append(repository, id, exchange.body, chunkOffset(exchange.headers));
        return { status: 202, headers: progress(exchange, repository, id, size) };
      }
      case 'PUT': {
        const digest = Digest.parse(new URLSearchParams(exchange.target.query).get('digest') ?? '');
        await uploads.finish(repository, id, digest, exchange.body, chunkOffset(exchange.headers));
        return created(exchange, repository, digest);
      }
      case 'DELETE':
        if (!(await uploads.cancel(repository, id))) throw new UploadUnknown();
        return { status: 204, headers: {} };
      default:
        throw methodNotAllowed(exchange, 'GET', 'HEAD', 'PATCH', 'PUT', 'DELETE');
    }
  } catch (error) {
    throw asFailure(error, (size) => progressOfFailure(exchange, repository, id, size));
  }
}

/** As {@link progress}, for a reply that has a body of its own. */
function progressOfFailure(
  exchange: Exchange,
  repository: Repository,
  id: UploadId,
  size: number,
): ReplyHeaders {
  const { 'content-length': _, ...headers } = progress(exchange, repository, id, size);
  return headers;
}
