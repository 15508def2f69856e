import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { ConfigurationError, type Place } from '../configuration/problem.js';

/** A name or an address that a certificate vouches for (RFC 5280 §4.2.1.6), in canonical form. */
export interface SubjectName {
  readonly kind: 'dns' | 'address';
  /** `registry.example.com`, `*.example.com`, `192.0.2.7` or `2001:db8::7`. */
  readonly value: string;
}

const label = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;

/**
 * Reads what a person wrote as a host name, a wildcard or an IP address; brackets around IPv6 are fine.
 * International names become their ASCII form (RFC 5891).
 * @throws ConfigurationError with a sentence that says how to write it.
 */
export function parseSubjectName(text: string, place?: Place): SubjectName {
  const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  if (isIPv4(bare)) return { kind: 'address', value: bare };
  if (isIPv6(bare)) {
    const value = canonicalAddress(bare);
    if (value !== undefined) return { kind: 'address', value };
    throw refusal(
      text,
      'an address with a zone (%) means something on one machine only: leave it out',
      place,
    );
  }
  if (text.includes('://')) throw refusal(text, 'write the host name alone, without the scheme', place);
  if (/^(\[.*\]|[^:]*):\d+$/.test(text)) {
    throw refusal(text, 'write the host name alone, without the port: certificates hold none', place);
  }
  const wildcard = text.startsWith('*.');
  const ascii = asciiName(wildcard ? text.slice(2) : text);
  const labels = ascii.split('.');
  if (ascii.length > 253 || !labels.every((part) => label.test(part))) {
    throw refusal(
      text,
      'a host name has letters, digits and hyphens between dots, or is an IP address',
      place,
    );
  }
  if (/^\d+$/.test(labels.at(-1) ?? ''))
    throw refusal(text, 'it looks like an IP address but is none', place);
  if (wildcard && labels.length < 2) {
    throw refusal(text, 'clients accept a wildcard only above two labels, as in *.example.com', place);
  }
  return { kind: 'dns', value: wildcard ? `*.${ascii}` : ascii };
}

/** Reads every name, each once, in the order written. */
export function parseSubjectNames(texts: readonly string[], place?: Place): readonly SubjectName[] {
  const names = new Map<string, SubjectName>();
  for (const text of texts) {
    const name = parseSubjectName(text, place);
    names.set(name.value, name);
  }
  return [...names.values()];
}

/** 4 or 16 bytes in network order. */
export function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = new Array<string>(8 - front.length - back.length).fill('0');
  const bytes = Buffer.alloc(16);
  for (const [index, group] of [...front, ...zeros, ...back].entries()) {
    bytes.writeUInt16BE(Number.parseInt(group, 16), index * 2);
  }
  return bytes;
}

/** The reverse of {@link addressBytes}; undefined when there are not 4 or 16 bytes. */
export function addressText(bytes: Uint8Array): string | undefined {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) return undefined;
  const hex = Buffer.from(bytes).toString('hex');
  return canonicalAddress((hex.match(/.{4}/g) ?? []).join(':'));
}

/** The form of RFC 5952, but IPv4-mapped addresses in hexadecimal too. */
function canonicalAddress(address: string): string | undefined {
  const url = `http://[${address}]/`;
  return URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : undefined;
}

/** Only a name that needs it goes through the URL rules: these would read `0x7f.1` as an address. */
function asciiName(text: string): string {
  const lower = text.toLowerCase().replace(/\.$/, '');
  return /^[\x00-\x7f]*$/.test(lower) ? lower : domainToASCII(lower);
}

function refusal(text: string, why: string, place: Place | undefined): ConfigurationError {
  return new ConfigurationError([
    { place, message: `${JSON.stringify(text)} cannot stand in a certificate: ${why}.` },
  ]);
}
