import { ImageId } from '../model/v1/image-id.js';
import { V1Repository } from '../model/v1/v1-repository.js';
import { nothingHere, refused, repositoryNotFound } from './failures.js';

/** What an image is asked for. */
export type ImagePart = 'json' | 'layer' | 'checksum' | 'ancestry' | 'files' | 'diff';

/** What a repository is asked for; `self` is the repository itself. */
export type RepositoryPart = 'self' | 'images' | 'auth' | 'tags' | 'json' | 'properties';

/** A path of the users' accounts. */
export type UserRoute = { readonly kind: 'users' } | { readonly kind: 'user'; readonly name: string };

/** A path of a repository. */
export type RepositoryRoute =
  | { readonly kind: 'repository'; readonly repository: V1Repository; readonly part: RepositoryPart }
  | { readonly kind: 'tag'; readonly repository: V1Repository; readonly tag: string }
  | { readonly kind: 'tag json'; readonly repository: V1Repository; readonly tag: string };

/** What a path means. */
export type Route =
  | { readonly kind: 'root' }
  | { readonly kind: 'ping' }
  | { readonly kind: 'status' }
  | { readonly kind: 'search' }
  | { readonly kind: 'image'; readonly id: ImageId; readonly part: ImagePart }
  | UserRoute
  | RepositoryRoute;

const FIXED: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['/', { kind: 'root' }],
  ['/_ping', { kind: 'ping' }],
  ['/v1/_ping', { kind: 'ping' }],
  ['/_status', { kind: 'status' }],
  ['/v1/_status', { kind: 'status' }],
  ['/v1/users', { kind: 'users' }],
  ['/v1/users/', { kind: 'users' }],
  ['/v1/search', { kind: 'search' }],
  ['/v1/search/', { kind: 'search' }],
]);

const IMAGE_PARTS: ReadonlySet<string> = new Set(['json', 'layer', 'checksum', 'ancestry', 'files', 'diff']);
const REPOSITORY_PARTS: ReadonlySet<string> = new Set(['images', 'auth', 'tags', 'json', 'properties']);

/** Encoded separators, dots and control characters have been refused with the target. */
function decode(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    throw refused('the path is not percent-encoded as it should be');
  }
}

function repositoryOf(parts: readonly string[], isReading: boolean): V1Repository {
  const repository = V1Repository.readPath(parts.join('/'));
  if (repository !== undefined) return repository;
  // What cannot be the name of a repository is one that is not there, to whoever looks for it.
  if (isReading) throw repositoryNotFound();
  throw refused('Invalid repository name (must be namespace/name, of letters, digits, `_`, `-` and `.`)');
}

/** A name has one part or two. Where `tags` could be a name as well as a word, the shorter name is meant. */
function parseRepository(segments: readonly string[], isReading: boolean): Route {
  for (const size of [1, 2]) {
    const name = segments.slice(0, size);
    const [word, tag, last, ...more] = segments.slice(size);
    if (name.length < size || more.length > 0) continue;
    if (word === 'tags' && tag !== undefined && (last === undefined || last === 'json')) {
      const kind = last === undefined ? 'tag' : 'tag json';
      return { kind, repository: repositoryOf(name, isReading), tag };
    }
    if (word !== undefined && tag === undefined && REPOSITORY_PARTS.has(word)) {
      return { kind: 'repository', repository: repositoryOf(name, isReading), part: word as RepositoryPart };
    }
  }
  if (segments.length === 0 || segments.length > 2) throw nothingHere();
  return { kind: 'repository', repository: repositoryOf(segments, isReading), part: 'self' };
}

/**
 * Reads a path. One with a slash at its end means the same as without.
 *
 * @param isReading whether the request only reads.
 * @throws {Failure} 404 for paths that are none of ours, and for an id or name that cannot be one; 400 for such a name
 *   that is to be written to.
 */
export function parseRoute(path: string, isReading: boolean): Route {
  const fixed = FIXED.get(path);
  if (fixed !== undefined) return fixed;
  const [, version, family, ...rest] = path.split('/').map(decode);
  if (version !== 'v1') throw nothingHere();
  if (rest.at(-1) === '') rest.pop();
  const [first, second, ...more] = rest;
  if (family === 'repositories') return parseRepository(rest, isReading);
  if (family === 'users' && first !== undefined && second === undefined) return { kind: 'user', name: first };
  if (family === 'images' && first !== undefined && second !== undefined && more.length === 0) {
    if (IMAGE_PARTS.has(second)) {
      return { kind: 'image', id: ImageId.parse(first), part: second as ImagePart };
    }
  }
  throw nothingHere();
}
