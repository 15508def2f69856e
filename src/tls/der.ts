import { createRequire } from 'node:module';
import type forge from 'node-forge';

/** X.690 §8.1.2.2: classes of tags, in the place where they stand in the first byte. */
const Class = { UNIVERSAL: 0x00, CONTEXT_SPECIFIC: 0x80 } as const;
/** X.680 §8.6: universal tags. */
const Type = {
  BOOLEAN: 1,
  INTEGER: 2,
  BITSTRING: 3,
  OCTETSTRING: 4,
  NULL: 5,
  OID: 6,
  UTF8: 12,
  SEQUENCE: 16,
  SET: 17,
  UTCTIME: 23,
  GENERALIZEDTIME: 24,
} as const;

let library: typeof forge.asn1 | undefined;

/** node-forge takes a tenth of a second to load: only those who make or sign a certificate spend it. */
function asn1(): typeof forge.asn1 {
  library ??= (createRequire(import.meta.url)('node-forge') as typeof forge).asn1;
  return library;
}

/** One ASN.1 element, as node-forge holds it. */
export type Element = forge.asn1.Asn1;

/** X.690 §8.9 SEQUENCE. */
export function sequence(...members: readonly Element[]): Element {
  return asn1().create(Class.UNIVERSAL, Type.SEQUENCE, true, [...members]);
}

/** X.690 §8.11 SET. With more than one member the caller keeps them in DER order. */
export function set(...members: readonly Element[]): Element {
  return asn1().create(Class.UNIVERSAL, Type.SET, true, [...members]);
}

export function objectIdentifier(dotted: string): Element {
  return asn1().create(Class.UNIVERSAL, Type.OID, false, asn1().oidToDer(dotted).getBytes());
}

/** @param bytes Big-endian two's complement. */
export function integer(bytes: Uint8Array): Element {
  return asn1().create(Class.UNIVERSAL, Type.INTEGER, false, binary(bytes));
}

export function boolean(value: boolean): Element {
  return asn1().create(Class.UNIVERSAL, Type.BOOLEAN, false, value ? '\xff' : '\x00');
}

export function nothing(): Element {
  return asn1().create(Class.UNIVERSAL, Type.NULL, false, '');
}

/** @param unused How many of the last byte's bits do not count. */
export function bitString(bytes: Uint8Array, unused = 0): Element {
  return asn1().create(Class.UNIVERSAL, Type.BITSTRING, false, String.fromCharCode(unused) + binary(bytes));
}

export function octetString(bytes: Uint8Array): Element {
  return asn1().create(Class.UNIVERSAL, Type.OCTETSTRING, false, binary(bytes));
}

export function utf8String(text: string): Element {
  return asn1().create(Class.UNIVERSAL, Type.UTF8, false, Buffer.from(text, 'utf8').toString('latin1'));
}

/** A primitive element under a context tag, for IMPLICIT members. */
export function tagged(tag: number, bytes: Uint8Array): Element {
  return asn1().create(Class.CONTEXT_SPECIFIC, tag, false, binary(bytes));
}

/** A constructed element under a context tag, for EXPLICIT members. */
export function wrapped(tag: number, ...members: readonly Element[]): Element {
  return asn1().create(Class.CONTEXT_SPECIFIC, tag, true, [...members]);
}

/** RFC 5280 §4.1.2.5: UTCTime through the year 2049, GeneralizedTime from 2050 on; whole seconds. */
export function time(date: Date): Element {
  return date.getUTCFullYear() < 2050
    ? asn1().create(Class.UNIVERSAL, Type.UTCTIME, false, asn1().dateToUtcTime(date))
    : asn1().create(Class.UNIVERSAL, Type.GENERALIZEDTIME, false, asn1().dateToGeneralizedTime(date));
}

/** The bytes of an element. */
export function encode(element: Element): Buffer {
  return Buffer.from(asn1().toDer(element).getBytes(), 'latin1');
}

/**
 * The element that some bytes hold.
 * @throws Error when they are not ASN.1, or BER that is not DER: then what was signed could not be told apart
 *   from what was read.
 */
export function decode(bytes: Uint8Array): Element {
  const element = asn1().fromDer(binary(bytes));
  if (!encode(element).equals(bytes)) throw new Error('The bytes are not DER.');
  return element;
}

/** The members of a SEQUENCE, a SET or an element under a context tag. */
export function members(element: Element | undefined): readonly Element[] {
  const list =
    element?.tagClass === Class.CONTEXT_SPECIFIC ||
    element?.type === Type.SEQUENCE ||
    element?.type === Type.SET;
  if (!list || typeof element.value === 'string') throw new Error('A list was expected.');
  return element.value;
}

/** The content of a primitive element. */
export function content(element: Element | undefined): Buffer {
  if (element === undefined || typeof element.value !== 'string') throw new Error('A value was expected.');
  return Buffer.from(element.value, 'latin1');
}

/** The bytes of a BIT STRING whose length is whole bytes, as keys and signatures are. */
export function bitsOf(element: Element | undefined): Buffer {
  // Not its `value`: where the bits happen to be ASN.1 themselves node-forge holds them decoded.
  const bytes = encode(element ?? nothing());
  const length = bytes[1] ?? 0;
  const start = length < 0x80 ? 2 : 2 + (length & 0x7f);
  if (bytes[0] !== Type.BITSTRING || bytes[start] !== 0) throw new Error('Whole bytes were expected.');
  return bytes.subarray(start + 1);
}

/** Whether this is member number `tag` of a choice or of optional members. */
export function hasTag(element: Element, tag: number): boolean {
  return element.tagClass === Class.CONTEXT_SPECIFIC && element.type === tag;
}

/** The dotted form of an object identifier; undefined for any other element. */
export function dotted(element: Element | undefined): string | undefined {
  if (element?.type !== Type.OID || element.tagClass !== Class.UNIVERSAL) return undefined;
  return asn1().derToOid(content(element).toString('latin1'));
}

function binary(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
