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
const LONGEST = 512;

/**
 * A request target as it may stand in a log. Values of parameters that we do not know may be tokens and are left
 * out, and of a target that could not be parsed only what stands before a query or an authority's password.
 *
 * @param parsed whether the target was accepted
 */
export function loggedTarget(raw: string, parsed: boolean): string {
  const mark = raw.indexOf('?');
  if (parsed && mark === -1) return raw;
  if (!raw.startsWith('/') || raw.startsWith('//')) return '(not a path)';
  const path = mark === -1 ? raw : raw.slice(0, mark);
  if (!parsed) return path.slice(0, LONGEST);
  const query = raw
    .slice(mark + 1)
    .split('&', 20)
    .map((pair) => {
      const equals = pair.indexOf('=');
      return equals === -1 || OPEN.has(pair.slice(0, equals)) ? pair : `${pair.slice(0, equals)}=...`;
    });
  return `${path}?${query.join('&')}`;
}
