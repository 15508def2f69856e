import { isIP, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { type Kind, mustBe } from './kind.js';
import { quote } from './quote.js';

const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const pattern = new RegExp(`^(?!.*\\.\\d+$)(?!\\d+$)(?=.{1,253}$)${label}(?:\\.${label})*$`);

/** Whether the text is a host name (RFC 1123 §2.1). What ends in a number is an address or nothing. */
export function isHostname(text: string): boolean {
  return pattern.test(text);
}

const expected = 'a host name such as registry.example.com or an IP address';

/** A name or address that clients use, without a port; names come out in lower case. */
export const hostname: Kind<string> = {
  expected,
  scalars: new Set(['string']),
  schema: { type: 'string', pattern: `${pattern.source}|^[0-9.]+$|^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$` },
  parse(text) {
    if (isIP(text) !== 0 && !text.includes('%')) return { value: text };
    if (isHostname(text)) return { value: text.toLowerCase() };
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text))
      return { complaint: 'must be a host name alone, without a scheme such as https://.' };
    if (/^\[.*\]$/.test(text) && isIPv6(text.slice(1, -1))) {
      return { complaint: `must be an IPv6 address without brackets: "${text.slice(1, -1)}".` };
    }
    if (/^[^:]+:\d+$/.test(text)) {
      return {
        complaint: `must be a host name without a port; ports belong to "listen". It is ${quote(text)}.`,
      };
    }
    const ascii = /[^ -~]/.test(text) ? domainToASCII(text) : '';
    if (isHostname(ascii)) return { complaint: `must be written in ASCII: "${ascii}".` };
    return mustBe(expected, text);
  },
};
