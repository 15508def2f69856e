import { isIP } from 'node:net';
import { type Kind, mustBe } from './kind.js';

const pattern = /^[0-9A-Fa-f:.]+(?:\/(?:0|[1-9]\d{0,2}))?$/;
const expected = 'an IP address or a CIDR range such as 10.0.0.0/8 or fd00::/8';

/** An IP address or a CIDR range (RFC 4632 §3.1), as it was written. */
export const network: Kind<string> = {
  expected,
  scalars: new Set(['string']),
  schema: { type: 'string', pattern: pattern.source },
  parse(text) {
    if (!pattern.test(text)) return mustBe(expected, text);
    const slash = text.indexOf('/');
    const version = isIP(slash === -1 ? text : text.slice(0, slash));
    if (version === 0) return mustBe(expected, text);
    const longest = version === 4 ? 32 : 128;
    if (slash !== -1 && Number(text.slice(slash + 1)) > longest) {
      return mustBe(`a range with a prefix of ${longest} bits at most`, text);
    }
    return { value: text };
  },
};
