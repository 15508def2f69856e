import { Failure } from '../../exchange/failure.js';
import { Digest } from '../model/digest.js';
import { parseReference, type Reference } from '../model/reference.js';
import { Repository } from '../model/repository.js';
import { UploadId } from '../model/upload-id.js';

/** What a path under `/v2/` means. */
export type Route =
  | { readonly kind: 'base' }
  | { readonly kind: 'catalog' }
  | { readonly kind: 'collections' }
  | { readonly kind: 'extensions' }
  | { readonly kind: 'tags'; readonly repository: Repository }
  | { readonly kind: 'manifest'; readonly repository: Repository; readonly reference: Reference }
  | { readonly kind: 'referrers'; readonly repository: Repository; readonly subject: Digest }
  | { readonly kind: 'blob'; readonly repository: Repository; readonly digest: Digest }
  | { readonly kind: 'uploads'; readonly repository: Repository }
  | { readonly kind: 'upload'; readonly repository: Repository; readonly id: UploadId };

const PREFIX = '/v2/';
const MANIFESTS = '/manifests';

function notFound(): Failure {
  return new Failure(404, 'UNSUPPORTED', 'this registry has nothing at this path');
}

function decode(segment: string): string {
  if (!segment.includes('%')) return segment;
  let decoded = '/';
  try {
    decoded = decodeURIComponent(segment);
  } catch {
    // Refused below, like a slash that hides in a segment.
  }
  if (!decoded.includes('/')) return decoded;
  throw new Failure(400, 'NAME_INVALID', 'the path is not percent-encoded as it should be');
}

/** The path that is asked for most often, without taking it apart. Undefined for all others. */
function parseManifestRoute(path: string, isReading: boolean): Route | undefined {
  const slash = path.lastIndexOf('/');
  if (!path.endsWith(MANIFESTS, slash) || !path.startsWith(PREFIX) || path.includes('%')) return undefined;
  const repository = Repository.parse(
    path.slice(PREFIX.length, Math.max(slash - MANIFESTS.length, PREFIX.length)),
  );
  return { kind: 'manifest', repository, reference: parseReference(path.slice(slash + 1), isReading) };
}

function parseUploadId(text: string): UploadId {
  const id = UploadId.read(text);
  if (id !== undefined) return id;
  throw new Failure(404, 'BLOB_UPLOAD_UNKNOWN', 'there is no such upload; begin a new one');
}

/**
 * Reads a path (OCI Distribution §Endpoints).
 *
 * A name may hold slashes and even words such as `blobs`, so the path is read from its end.
 *
 * @param isReading whether the request only reads, so that a tag which cannot be one is not there.
 * @throws {Failure} 404 for paths that are none of ours, 400 for a name, tag or digest that cannot be one.
 */
export function parseRoute(path: string, isReading = false): Route {
  const manifest = parseManifestRoute(path, isReading);
  if (manifest !== undefined) return manifest;
  if (path === '/v2/' || path === '/v2') return { kind: 'base' };
  if (path === '/v2/_catalog') return { kind: 'catalog' };
  if (path === '/v2/_dockgate/gc') return { kind: 'collections' };
  if (path === '/v2/_oci/ext/discover') return { kind: 'extensions' };
  if (!path.startsWith(PREFIX)) throw notFound();
  const segments = path.slice(PREFIX.length).split('/').map(decode);
  const last = segments.pop() ?? '';
  const kind = segments.pop();
  const above = segments.at(-1);
  const repository = (): Repository => Repository.parse(segments.join('/'));
  if (kind === 'uploads' && above === 'blobs') {
    segments.pop();
    if (last === '') return { kind: 'uploads', repository: repository() };
    return { kind: 'upload', repository: repository(), id: parseUploadId(last) };
  }
  if (kind === 'blobs') {
    if (last === 'uploads') return { kind: 'uploads', repository: repository() };
    return { kind: 'blob', repository: repository(), digest: Digest.parse(last) };
  }
  if (kind === 'manifests') {
    return { kind: 'manifest', repository: repository(), reference: parseReference(last, isReading) };
  }
  if (kind === 'referrers') return { kind, repository: repository(), subject: Digest.parse(last) };
  if (kind === 'tags' && last === 'list') return { kind: 'tags', repository: repository() };
  throw notFound();
}
