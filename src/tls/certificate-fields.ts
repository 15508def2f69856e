import { DerReader, Tag } from './der-reader.js';

/** The parts of a certificate (RFC 5280 §4.1) by which it is revoked and its owner is named. */
export interface CertificateFields {
  /** Content of the serial number, in hexadecimal. */
  readonly serial: string;
  /** The issuer's whole name, in DER. */
  readonly issuer: Buffer;
  /** The subject's whole name, in DER. */
  readonly name: Buffer;
  /** Attributes of the subject's name, in their order. */
  readonly subject: readonly NameAttribute[];
  /** Alternative names of the subject (§4.2.1.6), in their order. */
  readonly alternatives: readonly AlternativeName[];
}

export interface NameAttribute {
  /** Content of the object identifier, in hexadecimal. */
  readonly type: string;
  /** Tag of the string's type. */
  readonly tag: number;
  readonly value: Buffer;
}

export interface AlternativeName {
  readonly tag: number;
  readonly value: Buffer;
}

const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
/** 2.5.29.17 */
const SUBJECT_ALTERNATIVE_NAME = '551d11';

/**
 * Reads a certificate from its own bytes. Node's `subject` and `subjectaltname` are texts put together for people,
 * in which a name can be written so that it looks like two (CVE-2021-44532).
 *
 * @throws Error when the bytes are no certificate.
 */
export function readCertificate(der: Buffer): CertificateFields {
  const body = new DerReader(der).enter(Tag.SEQUENCE).enter(Tag.SEQUENCE);
  body.takeIf(VERSION);
  const serial = body.take(Tag.INTEGER).content.toString('hex');
  body.take(Tag.SEQUENCE);
  const issuer = body.take(Tag.SEQUENCE).whole;
  body.take(Tag.SEQUENCE);
  const name = body.take(Tag.SEQUENCE);
  const subject = readName(new DerReader(name.content));
  body.take(Tag.SEQUENCE);
  while (body.next !== undefined && body.next !== EXTENSIONS) body.take();
  const alternatives = body.next === undefined ? [] : readAlternatives(body.enter(EXTENSIONS));
  return { serial, issuer, name: name.whole, subject, alternatives };
}

/** RFC 5280 §4.1.2.4: a sequence of sets of type and value. */
function readName(name: DerReader): readonly NameAttribute[] {
  const attributes: NameAttribute[] = [];
  while (name.next !== undefined) {
    const set = name.enter(Tag.SET);
    while (set.next !== undefined) {
      const attribute = set.enter(Tag.SEQUENCE);
      const type = attribute.take(Tag.OBJECT_IDENTIFIER).content.toString('hex');
      const { tag, content } = attribute.take();
      attributes.push({ type, tag, value: content });
    }
  }
  return attributes;
}

function readAlternatives(wrapper: DerReader): readonly AlternativeName[] {
  const extensions = wrapper.enter(Tag.SEQUENCE);
  const names: AlternativeName[] = [];
  while (extensions.next !== undefined) {
    const extension = extensions.enter(Tag.SEQUENCE);
    if (extension.take(Tag.OBJECT_IDENTIFIER).content.toString('hex') !== SUBJECT_ALTERNATIVE_NAME) continue;
    while (extension.next !== Tag.OCTET_STRING) extension.take();
    const list = extension.enter(Tag.OCTET_STRING).enter(Tag.SEQUENCE);
    while (list.next !== undefined) {
      const { tag, content } = list.take();
      names.push({ tag, value: content });
    }
  }
  return names;
}
