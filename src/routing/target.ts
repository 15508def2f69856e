import { Failure } from '../exchange/failure.js';

/** A request target in origin form (RFC 9112 §3.2.1), parsed once: what decides who may ask also decides who answers. */
export interface Target {
  /** As the client sent it, byte for byte. */
  readonly raw: string;
  /** The part before `?`, byte for byte; begins with `/`. */
  readonly path: string;
  /** The part after `?`, without it; empty when there is none. */
  readonly query: string;
}

const PLAIN =
  /^\/(?:[A-Za-z0-9_~!$&'()*+,;=:@-][A-Za-z0-9._~!$&'()*+,;=:@-]*\/)*(?:[A-Za-z0-9_~!$&'()*+,;=:@-][A-Za-z0-9._~!$&'()*+,;=:@-]*)?$/;
const FORBIDDEN = /[^!$-;=?-Z_a-z~[\]]/;
const ENCODED = /%([0-9A-Fa-f]{2})?/g;

/** Bytes that must not hide behind `%`: a separator, a control character, or a dot that could make `..`. */
function isSafelyEncoded(match: string, hex: string | undefined): boolean {
  if (hex === undefined || match.length !== 3) return false;
  const byte = Number.parseInt(hex, 16);
  return byte > 0x20 && byte !== 0x2e && byte !== 0x2f && byte !== 0x5c && byte !== 0x7f && byte !== 0x25;
}

/**
 * Parses the raw target of a request line.
 *
 * Refuses everything that two readers could understand differently: absolute and asterisk form, fragments, empty
 * and dot segments, and encoded separators, dots, percent signs and control characters in the path.
 *
 * @throws {Failure} 400; the connection is to be closed.
 */
export function parseTarget(raw: string): Target {
  const mark = raw.indexOf('?');
  const path = mark === -1 ? raw : raw.slice(0, mark);
  const query = mark === -1 ? '' : raw.slice(mark + 1);
  if ((!PLAIN.test(path) && !isSafePath(path)) || (query !== '' && FORBIDDEN.test(query))) {
    throw new Failure(
      400,
      'UNSUPPORTED',
      'the request target is not one that every server understands alike',
      {
        close: true,
      },
    );
  }
  return { raw, path: mark === -1 ? path : copyOf(path), query };
}

/** A part of a text keeps all of it in memory, and names from a path may be remembered for long: without the query. */
function copyOf(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

function isSafePath(path: string): boolean {
  if (!path.startsWith('/') || FORBIDDEN.test(path)) return false;
  for (const [match, hex] of path.matchAll(ENCODED)) {
    if (!isSafelyEncoded(match, hex)) return false;
  }
  const segments = path.split('/');
  for (let index = 1; index < segments.length; index += 1) {
    const segment = segments[index];
    if (segment === '.' || segment === '..') return false;
    if (segment === '' && index !== segments.length - 1) return false;
    // Some servers drop `;parameters` before they look at a segment, which would turn `..;` into `..` (RFC 3986 §3.3).
    if (segment?.startsWith('.;') || segment?.startsWith('..;')) return false;
  }
  return true;
}
