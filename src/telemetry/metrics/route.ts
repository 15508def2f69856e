const PLACES = {
  other: 0,
  ping: 1,
  root: 2,
  token: 3,
  base: 4,
  manifest: 5,
  blob: 6,
  upload: 7,
  tags: 8,
  referrers: 9,
  catalog: 10,
  'v1 image': 11,
  'v1 repository': 12,
  'v1 search': 13,
  'v1 users': 14,
} as const;

export type Route = keyof typeof PLACES;

/** What requests are counted by: kinds of paths, never names, so that nobody can make numbers without end. */
export const ROUTES = Object.keys(PLACES) as readonly Route[];

/**
 * The place in {@link ROUTES} of a request's path. Runs with every request: looks at the text where it is and makes none.
 *
 * @param path the target's path; undefined when the target was refused
 */
export function routeOf(path: string | undefined): number {
  if (path === undefined) return PLACES.other;
  if (path.startsWith('/v2/')) return path.length === 4 ? PLACES.base : distributionRoute(path);
  if (path.startsWith('/v1/')) return originalRoute(path);
  switch (path) {
    case '/':
      return PLACES.root;
    case '/_ping':
      return PLACES.ping;
    case '/token':
    case '/.well-known/jwks.json':
      return PLACES.token;
    case '/v2':
      return PLACES.base;
    default:
      return PLACES.other;
  }
}

/** A path of the OCI Distribution API: its last two segments tell what it is. */
function distributionRoute(path: string): number {
  const last = path.lastIndexOf('/');
  const before = path.lastIndexOf('/', last - 1);
  // Behind the name, which has one character at least.
  if (before < 5) return path === '/v2/_catalog' ? PLACES.catalog : PLACES.other;
  switch (last - before) {
    case 6:
      return path.startsWith('/blobs/', before) ? PLACES.blob : PLACES.other;
    case 5:
      return path.endsWith('/tags/list') ? PLACES.tags : PLACES.other;
    case 8:
      return path.startsWith('/uploads', before) && path.startsWith('/blobs', before - 6)
        ? PLACES.upload
        : PLACES.other;
    case 10:
      if (path.startsWith('/manifests/', before)) return PLACES.manifest;
      return path.startsWith('/referrers/', before) ? PLACES.referrers : PLACES.other;
    default:
      return PLACES.other;
  }
}

function originalRoute(path: string): number {
  if (path.startsWith('images/', 4)) return PLACES['v1 image'];
  if (path.startsWith('repositories/', 4)) return PLACES['v1 repository'];
  if (path === '/v1/search') return PLACES['v1 search'];
  if (path.startsWith('users', 4) && (path.length === 9 || path.charCodeAt(9) === 47))
    return PLACES['v1 users'];
  return path === '/v1/_ping' ? PLACES.ping : PLACES.other;
}
