import type { Exchange } from '../../exchange/exchange.js';
import { Failure } from '../../exchange/failure.js';
import type { Reply } from '../../exchange/reply.js';
import { Digest } from '../model/digest.js';
import { MediaType } from '../model/media-type.js';
import type { Repository } from '../model/repository.js';
import type { ReferrerPage, Stores } from '../store/contracts.js';
import { isReading, methodNotAllowed } from './methods.js';
import { parseLimit } from './pagination.js';

/** Descriptors in one reply. */
const LONGEST = 1000;

/** Bytes of descriptors in one reply: clients read an index of 4 MiB, as they do a manifest. */
const BYTES = 4 * 1024 * 1024 - 1024;

/**
 * Lists the manifests that are about one, at `/v2/<name>/referrers/<digest>` (OCI end-12).
 *
 * What nothing refers to has an empty list, whether it is there or not, and whether its repository is: clients take a
 * 404 for a registry without this endpoint.
 */
export async function answerReferrers(
  { referrers }: Stores,
  exchange: Exchange,
  repository: Repository,
  subject: Digest,
): Promise<Reply> {
  if (!isReading(exchange)) throw methodNotAllowed(exchange, 'GET', 'HEAD');
  const page = parseReferrerPage(exchange);
  const listing = await referrers.list(repository, subject, page);
  const manifests = listing.referrers.map(({ text }) => text).join(',');
  const body = `{"schemaVersion":2,"mediaType":"${MediaType.ociIndex}","manifests":[${manifests}]}`;
  const next = page.limit === 0 ? undefined : listing.next;
  return {
    status: 200,
    headers: {
      'content-type': MediaType.ociIndex,
      'content-length': Buffer.byteLength(body),
      ...(page.artifactType === undefined ? {} : { 'oci-filters-applied': 'artifactType' }),
      ...(next === undefined ? {} : { link: linkTo(exchange.target.path, next, page) }),
    },
    body,
  };
}

function parseReferrerPage(exchange: Exchange): ReferrerPage {
  const query = new URLSearchParams(exchange.target.query);
  const artifactType = query.get('artifactType') ?? '';
  const last = query.get('last') ?? '';
  const after = Digest.read(last);
  if (last !== '' && after === undefined) {
    throw new Failure(
      400,
      'DIGEST_INVALID',
      'last must be a digest; follow the Link that the list came with',
    );
  }
  return {
    limit: parseLimit(query, LONGEST),
    bytes: BYTES,
    ...(artifactType === '' ? {} : { artifactType }),
    ...(after === undefined ? {} : { after }),
  };
}

function linkTo(path: string, last: Digest, { artifactType, limit }: ReferrerPage): string {
  const query = new URLSearchParams({
    ...(artifactType === undefined ? {} : { artifactType }),
    last: last.toString(),
    n: String(limit),
  });
  return `<${path}?${query}>; rel="next"`;
}
