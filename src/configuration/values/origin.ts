import { isHostname } from './hostname.js';
import { type Kind, mustBe, type Parsed } from './kind.js';
import { parseWebUrl } from './upstream-url.js';

const expected = '* or an origin such as https://ui.example.com or https://*.example.com';
/** What browsers write: everything in lower case, and the port only where the scheme has another one. */
const EXOTIC = /^[a-z][a-z0-9+.-]{0,30}:\/\/[a-z0-9._-]{1,253}(?::[0-9]{1,5})?$/;
const PLACEHOLDER = 'wildcard';

/**
 * The origin of a web page as browsers write it (RFC 6454 §6.2), `*` for every origin, or one with `*` as the first label of
 * its host, which stands for one label.
 */
export const origin: Kind<string> = {
  expected,
  scalars: new Set(['string']),
  schema: { type: 'string', pattern: '^(?:\\*|[A-Za-z][A-Za-z0-9+.-]*://[^/?#@\\\\\\s]+)$' },
  parse(text) {
    if (text === '*') return { value: text };
    if (text === 'null')
      return { complaint: 'must not be null: pages of anybody get that origin in a sandbox.' };
    const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
    if (scheme === undefined) {
      return isHostname(text.replace(/^\*\./, '').replace(/:\d{1,5}$/, ''))
        ? { complaint: `must begin with a scheme: "https://${text}".` }
        : mustBe(expected, text);
    }
    if (scheme !== 'http' && scheme !== 'https') {
      return EXOTIC.test(text) ? { value: text } : mustBe(expected, text);
    }
    if (text.endsWith('/')) return { complaint: 'must not end in a slash: browsers send none.' };
    return parsePage(text, scheme);
  },
};

function parsePage(text: string, scheme: string): Parsed<string> {
  const beginning = `${scheme}://*.`;
  const isWild = text.slice(0, beginning.length).toLowerCase() === beginning;
  // The parser of URLs knows no wildcards.
  const plain = isWild ? `${scheme}://${PLACEHOLDER}.${text.slice(beginning.length)}` : text;
  if (plain.includes('*'))
    return {
      complaint: 'can have a * only for the whole first label of the host, such as https://*.example.com.',
    };
  const parsed = parseWebUrl(plain, scheme);
  if (!('value' in parsed)) return parsed;
  const { origin: written } = parsed.value;
  if (!isWild) return { value: written };
  return { value: `${beginning}${written.slice(`${scheme}://${PLACEHOLDER}.`.length)}` };
}
