import { isIPv4, isIPv6 } from 'node:net';
import type { ListenAddress } from '../configuration.js';
import { isHostname } from './hostname.js';
import { type Kind, mustBe } from './kind.js';
import { quote } from './quote.js';

const pattern = /^(?:(?:\[([^\]\s]+)\]|([^:[\]\s/@]+))?:)?(\d{1,5})$/;
const expected = 'an address such as 0.0.0.0:8443, [::1]:8443, :8443 or 8443';
const everywhere = '0.0.0.0';

/** Where to accept connections: `HOST:PORT`, `[::1]:8443`; without a host every IPv4 address of the machine. */
export const listenAddress: Kind<ListenAddress> = {
  expected,
  scalars: new Set(['string', 'number']),
  schema: {
    anyOf: [
      { type: 'string', pattern: pattern.source },
      { type: 'integer', minimum: 0, maximum: 65535 },
    ],
  },
  parse(text) {
    const match = pattern.exec(text);
    if (match === null) return { complaint: refusal(text) };
    const [, bracketed, plain, digits] = match;
    const port = Number(digits);
    if (port > 65535) return { complaint: `must have a port from 0 to 65535, not ${port}.` };
    if (bracketed !== undefined) {
      if (isIPv6(bracketed)) return { value: { host: bracketed, port } };
      return { complaint: `must have an IPv6 address between the brackets, not ${quote(bracketed)}.` };
    }
    if (plain === undefined) return { value: { host: everywhere, port } };
    if (isIPv4(plain) || isHostname(plain)) return { value: { host: plain, port } };
    return { complaint: `must have a host name or an IP address before the port, not ${quote(plain)}.` };
  },
};

function refusal(text: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    return 'must be HOST:PORT alone, without a scheme such as https://.';
  }
  if (isIPv6(text)) return `must have an IPv6 address in brackets and a port: "[${text}]:8443".`;
  if (isIPv4(text) || isHostname(text)) return `must have a port: "${text}:8443".`;
  return mustBe(expected, text).complaint;
}

/** The address as it is written: `HOST:PORT`, IPv6 in brackets. */
export function formatListenAddress(address: ListenAddress): string {
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}
