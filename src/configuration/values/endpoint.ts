import { isIPv4, isIPv6 } from 'node:net';
import { isHostname } from './hostname.js';
import { type Kind, mustBe } from './kind.js';

const pattern = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+))(?::(\d{1,5}))?$/;
const expected = 'a host with or without a port, such as registry.example.com:8443 or [2001:db8::1]:8443';

/** A name by which clients reach a registry: `HOST` or `HOST:PORT`, as it was written. Safe in a header's list. */
export const endpoint: Kind<string> = {
  expected,
  scalars: new Set(['string']),
  schema: { type: 'string', pattern: pattern.source },
  parse(text) {
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text))
      return { complaint: 'must be HOST:PORT alone, without a scheme such as https://.' };
    const match = pattern.exec(text);
    if (match === null) return mustBe(expected, text);
    const [, address, name, port] = match;
    if (port !== undefined && (Number(port) < 1 || Number(port) > 65535))
      return { complaint: `must have a port from 1 to 65535, not ${Number(port)}.` };
    const isHost = address === undefined ? isName(name ?? '') : isIPv6(address);
    return isHost ? { value: text } : mustBe(expected, text);
  },
};

function isName(text: string): boolean {
  return isIPv4(text) || isHostname(text);
}
