import { readFileSync } from 'node:fs';
import { HOST, type Seen } from './site-door.js';
import type { SiteRequest } from './site-requests.js';

/** Statuses that say no. */
const refusals = new Set([401, 403, 404, 405]);
/** dockgate asks for them itself, and says what the client may see of it. */
const lists = new Set(['/v2/_catalog', '/v1/search']);
const pings = new Set(['/_ping', '/v1/_ping']);

/**
 * The row of docs/from-nginx.md that a difference belongs to; undefined: there is no difference.
 *
 * @returns a text with a question mark for a difference that nobody has written down
 */
export function differenceOf(request: SiteRequest, other: Seen, dockgate: Seen): string | undefined {
  const { method, path, user } = request;
  const isReading = method === 'GET' || method === 'HEAD';
  if (lists.has(path) && other.status === 200 && dockgate.status === 200) return undefined;
  const same = (other.reached === undefined) === (dockgate.reached === undefined);
  if (same && other.status === dockgate.status) return headersOf(other, dockgate);
  if (same && dockgate.reached === undefined) {
    const bothSayNo = refusals.has(other.status) && refusals.has(dockgate.status);
    return bothSayNo ? 'a request that both refuse' : '? both answer themselves';
  }
  const isOpener = dockgate.reached !== undefined || dockgate.status === 200;
  if (isOpener && isReading && pings.has(path)) return '`GET /_ping` or `/v1/_ping`, closed there';
  if (isOpener && isReading && path === '/') return '`GET /`, closed there';
  if (isOpener && isReading && user !== undefined && path === '/v2/') {
    return '`GET /v2/` with a password, closed there';
  }
  if (isOpener && path.startsWith('/v1/'))
    return 'a path below `/v1/`, with a password, where only `/v2/` was passed on';
  if (isOpener) return '? dockgate lets it through';
  if (user === undefined && isReading && path === '/v2/') return '`GET /v2/` without a password, open there';
  if (method === 'GET' && path.includes('/blobs/uploads/')) return 'asking how far an upload is';
  if (/^\/(?:other|v2\/app\/unknown)$/.test(path) || (pings.has(path) && !isReading)) {
    return 'what no client of a registry asks';
  }
  return '? dockgate refuses it';
}

/** What the registry gets is the same as far as the other server says it at all. */
function headersOf(other: Seen, dockgate: Seen): string | undefined {
  const [there, here] = [other.reached, dockgate.reached];
  if (there === undefined || here === undefined) return undefined;
  if (`${there.method} ${there.url} ${there.body}` !== `${here.method} ${here.url} ${here.body}`)
    return '? another request';
  if (here.headers['authorization'] !== undefined) return '? the password is passed on';
  if (here.headers['host'] !== HOST || here.headers['x-forwarded-host'] !== HOST) return '? another Host';
  if (there.headers['host'] !== HOST) return '`Host`, where it was not set';
  for (const name of ['x-real-ip', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host']) {
    const value = there.headers[name];
    if (value !== undefined && value !== here.headers[name]) return `? another ${name}`;
  }
  return there.headers['authorization'] === undefined
    ? undefined
    : '`Authorization`, where it was not blanked';
}

/** The first column of the table of differences. */
export function documentedDifferences(): ReadonlySet<string> {
  const text = readFileSync('docs/from-nginx.md', 'utf8');
  const table = /<!-- differences -->\n([\s\S]*?)<!-- end of differences -->/.exec(text)?.[1] ?? '';
  const rows = table
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2);
  return new Set(rows.map((row) => (row.split('|')[1] ?? '').trim()));
}
