import { type Kind, mustBe, type Parsed } from './kind.js';

const expected = 'a URL such as https://host.example.com/path';
/** Printable ASCII that fits between the quotes of a header field (RFC 9110 §5.6.4). */
const printable = /^[!#-[\]-~]{1,2000}$/;

/** A URL of HTTP, with a path if one likes; as it was written. */
export const webUrl: Kind<string> = {
  expected,
  scalars: new Set(['string']),
  schema: { type: 'string', pattern: '^[hH][tT][tT][pP][sS]?://[^/?#@\\\\\\s]+(?:/[^?#@\\s]*)?$' },
  parse: (text) =>
    isWebUrl(text) ? parseUrl(text) : mustBe(`${expected}, beginning with http:// or https://`, text),
};

/** Whether a text is meant as a URL of HTTP. */
export function isWebUrl(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

function parseUrl(text: string): Parsed<string> {
  if (text.includes('@')) return { complaint: 'must not hold a user name or password.' };
  if (text.includes('#')) return { complaint: 'must not have a fragment ("#...").' };
  if (text.includes('?')) return { complaint: 'must not have a query ("?...").' };
  if (!printable.test(text) || !URL.canParse(text)) {
    return { complaint: 'must have a host name or an IP address, a port from 1 to 65535, and no spaces.' };
  }
  if (new URL(text).port === '0') return { complaint: 'must have a port from 1 to 65535, not 0.' };
  return { value: text };
}
