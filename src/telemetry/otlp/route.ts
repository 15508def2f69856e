/** Of `/v2/NAME/…`, by the word that stands after the name. */
const AFTER_NAME: readonly (readonly [part: string, route: string])[] = [
  ['/manifests/', '/v2/{name}/manifests/{reference}'],
  ['/blobs/uploads/', '/v2/{name}/blobs/uploads/{session}'],
  ['/blobs/', '/v2/{name}/blobs/{digest}'],
  ['/referrers/', '/v2/{name}/referrers/{digest}'],
];

const FIXED = new Map([
  ['/v2/', '/v2/'],
  ['/v2', '/v2/'],
  ['/v2/_catalog', '/v2/_catalog'],
  ['/v1/_ping', '/v1/_ping'],
  ['/_ping', '/_ping'],
  ['/v1/search', '/v1/search'],
  ['/v1/users', '/v1/users/'],
  ['/v1/users/', '/v1/users/'],
  ['/token', '/token'],
  ['/ca.crt', '/ca.crt'],
  ['/', '/'],
]);

/** What of `/v1/images/ID/…` and `/v1/repositories/NAME/…` there are routes for. */
const OF_IMAGE = new Set(['json', 'layer', 'checksum', 'ancestry', 'files', 'diff']);
const OF_REPOSITORY = new Set(['tags', 'images', 'auth', 'json', 'properties']);

/**
 * The class of a path (OpenTelemetry's `http.route`): one of a few texts, whatever clients ask for.
 *
 * @returns undefined for a path of no class
 */
export function routeOf(path: string): string | undefined {
  if (path.startsWith('/v2/')) return FIXED.get(path) ?? distribution(path);
  if (path.startsWith('/v1/images/')) {
    const part = path.slice(path.indexOf('/', '/v1/images/'.length) + 1);
    return OF_IMAGE.has(part) ? `/v1/images/{id}/${part}` : undefined;
  }
  if (path.startsWith('/v1/repositories/')) return original(path);
  if (path.startsWith('/v1/users/') && path.length > '/v1/users/'.length) return '/v1/users/{name}/';
  return FIXED.get(path);
}

function distribution(path: string): string | undefined {
  if (path.endsWith('/tags/list')) return '/v2/{name}/tags/list';
  if (path.endsWith('/blobs/uploads')) return '/v2/{name}/blobs/uploads/';
  for (const [part, route] of AFTER_NAME) {
    const at = path.lastIndexOf(part);
    if (at <= '/v2'.length) continue;
    if (path.indexOf('/', at + part.length) !== -1) continue;
    return route === '/v2/{name}/blobs/uploads/{session}' && path.endsWith(part)
      ? '/v2/{name}/blobs/uploads/'
      : route;
  }
  return undefined;
}

function original(path: string): string | undefined {
  // The name has one segment or two: `ubuntu`, or `library/ubuntu`.
  const [, , , , second = '', third = '', fourth, fifth] = path.split('/', 8);
  const [part, rest] = OF_REPOSITORY.has(third) ? [third, fourth] : [second, third];
  if (part === 'tags' && rest !== undefined && rest !== '')
    return fifth === undefined || part !== third ? '/v1/repositories/{name}/tags/{tag}' : undefined;
  if (OF_REPOSITORY.has(part)) return `/v1/repositories/{name}/${part}`;
  return fourth === undefined || fourth === '' ? '/v1/repositories/{name}/' : undefined;
}
