import type { Target } from '../routing/target.js';
import type { Operation } from './operation.js';
import { ADMINISTRATION, decodedSegments, isReading, NOTHING_NEEDED, needing } from './plain-operation.js';
import { isRepositoryName } from './repository-name.js';

const PREFIX = '/v2/';
const MANIFESTS = '/manifests';
const BLOBS = '/blobs';
const UPLOADS = '/blobs/uploads';
const REFERRERS = '/referrers';
const TAGS = '/tags/list';

/** Characters of tags, digests and the ids of uploads. Others, such as `;`, may end a segment for some servers. */
const LAST = /^[A-Za-z0-9._:=+-]+$/;

const CATALOG = needing('catalog', undefined);

/**
 * What a request below `/v2/` is about to do (OCI Distribution §Endpoints). A name may hold words such as `blobs`, so the
 * path is read from its end.
 */
export function v2OperationOf(method: string, { path, query }: Target, hasForm: boolean): Operation {
  if (path === PREFIX || path === '/v2/_oci/ext/discover') {
    return isReading(method) ? NOTHING_NEEDED : ADMINISTRATION;
  }
  if (path === '/v2/_catalog') return isReading(method) ? CATALOG : ADMINISTRATION;
  const decoded = path.includes('%') ? decodedSegments(path)?.join('/') : path;
  if (decoded === undefined || !decoded.startsWith(PREFIX)) return ADMINISTRATION;
  const slash = decoded.lastIndexOf('/');
  const last = decoded.slice(slash + 1);
  if (last !== '' && !LAST.test(last)) return ADMINISTRATION;
  if (decoded.endsWith(MANIFESTS, slash) && last !== '') {
    const name = nameBefore(decoded, slash - MANIFESTS.length);
    return method === 'PUT' ? onRepository('push', name) : onContent(method, name);
  }
  if (decoded.endsWith(UPLOADS, slash)) {
    return uploading(method, nameBefore(decoded, slash - UPLOADS.length), query, hasForm);
  }
  if (last === '') return ADMINISTRATION;
  if (decoded.endsWith(BLOBS, slash)) {
    const name = nameBefore(decoded, slash - BLOBS.length);
    return last === 'uploads' ? uploading(method, name, query, hasForm) : onContent(method, name);
  }
  if (!isReading(method)) return ADMINISTRATION;
  if (decoded.endsWith(TAGS)) return onRepository('pull', nameBefore(decoded, decoded.length - TAGS.length));
  if (decoded.endsWith(REFERRERS, slash)) {
    return onRepository('pull', nameBefore(decoded, slash - REFERRERS.length));
  }
  return ADMINISTRATION;
}

/** What stands between the prefix and a place in the path; empty when there is nothing. */
function nameBefore(path: string, end: number): string {
  return end <= PREFIX.length ? '' : path.slice(PREFIX.length, end);
}

function onRepository(action: 'pull' | 'push' | 'delete', name: string): Operation {
  return isRepositoryName(name) ? needing(action, name) : ADMINISTRATION;
}

/** Manifests and blobs alike. */
function onContent(method: string, name: string): Operation {
  if (isReading(method)) return onRepository('pull', name);
  return method === 'DELETE' ? onRepository('delete', name) : ADMINISTRATION;
}

const UPLOAD_METHODS: ReadonlySet<string> = new Set(['POST', 'PATCH', 'PUT', 'GET', 'HEAD', 'DELETE']);

function uploading(method: string, name: string, query: string, hasForm: boolean): Operation {
  if (!UPLOAD_METHODS.has(method)) return ADMINISTRATION;
  const push = onRepository('push', name);
  if (method !== 'POST' || push === ADMINISTRATION) return push;
  // Nobody here reads the form, and so nobody knows which repository it mounts from.
  if (hasForm) return ADMINISTRATION;
  return query === '' ? push : withMount(push, query);
}

/** OCI end-11. Two parameters of a name, or a separator that only some servers know, could be understood in two ways. */
function withMount(push: Operation, query: string): Operation {
  if (query.includes(';')) return ADMINISTRATION;
  const seen = new Map<string, string>();
  for (const [key, value] of new URLSearchParams(query)) {
    const name = key.toLowerCase();
    if (name !== 'mount' && name !== 'from') continue;
    if (name !== key || seen.has(name)) return ADMINISTRATION;
    seen.set(name, value);
  }
  if (!seen.has('mount')) return push;
  const from = seen.get('from') ?? '';
  if (from === '') return { ...push, mount: { source: undefined } };
  // Nothing may be pulled from the empty name.
  return { ...push, mount: { source: isRepositoryName(from) ? from : '' } };
}
