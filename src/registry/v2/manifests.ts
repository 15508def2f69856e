import type { Exchange } from '../../exchange/exchange.js';
import { Failure } from '../../exchange/failure.js';
import type { Reply } from '../../exchange/reply.js';
import { inBatches } from '../batches.js';
import { Digest } from '../model/digest.js';
import { type Manifest, parseManifest } from '../model/manifest.js';
import { withoutParameters } from '../model/media-type.js';
import type { Reference } from '../model/reference.js';
import type { Repository } from '../model/repository.js';
import type { Stores } from '../store/contracts.js';
import { StoredContentDamaged } from '../store/failure.js';
import { entityTag, isUnmodified } from './entity-tag.js';
import { notHeld } from './failures.js';
import { readManifestBody } from './manifest-body.js';
import { isReading, methodNotAllowed } from './methods.js';

/** Blobs looked for side by side when a manifest names them. */
const WIDTH = 16;

/** Answers at `/v2/<name>/manifests/<reference>` (OCI end-3, end-7 and end-9). */
export function answerManifest(
  stores: Stores,
  exchange: Exchange,
  repository: Repository,
  reference: Reference,
): Promise<Reply> {
  if (isReading(exchange)) return pull(stores, exchange, repository, reference);
  if (exchange.method === 'PUT') return push(stores, exchange, repository, reference);
  if (exchange.method === 'DELETE') return remove(stores, repository, reference);
  throw methodNotAllowed(exchange, 'GET', 'HEAD', 'PUT', 'DELETE');
}

async function pull(
  stores: Stores,
  exchange: Exchange,
  repository: Repository,
  reference: Reference,
): Promise<Reply> {
  const manifest = await stores.manifests.get(repository, reference);
  if (manifest === undefined) throw await unknown(stores, repository, reference);
  const { bytes, digest, mediaType } = manifest;
  const headers = { 'docker-content-digest': digest.toString(), etag: entityTag(digest) };
  if (isUnmodified(exchange.headers, digest)) return { status: 304, headers };
  return {
    status: 200,
    headers: { ...headers, 'content-type': mediaType, 'content-length': bytes.length },
    body: bytes,
  };
}

async function push(
  stores: Stores,
  exchange: Exchange,
  repository: Repository,
  reference: Reference,
): Promise<Reply> {
  const bytes = await readManifestBody(exchange);
  const manifest = parseManifest(bytes, withoutParameters(exchange.headers['content-type']));
  const isDigest = reference instanceof Digest;
  const digest = Digest.of(bytes, isDigest ? reference.algorithm : 'sha256');
  if (isDigest && !digest.equals(reference)) {
    throw new Failure(400, 'DIGEST_INVALID', `the manifest has the digest ${digest}`, {
      detail: { expected: reference.toString(), actual: digest.toString() },
    });
  }
  await requireBlobs(stores, repository, manifest);
  await stores.manifests.put(repository, digest, manifest, isDigest ? [] : [reference]);
  return {
    status: 201,
    headers: {
      location: `${exchange.origin}/v2/${repository}/manifests/${digest}`,
      'docker-content-digest': digest.toString(),
      'content-length': 0,
    },
  };
}

/** Refuses a manifest whose config or layers the repository does not hold; the children of an index may come later. */
async function requireBlobs(stores: Stores, repository: Repository, manifest: Manifest): Promise<void> {
  const wanted = new Map(manifest.blobs.map(({ digest }) => [digest.toString(), digest]));
  const missing: string[] = [];
  await inBatches([...wanted.values()], WIDTH, async (digest) => {
    const blob = await stores.blobs.find(repository, digest).catch(undefinedIfDamaged);
    if (blob === undefined) missing.push(digest.toString());
  });
  if (missing.length === 0) return;
  throw new Failure(
    400,
    'MANIFEST_BLOB_UNKNOWN',
    `the repository ${repository} does not hold every blob that the manifest names; upload them first`,
    { detail: { digests: missing.slice(0, 100) } },
  );
}

function undefinedIfDamaged(error: unknown): undefined {
  if (!(error instanceof StoredContentDamaged)) throw error;
}

async function remove(stores: Stores, repository: Repository, reference: Reference): Promise<Reply> {
  const removed =
    reference instanceof Digest
      ? await stores.manifests.remove(repository, reference)
      : await stores.tags.remove(repository, reference);
  if (removed) return { status: 202, headers: { 'content-length': 0 } };
  throw await unknown(stores, repository, reference);
}

function unknown(stores: Stores, repository: Repository, reference: Reference): Promise<Failure> {
  return notHeld(stores.catalog, repository, 'MANIFEST_UNKNOWN', reference.toString());
}
