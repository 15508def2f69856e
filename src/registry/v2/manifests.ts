import type { Exchange } from '../../exchange/exchange.js';
import type { Failure } from '../../exchange/failure.js';
import type { Reply } from '../../exchange/reply.js';
import { Digest } from '../model/digest.js';
import type { Reference } from '../model/reference.js';
import type { Repository } from '../model/repository.js';
import type { StoredManifest, Stores } from '../store/contracts.js';
import { entityTag, isUnmodified } from './entity-tag.js';
import { notHeld } from './failures.js';
import { pushManifest } from './manifest-push.js';
import { isReading, methodNotAllowed } from './methods.js';

/** Answers at `/v2/<name>/manifests/<reference>` (OCI end-3, end-7 and end-9). */
export function answerManifest(
  stores: Stores,
  sparseImages: boolean,
  exchange: Exchange,
  repository: Repository,
  reference: Reference,
): Promise<Reply> {
  if (isReading(exchange)) return pull(stores, exchange, repository, reference);
  if (exchange.method === 'PUT') {
    return pushManifest(stores, sparseImages, exchange, repository, reference);
  }
  if (exchange.method === 'DELETE') return remove(stores, repository, reference);
  throw methodNotAllowed(exchange, 'GET', 'HEAD', 'PUT', 'DELETE');
}

/** Replies with manifests that a store hands out again and again: the same manifest always has the same reply. */
const replies = new WeakMap<StoredManifest, Reply>();

async function pull(
  stores: Stores,
  exchange: Exchange,
  repository: Repository,
  reference: Reference,
): Promise<Reply> {
  // HEAD of a digest is how a client finds out that it need not push it. What has a tag stays anyway.
  const manifest =
    exchange.method === 'HEAD' && reference instanceof Digest
      ? await stores.manifests.keep(repository, reference)
      : await stores.manifests.get(repository, reference);
  if (manifest === undefined) throw await unknown(stores, repository, reference);
  if (isUnmodified(exchange.headers, manifest.digest)) {
    return { status: 304, headers: identityOf(manifest.digest) };
  }
  const known = replies.get(manifest);
  if (known !== undefined) return known;
  const reply = replyWith(manifest);
  replies.set(manifest, reply);
  return reply;
}

function replyWith({ bytes, digest, mediaType }: StoredManifest): Reply {
  const headers = { ...identityOf(digest), 'content-type': mediaType, 'content-length': bytes.length };
  return { status: 200, headers, body: bytes };
}

function identityOf(digest: Digest): { readonly 'docker-content-digest': string; readonly etag: string } {
  return { 'docker-content-digest': digest.toString(), etag: entityTag(digest) };
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
