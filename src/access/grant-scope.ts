import type { Grant } from '../exchange/grant.js';

const READS = ['GET', 'HEAD'];
const METHODS: Readonly<Record<Grant['access'], ReadonlySet<string>>> = {
  read: new Set(READS),
  write: new Set([...READS, 'PUT', 'POST']),
  delete: new Set([...READS, 'DELETE']),
};

const IMAGES = '/v1/images/';
const REPOSITORIES = '/v1/repositories/';
/** What may follow the name of a repository, and so ends it. */
const PLACES = new Set(['tags', 'images', 'json', 'properties', 'auth', 'layer']);

/**
 * Whether a token opens a request: the images, and its own repository, by the methods of its access. Nothing else is open
 * to it, other APIs least of all. To whom an image belongs is for the registry to say.
 *
 * A path that two registries could understand differently is not opened.
 *
 * @param path of the target, parsed once, as it was sent
 */
export function isWithinGrant(grant: Grant, method: string, path: string): boolean {
  if (!METHODS[grant.access].has(method)) return false;
  if (path.startsWith(IMAGES)) return path.length > IMAGES.length;
  return path.startsWith(REPOSITORIES) && repositoryOf(path) === grant.repository;
}

/** `namespace/name` of a path below `/v1/repositories/`; undefined when there is none or it could be another. */
function repositoryOf(path: string): string | undefined {
  const segments = path.slice(REPOSITORIES.length).split('/').map(decoded);
  const [first, second, third] = segments;
  if (first === undefined || first === '' || segments.includes(undefined)) return undefined;
  if (second === undefined || (second === '' && segments.length === 2)) return `library/${first}`;
  if (!PLACES.has(second)) return `${first}/${second}`;
  // `x/tags/` and `x/tags/json` may be about `library/x`, and about `x/tags`.
  return third === '' || (third !== undefined && PLACES.has(third)) ? undefined : `library/${first}`;
}

/** What a segment means; the target's parser leaves nothing encoded that could make two segments of one. */
function decoded(segment: string): string | undefined {
  try {
    return segment.includes('%') ? decodeURIComponent(segment) : segment;
  } catch {
    return undefined;
  }
}
