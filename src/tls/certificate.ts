import { type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import {
  bitString,
  content,
  decode,
  type Element,
  encode,
  hasTag,
  integer,
  members,
  objectIdentifier,
  sequence,
  set,
  time,
  utf8String,
  wrapped,
} from './der.js';
import {
  alternativeNames,
  authorityConstraints,
  authorityKeyIdentifier,
  authorityUsage,
  findExtension,
  keyIdentifier,
  leafConstraints,
  serverPurpose,
  serverUsage,
  subjectKeyIdentifier,
} from './extension.js';
import type { KeyPair } from './key-pair.js';
import { objectIdentifiers } from './object-identifiers.js';
import { pemBlock } from './pem.js';
import { signatureAlgorithm, signBytes } from './signature.js';
import type { SubjectName } from './subject-name.js';

const second = 1000;
const hour = 3600 * second;
const day = 24 * hour;
/** Before now, so that a client whose clock is a little behind does not refuse a fresh certificate. */
const backdating = hour;
const authorityDays = 3652;

/** The longest life that clients grant a server certificate, in days. */
export const longestServerDays = 397;

/** An authority's certificate and the key that signs for it. */
export interface Signer {
  readonly certificate: X509Certificate;
  readonly privateKey: KeyObject;
}

/** What a server certificate is to say. */
export interface ServerSubject {
  /** At least one; the first host name also becomes the common name. */
  readonly names: readonly SubjectName[];
  readonly publicKey: KeyObject;
  /** Days from now on until it ends, at most {@link longestServerDays}; never beyond the authority's own end. */
  readonly days: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Makes a self-signed authority of ten years, in PEM (RFC 5280 §4.2.1.9 cA TRUE, pathLen 0). */
export function mintAuthority(key: KeyPair, commonName: string, now: number): string {
  const name = distinguishedName(commonName);
  const identifier = keyIdentifier(key.publicKey);
  return mint(key.privateKey, {
    issuer: name,
    notBefore: now - backdating,
    notAfter: now + authorityDays * day,
    subject: name,
    publicKey: key.publicKey,
    extensions: [
      authorityConstraints(),
      authorityUsage(),
      subjectKeyIdentifier(identifier),
      authorityKeyIdentifier(identifier),
    ],
  });
}

/** Makes a TLS server's certificate, in PEM. */
export function mintServer(signer: Signer, subject: ServerSubject): string {
  const span = validitySpan(signer, subject);
  return mint(signer.privateKey, {
    issuer: subjectOf(signer.certificate),
    ...span,
    subject: distinguishedName(commonNameFor(subject.names)),
    publicKey: subject.publicKey,
    extensions: [
      leafConstraints(),
      serverUsage(subject.publicKey),
      serverPurpose(),
      alternativeNames(subject.names),
      subjectKeyIdentifier(keyIdentifier(subject.publicKey)),
      authorityKeyIdentifier(identifierOf(signer.certificate)),
    ],
  });
}

/** From when to when {@link mintServer} makes a certificate valid, in milliseconds since 1970. */
export function validitySpan(
  signer: Pick<Signer, 'certificate'>,
  { days, now }: { readonly days: number; readonly now: number },
): { readonly notBefore: number; readonly notAfter: number } {
  const authorityEnd = Date.parse(signer.certificate.validTo);
  const notBefore = Math.max(now - backdating, Date.parse(signer.certificate.validFrom));
  const longest = notBefore + longestServerDays * day;
  return { notBefore, notAfter: Math.min(now + days * day, longest, authorityEnd) };
}

/** A subject with nothing but a common name; X.520 allows 64 characters. */
export function distinguishedName(commonName: string): Element {
  return sequence(set(sequence(objectIdentifier(objectIdentifiers.commonName), utf8String(commonName))));
}

/** The first host name, or address, that fits into a common name. */
export function commonNameFor(names: readonly SubjectName[]): string {
  const fitting = names.filter((name) => name.value.length <= 64);
  return (fitting.find((name) => name.kind === 'dns') ?? fitting[0])?.value ?? 'dockgate';
}

interface Statement {
  readonly issuer: Element;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly subject: Element;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Element[];
}

/** RFC 5280 §4.1. node-forge knows no elliptic curves, hence keys and signatures are node:crypto's. */
function mint(signingKey: KeyObject, statement: Statement): string {
  const algorithm = signatureAlgorithm(signingKey);
  const body = sequence(
    wrapped(0, integer(Uint8Array.of(2))),
    integer(serialNumber()),
    algorithm,
    statement.issuer,
    sequence(time(new Date(statement.notBefore)), time(new Date(statement.notAfter))),
    statement.subject,
    decode(statement.publicKey.export({ format: 'der', type: 'spki' })),
    wrapped(3, sequence(...statement.extensions)),
  );
  const signature = signBytes(encode(body), signingKey);
  const der = encode(sequence(body, algorithm, bitString(signature)));
  return pemBlock('CERTIFICATE', new X509Certificate(der).raw);
}

/** 128 bits, always positive and never shorter, so that it cannot be guessed (RFC 5280 §4.1.2.2). */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

/** Byte for byte as in the authority's certificate: clients compare issuer and subject that way. */
function subjectOf(certificate: X509Certificate): Element {
  const subject = bodyOf(certificate)[5];
  if (subject === undefined) throw new Error('The certificate has no subject.');
  return subject;
}

function identifierOf(certificate: X509Certificate): Buffer {
  const extensions = bodyOf(certificate).find((member) => hasTag(member, 3));
  const found =
    extensions === undefined
      ? undefined
      : findExtension(members(extensions)[0] ?? sequence(), objectIdentifiers.subjectKeyIdentifier);
  return found === undefined ? keyIdentifier(certificate.publicKey) : content(found);
}

function bodyOf(certificate: X509Certificate): readonly Element[] {
  const body = members(members(decode(certificate.raw))[0]);
  // The version is left out in version 1 only, which has no extensions either.
  return body[0] !== undefined && hasTag(body[0], 0) ? body : [sequence(), ...body];
}
