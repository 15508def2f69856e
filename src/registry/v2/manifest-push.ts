import type { Exchange } from '../../exchange/exchange.js';
import { Failure } from '../../exchange/failure.js';
import type { Reply } from '../../exchange/reply.js';
import { inBatches } from '../batches.js';
import { Digest } from '../model/digest.js';
import { type Manifest, parseManifest } from '../model/manifest.js';
import { withoutParameters } from '../model/media-type.js';
import type { Reference } from '../model/reference.js';
import type { Repository } from '../model/repository.js';
import type { BlobStore, Stores } from '../store/contracts.js';
import { StoredContentDamaged } from '../store/failure.js';
import { readManifestBody } from './manifest-body.js';
import { tagsOf } from './tag-parameters.js';

/** Blobs looked for side by side when a manifest names them. */
const WIDTH = 16;

/** Missing blobs that are told. */
const TOLD = 100;

/**
 * Takes a manifest (OCI end-7).
 *
 * @param sparseImages whether its config and layers may be missing.
 */
export async function pushManifest(
  stores: Stores,
  sparseImages: boolean,
  exchange: Exchange,
  repository: Repository,
  reference: Reference,
): Promise<Reply> {
  const tags = tagsOf(reference, exchange.target.query);
  const bytes = await readManifestBody(exchange);
  const manifest = parseManifest(bytes, withoutParameters(exchange.headers['content-type']));
  const isDigest = reference instanceof Digest;
  const digest = Digest.of(bytes, isDigest ? reference.algorithm : 'sha256');
  if (isDigest && !digest.equals(reference)) {
    throw new Failure(400, 'DIGEST_INVALID', `the manifest has the digest ${digest}`, {
      detail: { expected: reference.toString(), actual: digest.toString() },
    });
  }
  const { missing, sizes } = await keepBlobs(
    stores.blobs,
    repository,
    manifest,
    sparseImages ? Number.POSITIVE_INFINITY : TOLD,
  );
  if (missing.length > 0 && !sparseImages) throw unknownBlobs(repository, missing);
  refuseWrongSizes(manifest, sizes);
  await stores.manifests.put(repository, digest, manifest, tags);
  return {
    status: 201,
    headers: {
      location: `${exchange.origin}/v2/${repository}/manifests/${digest}`,
      'docker-content-digest': digest.toString(),
      'content-length': 0,
      // The manifest is among the referrers by now: a client that reads this keeps no list of its own.
      ...(manifest.subject === undefined ? {} : { 'oci-subject': manifest.subject.digest.toString() }),
      ...(isDigest && tags.length > 0 ? { 'oci-tag': tags.map(({ name }) => name) } : {}),
    },
  };
}

/** What the repository holds of the blobs that a manifest names. */
interface NamedBlobs {
  /** Digests of those that are not there. */
  readonly missing: readonly string[];
  /** Bytes of the others, by digest. */
  readonly sizes: ReadonlyMap<string, number>;
}

/**
 * Looks for the config and the layers of a manifest and keeps them; the children of an index may come later.
 *
 * @param enough missing blobs after which no more are looked for.
 */
async function keepBlobs(
  blobs: BlobStore,
  repository: Repository,
  manifest: Manifest,
  enough: number,
): Promise<NamedBlobs> {
  const wanted = new Map(manifest.blobs.map(({ digest }) => [digest.toString(), digest]));
  const sizes = new Map<string, number>();
  const missing: string[] = [];
  await inBatches([...wanted], WIDTH, async ([text, digest]) => {
    if (missing.length >= enough) return;
    const blob = await blobs.keep(repository, digest).catch(undefinedIfDamaged);
    if (blob === undefined) missing.push(text);
    else sizes.set(text, blob.size);
  });
  return { missing, sizes };
}

function unknownBlobs(repository: Repository, missing: readonly string[]): Failure {
  return new Failure(
    400,
    'MANIFEST_BLOB_UNKNOWN',
    `the repository ${repository} does not hold every blob that the manifest names; upload them first`,
    { detail: { digests: missing.slice(0, TOLD) } },
  );
}

/** Clients refuse a blob whose size is not the one that they were told, so nobody could pull such an image. */
function refuseWrongSizes(manifest: Manifest, sizes: ReadonlyMap<string, number>): void {
  for (const { digest, size } of manifest.blobs) {
    const stored = sizes.get(digest.toString());
    if (stored === undefined || stored === size) continue;
    throw new Failure(
      400,
      'MANIFEST_INVALID',
      `the manifest says that ${digest} has ${size} bytes, but it has ${stored}`,
      { detail: { digest: digest.toString(), stated: size, stored } },
    );
  }
}

function undefinedIfDamaged(error: unknown): undefined {
  if (!(error instanceof StoredContentDamaged)) throw error;
}
