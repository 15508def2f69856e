import type { CertificateName } from '../configuration/access.js';
import type { CertificateFields, NameAttribute } from './certificate-fields.js';
import { Tag } from './der-reader.js';

/** Whom a certificate names: nobody, somebody, or somebody that must not be. */
export type NamedUser = { readonly user: string | undefined } | { readonly fault: string };

/** 2.5.4.3 */
const COMMON_NAME = '550403';
/** RFC 5280 §4.2.1.6: tags of the kinds of names, all of them IA5 strings. */
const KINDS = { email: 0x81, dns: 0x82, uri: 0x86 } as const;
/** Bytes; what a directory server, a log line and a file name can all take. */
const LONGEST = 255;
/** Control and format characters, which include all that turn the direction of writing, and ends of lines. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffd]/u;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The user whom a certificate names: its one common name, or its first alternative name of a kind. Without any there is
 * no user; a name that could be taken for another one is a fault.
 */
export function userOf({ subject, alternatives }: CertificateFields, kind: CertificateName): NamedUser {
  if (kind !== 'cn') {
    const first = alternatives.find(({ tag }) => tag === KINDS[kind]);
    if (first === undefined) return { user: undefined };
    return checked(asciiText(first.value), kind);
  }
  const [common, another] = subject.filter(({ type }) => type === COMMON_NAME);
  if (common === undefined) return { user: undefined };
  // Programs differ in which of several they go by.
  if (another !== undefined) return { fault: 'it has several common names' };
  return checked(textOf(common), kind);
}

function textOf({ tag, value }: NameAttribute): string | undefined {
  switch (tag) {
    case Tag.UTF8_STRING:
      try {
        return UTF8.decode(value);
      } catch {
        return undefined;
      }
    case Tag.PRINTABLE_STRING:
    case Tag.IA5_STRING:
      return asciiText(value);
    default:
      // What the bytes of the older types mean is not the same everywhere.
      return undefined;
  }
}

function asciiText(value: Buffer): string | undefined {
  return value.every((byte) => byte < 0x80) ? value.toString('latin1') : undefined;
}

function checked(name: string | undefined, kind: CertificateName): NamedUser {
  if (name === undefined) return { fault: 'the name in it is in an unknown character set' };
  if (name === '') return { fault: 'the name in it is empty' };
  if (Buffer.byteLength(name) > LONGEST) return { fault: 'the name in it is too long' };
  if (UNPRINTABLE.test(name)) return { fault: 'the name in it has characters that cannot be seen' };
  // No user by password has a colon (RFC 7617 §2), which is what tells robots from users. A URI cannot do without.
  if (/^robot:/i.test(name) || (kind !== 'uri' && name.includes(':'))) {
    return { fault: 'the name in it has a colon' };
  }
  return { user: name };
}
