import type { Parsed } from './kind.js';
import type { UpstreamAddress } from './upstream-url.js';

/** `sun_path` of Linux holds 108 bytes with the closing NUL; longer paths are cut in silence. */
const longest = 107;

/**
 * The part of a `http+unix:` URL behind the colon: `/path`, `///path`, or `//%2Fpath` with every slash escaped.
 * Requests carry `Host: localhost` unless the gateway sets it.
 */
export function parseSocketUrl(rest: string): Parsed<UpstreamAddress> {
  if (/[?#]/.test(rest))
    return { complaint: 'must not have a query or a fragment behind the path of the socket.' };
  const authority = /^\/\/([^/]+)(.*)$/s.exec(rest);
  let socketPath: string;
  if (authority === null) {
    socketPath = rest.replace(/^\/\/\//, '/');
  } else {
    const [, host = '', behind = ''] = authority;
    if (host.includes('@')) return { complaint: 'must not hold a user name or password.' };
    if (!/^%2f/i.test(host)) {
      return { complaint: 'must have one slash or three before the path of the socket: "http+unix:/PATH".' };
    }
    if (behind !== '' && behind !== '/') {
      return {
        complaint: 'must not have a path behind the socket. Escape the slashes of the socket as %2F.',
      };
    }
    socketPath = host;
  }
  try {
    socketPath = decodeURIComponent(socketPath);
  } catch {
    return { complaint: 'must have a % only before two hexadecimal digits; write %25 for the sign itself.' };
  }
  if (socketPath === '/' || socketPath.includes('\0'))
    return { complaint: 'must name the path of a unix socket.' };
  if (Buffer.byteLength(socketPath) > longest) {
    return { complaint: `must name a socket with a path of ${longest} bytes at most.` };
  }
  return { value: { origin: 'http://localhost', socketPath } };
}
