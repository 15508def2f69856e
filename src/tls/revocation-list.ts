import type { CertificateFields } from './certificate-fields.js';
import { type DerElement, DerReader, Tag } from './der-reader.js';
import { fileProblem } from './pair-problem.js';
import { pemBlocks } from './pem.js';

/** A certificate revocation list (RFC 5280 §5.1). */
export interface RevocationList {
  readonly pem: string;
  /** The issuer's whole name, in DER. */
  readonly issuer: Buffer;
  /** Milliseconds since 1970; undefined when the list does not say until when it counts. */
  readonly nextUpdate: number | undefined;
  /** Serial numbers, in hexadecimal. */
  readonly serials: ReadonlySet<string>;
}

/**
 * Reads the lists of a PEM file.
 * @throws ConfigurationError with a sentence that names the file and what to do.
 */
export function parseRevocations(bytes: Buffer, file: string): readonly RevocationList[] {
  const blocks = pemBlocks(bytes.toString('latin1'));
  const texts = blocks.filter(({ label }) => label === 'X509 CRL').map(({ text }) => text);
  if (texts.length === 0) {
    const message =
      'holds no revocation list in PEM ("-----BEGIN X509 CRL-----"). Convert one: `openssl crl -inform der -in FILE -out FILE.pem`.';
    throw fileProblem(file, message);
  }
  return texts.map((text, index) => {
    try {
      return parseList(text);
    } catch (error) {
      const message = `revocation list ${index + 1} is damaged. Copy it again from where it was issued.`;
      throw fileProblem(file, message, error);
    }
  });
}

/** Whether one of the lists names a certificate. Lists speak of their own issuer's certificates only. */
export function isRevoked(
  lists: readonly RevocationList[],
  { serial, issuer }: Pick<CertificateFields, 'serial' | 'issuer'>,
): boolean {
  return lists.some((list) => list.serials.has(serial) && list.issuer.equals(issuer));
}

function parseList(pem: string): RevocationList {
  const base64 = pem.replace(/-----[^-]+-----/g, '').replace(/\s+/g, '');
  const body = new DerReader(Buffer.from(base64, 'base64')).enter(Tag.SEQUENCE).enter(Tag.SEQUENCE);
  body.takeIf(Tag.INTEGER);
  body.take(Tag.SEQUENCE);
  const issuer = body.take(Tag.SEQUENCE).whole;
  if (body.takeIf(Tag.UTC_TIME, Tag.GENERALIZED_TIME) === undefined) throw new Error('The list has no date.');
  const until = body.takeIf(Tag.UTC_TIME, Tag.GENERALIZED_TIME);
  const serials = new Set<string>();
  const revoked = body.takeIf(Tag.SEQUENCE);
  const entries = revoked === undefined ? undefined : new DerReader(revoked.content);
  while (entries?.next !== undefined) {
    serials.add(entries.enter(Tag.SEQUENCE).take(Tag.INTEGER).content.toString('hex'));
  }
  return { pem, issuer, nextUpdate: until === undefined ? undefined : momentOf(until), serials };
}

/** RFC 5280 §5.1.2.4: `YYMMDDHHMMSSZ` through 2049, `YYYYMMDDHHMMSSZ` from then on. */
function momentOf({ tag, content }: DerElement): number {
  const text = content.toString('latin1');
  const digits = tag === Tag.UTC_TIME ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(digits) ?? [];
  const moment = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(moment)) throw new Error('The date is not one.');
  return moment;
}
