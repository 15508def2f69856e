import type { AuditEvent, AuditRequest } from './audit-event.js';

/**
 * The event that a request makes when it is over; undefined when it is not worth a line.
 *
 * Worth one are requests that changed something, and those that somebody who had shown who they are lacked a right for. A
 * stranger's 401 is not: it is how every client begins.
 */
export function requestEvent(request: AuditRequest): AuditEvent | undefined {
  const { status, action } = request;
  if (action === undefined) return undefined;
  const kind = kindOf(request);
  if (kind === undefined) return undefined;
  const { user, address, way, id, repository, digest } = request;
  const named = nameOf(request);
  return {
    event: kind,
    outcome: kind === 'denied' ? 'refused' : 'done',
    user,
    address,
    way,
    id,
    repository,
    reference: named.reference,
    // A refused request has pushed nothing, whatever its reply says.
    digest: named.digest ?? (kind === 'denied' ? undefined : digest),
    action,
    status,
    detail: detailOf(kind, request, named),
  };
}

type Kind = 'push' | 'delete' | 'mount' | 'account' | 'admin' | 'denied';

function kindOf({ method, path, action, status, way, mount }: AuditRequest): Kind | undefined {
  if (status === 403 || (status === 401 && way !== undefined)) return 'denied';
  if (status < 200 || status > 299 || !isWriting(method)) return undefined;
  if (action === 'delete') return 'delete';
  if (action === 'admin' || action === 'account') return action;
  if (action !== 'push') return undefined;
  if (!path.startsWith('/v2/')) return 'push';
  // 202 is an upload that goes on; what it leads to is told when it is whole. The end of one that is given up is no event.
  if (method !== 'PUT' && status !== 201) return undefined;
  return mount !== undefined && method === 'POST' ? 'mount' : 'push';
}

function isWriting(method: string): boolean {
  return method === 'PUT' || method === 'POST' || method === 'DELETE' || method === 'PATCH';
}

/** What may follow the name of a v1 repository. */
const PARTS: ReadonlySet<string> = new Set(['images', 'tags', 'json', 'properties', 'auth']);

interface Named {
  readonly reference?: string | undefined;
  readonly digest?: string | undefined;
  /** Part of a v1 image or repository: `json`, `layer`, `checksum`, `images`. */
  readonly part?: string | undefined;
}

/** What the end of a path names: repositories' own names may hold the same words. */
function nameOf({ path }: AuditRequest): Named {
  const segments = path.split('/');
  if (segments.at(-1) === '') segments.pop();
  const last = decoded(segments.at(-1) ?? '');
  const before = segments.at(-2);
  if (segments[1] === 'v2') {
    if (before === 'manifests') return last.includes(':') ? { digest: last } : { reference: last };
    return before === 'blobs' && last.includes(':') ? { digest: last } : {};
  }
  if (segments[1] !== 'v1') return { part: path };
  if (segments[2] === 'images') return { reference: decoded(segments[3] ?? ''), part: segments[4] };
  if (before === 'tags' && segments.length > 5) return { reference: last };
  if (segments[2] !== 'repositories') return { part: path };
  return segments.length > 4 && PARTS.has(last) ? { part: last } : {};
}

function detailOf(kind: Kind, { method, mount }: AuditRequest, { part }: Named): AuditEvent['detail'] {
  if (kind === 'mount') return { source: mount?.source ?? null };
  if (kind === 'account' || kind === 'admin' || kind === 'denied') return { method, part };
  return part === undefined ? undefined : { part };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
