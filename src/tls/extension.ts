import { createHash, type KeyObject } from 'node:crypto';
import {
  bitString,
  bitsOf,
  boolean,
  content,
  decode,
  dotted,
  type Element,
  encode,
  integer,
  members,
  objectIdentifier,
  octetString,
  sequence,
  tagged,
} from './der.js';
import { objectIdentifiers } from './object-identifiers.js';
import { addressBytes, type SubjectName } from './subject-name.js';

/** RFC 5280 §4.2.1.9, critical: an authority that may sign leaves but no further authorities. */
export function authorityConstraints(): Element {
  return extension(
    objectIdentifiers.basicConstraints,
    sequence(boolean(true), integer(Uint8Array.of(0))),
    true,
  );
}

/** RFC 5280 §4.2.1.9: not an authority. DER leaves out the default, so the list is empty. */
export function leafConstraints(): Element {
  return extension(objectIdentifiers.basicConstraints, sequence(), true);
}

/** RFC 5280 §4.2.1.3: keyCertSign and cRLSign. */
export function authorityUsage(): Element {
  return extension(objectIdentifiers.keyUsage, bitString(Uint8Array.of(0b0000_0110), 1), true);
}

/** RFC 5280 §4.2.1.3: digitalSignature, and keyEncipherment where RSA key exchange could want it. */
export function serverUsage(publicKey: KeyObject): Element {
  const bits =
    publicKey.asymmetricKeyType === 'rsa'
      ? bitString(Uint8Array.of(0b1010_0000), 5)
      : bitString(Uint8Array.of(0b1000_0000), 7);
  return extension(objectIdentifiers.keyUsage, bits, true);
}

/** RFC 5280 §4.2.1.12. */
export function serverPurpose(): Element {
  return extension(
    objectIdentifiers.extendedKeyUsage,
    sequence(objectIdentifier(objectIdentifiers.serverAuthentication)),
  );
}

/** RFC 5280 §4.2.1.6: tag 2 for host names, tag 7 for the bytes of an address. */
export function alternativeNames(names: readonly SubjectName[]): Element {
  const general = names.map((name) =>
    name.kind === 'dns' ? tagged(2, Buffer.from(name.value, 'ascii')) : tagged(7, addressBytes(name.value)),
  );
  return extension(objectIdentifiers.subjectAlternativeName, sequence(...general));
}

export function subjectKeyIdentifier(identifier: Uint8Array): Element {
  return extension(objectIdentifiers.subjectKeyIdentifier, octetString(identifier));
}

export function authorityKeyIdentifier(identifier: Uint8Array): Element {
  return extension(objectIdentifiers.authorityKeyIdentifier, sequence(tagged(0, identifier)));
}

/** RFC 7093 §2 method 1: the first 160 bits of SHA-256 over the key's bits. */
export function keyIdentifier(publicKey: KeyObject): Buffer {
  const [, bits] = members(decode(publicKey.export({ format: 'der', type: 'spki' })));
  return createHash('sha256').update(bitsOf(bits)).digest().subarray(0, 20);
}

/** The content of the extension of that kind in a list of extensions; undefined when there is none. */
export function findExtension(extensions: Element, identifier: string): Element | undefined {
  for (const entry of members(extensions)) {
    const parts = members(entry);
    if (dotted(parts[0]) === identifier) return decode(content(parts.at(-1)));
  }
  return undefined;
}

function extension(identifier: string, value: Element, critical = false): Element {
  const flag = critical ? [boolean(true)] : [];
  return sequence(objectIdentifier(identifier), ...flag, octetString(encode(value)));
}
