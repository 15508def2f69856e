import type { UpstreamServer } from '../configuration.js';
import type { Kind, Parsed } from './kind.js';
import { quote } from './quote.js';
import { parseSocketUrl } from './socket-url.js';

/** The place of a server: everything that its URL says. */
export type UpstreamAddress = Pick<UpstreamServer, 'origin' | 'socketPath'>;

const forms = 'http://HOST:PORT, https://HOST:PORT or http+unix:/PATH';

/** The upstream's URL: `http://h:p`, `https://h:p`, `http+unix:/path.sock` or `http+unix://%2Fpath.sock`. */
export const upstreamUrl: Kind<UpstreamAddress> = {
  expected: `a URL: ${forms}`,
  scalars: new Set(['string']),
  schema: { type: 'string', pattern: '^(?:https?://[^/?#@\\\\\\s]+/?|http\\+unix:/[^?#]+)$' },
  parse(text) {
    const scheme = /^([a-z][a-z0-9+.-]*):\//i.exec(text)?.[1]?.toLowerCase();
    if (scheme === 'http+unix') return parseSocketUrl(text.slice('http+unix:'.length));
    if (scheme === 'unix') return { complaint: 'must be written "http+unix:/PATH" for a unix socket.' };
    if (scheme === 'http' || scheme === 'https') return parseWebUrl(text, scheme, UPSTREAM_HINTS);
    if (/^[A-Za-z0-9._-]+:\d{1,5}\/?$/.test(text)) {
      return { complaint: `must begin with a scheme: "http://${text}".` };
    }
    return { complaint: `must be ${forms}${scheme === undefined ? '' : `, not ${quote(`${scheme}://`)}`}.` };
  },
};

/** What may be said beyond the fault itself. */
interface Hints {
  readonly password: string;
  readonly path: string;
}

const UPSTREAM_HINTS: Hints = {
  password: ' Set "upstream.passAuthorization" to pass on those of the client.',
  path: ': the paths of the clients go upstream as they are',
};

/**
 * The origin of an `http:` or `https:` URL that has nothing else in it.
 *
 * @param scheme of the text, in lower case. @param hints follow the fault that they are about.
 */
export function parseWebUrl(
  text: string,
  scheme: string,
  hints: Hints = { password: '', path: '' },
): Parsed<UpstreamAddress> {
  const rest = text.slice(scheme.length + 1);
  if (!rest.startsWith('//')) return { complaint: `must have two slashes after "${scheme}:".` };
  // An `@` behind the path is still refused: a password may hold a `/` that nobody escaped.
  if (rest.includes('@')) {
    return { complaint: `must not hold a user name or password.${hints.password}` };
  }
  const authority = /^\/\/([^/?#\\\s]*)/.exec(rest)?.[1] ?? '';
  const remainder = rest.slice(2 + authority.length);
  if (remainder.includes('#')) return { complaint: 'must not have a fragment ("#...").' };
  if (remainder.includes('?')) return { complaint: 'must not have a query ("?...").' };
  if (remainder !== '' && remainder !== '/') {
    return { complaint: `must not have a path${hints.path}. End it after the port.` };
  }
  // The host is not shown: in "http://user:secret" it is half of a credential.
  if (!URL.canParse(`${scheme}://${authority}`)) {
    return {
      complaint: `must have a host name or an IP address, and a port from 1 to 65535: ${scheme}://HOST:PORT.`,
    };
  }
  const url = new URL(`${scheme}://${authority}`);
  if (url.port === '0') return { complaint: 'must have a port from 1 to 65535, not 0.' };
  return { value: { origin: url.origin, socketPath: undefined } };
}
