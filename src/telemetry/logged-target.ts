/** Query parameters of the registry's API, none of which is a secret. */
const OPEN = new Set([
  'artifactType',
  'digest',
  'digest-algorithm',
  'from',
  'last',
  'mount',
  'n',
  'tag',
  'service',
  'scope',
]);
/** In place of a target that is none. */
export const NOT_A_PATH = '(not a path)';
const LONGEST = 512;
/** Userinfo of a URL, and all after its path. */
const IN_URL = /^([^/?#]*\/\/)[^/?#]*@|[?#].*$/gs;

/**
 * A request target as it may stand in a log. Values of parameters that we do not know may be tokens and are left
 * out, and of a target that could not be parsed only what stands before a query or an authority's password.
 *
 * @param parsed whether the target was accepted
 */
export function loggedTarget(raw: string, parsed: boolean): string {
  const mark = raw.indexOf('?');
  if (parsed && mark === -1) return raw;
  if (!raw.startsWith('/') || raw.startsWith('//')) return NOT_A_PATH;
  const path = mark === -1 ? raw : raw.slice(0, mark);
  if (!parsed) return pathAlone(path).slice(0, LONGEST);
  const query = raw
    .slice(mark + 1)
    .split('&', 20)
    .map((pair) => {
      const equals = pair.indexOf('=');
      if (equals === -1) return OPEN.has(pair) || pair === '' ? pair : '...';
      return OPEN.has(pair.slice(0, equals)) ? pair : `${pair.slice(0, equals)}=...`;
    });
  return `${path}?${query.join('&')}`;
}

/**
 * What of a path stands before a fragment, and before what may be a password in front of a host. Anybody sends this, so it
 * takes linear time: a pattern would begin anew at every colon.
 */
function pathAlone(path: string): string {
  const mark = path.indexOf('#');
  const end = mark === -1 ? path.length : mark;
  for (let start = 0; start < end; ) {
    const slash = path.indexOf('/', start);
    const stop = slash === -1 || slash > end ? end : slash;
    const colon = path.slice(start, stop).indexOf(':');
    if (colon !== -1 && path.slice(start + colon, stop).includes('@')) return path.slice(0, start + colon);
    start = stop + 1;
  }
  return path.slice(0, end);
}

/** A `Referer` as it may stand in a log: query and fragment of a page are its own affair, and may hold tokens. */
export function loggedReferer(raw: string): string {
  return raw.replace(IN_URL, (found, beginning: string | undefined) => beginning ?? `${found[0]}...`);
}
