import { type KeyObject, X509Certificate } from 'node:crypto';
import { fileProblem, formatMoment } from './pair-problem.js';
import { pemBlocks } from './pem.js';

/** A server's certificate and those of the authorities above it. */
export interface CertificateChain {
  readonly leaf: X509Certificate;
  /** The leaf first, each one issued by the next; the root may be left out. */
  readonly certificates: readonly X509Certificate[];
  /** The chain in PEM, without comments. */
  readonly pem: string;
}

/**
 * Reads the certificates of a PEM file.
 * @throws ConfigurationError with a sentence that names the file and what to do.
 */
export function parseChain(bytes: Buffer, file: string): CertificateChain {
  const blocks = pemBlocks(bytes.toString('latin1'));
  const texts = blocks
    .filter((block) => /^(X509 |TRUSTED )?CERTIFICATE$/.test(block.label))
    .map((block) => block.text);
  if (texts.length === 0) throw fileProblem(file, explainNoCertificate(bytes, blocks[0]?.label));
  const certificates = texts.map((text, index) => parseOne(text, file, index + 1));
  const leaf = certificates[0];
  if (leaf === undefined) throw fileProblem(file, 'holds no certificate.');
  return { leaf, certificates, pem: certificates.map(String).join('') };
}

/**
 * Checks that each certificate was issued by the next one.
 * @param key The server's private key: tells which certificate has to stand first.
 */
export function checkOrder(chain: CertificateChain, key: KeyObject, file: string): void {
  const { certificates } = chain;
  const position = certificates.findIndex((certificate) => certificate.checkPrivateKey(key));
  if (position > 0) {
    const message = `the server's certificate stands at place ${position + 1} of ${certificates.length}. Put it first, then the authority that issued it, and so on up.`;
    throw fileProblem(file, message);
  }
  for (const [index, certificate] of certificates.entries()) {
    const issuer = certificates[index + 1];
    if (issuer === undefined) return;
    if (certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)) continue;
    const message = `certificate ${index + 1} (${nameOf(certificate)}) was not issued by certificate ${index + 2} (${nameOf(issuer)}). Order them: the server's first, then the authority that issued it, and so on up; take out those that do not belong.`;
    throw fileProblem(file, message);
  }
}

/** Checks that every certificate is valid now. */
export function checkDates(chain: CertificateChain, file: string, now: number): void {
  for (const certificate of chain.certificates) {
    const { notBefore, notAfter } = validityOf(certificate);
    if (now > notAfter) {
      const message = `the certificate of ${nameOf(certificate)} ended on ${formatMoment(notAfter)}. Put a renewed one in its place.`;
      throw fileProblem(file, message);
    }
    if (now < notBefore) {
      const message = `the certificate of ${nameOf(certificate)} is valid only from ${formatMoment(notBefore)} on. Check this machine's clock, or wait until then.`;
      throw fileProblem(file, message);
    }
  }
}

/** From when to when a certificate is valid, in milliseconds since 1970. */
export function validityOf(certificate: X509Certificate): {
  readonly notBefore: number;
  readonly notAfter: number;
} {
  return { notBefore: Date.parse(certificate.validFrom), notAfter: Date.parse(certificate.validTo) };
}

/** Subject of a certificate for sentences: the common name where there is one. */
export function nameOf(certificate: X509Certificate): string {
  const subject = certificate.subject ?? '';
  const common = /^CN=(.*)$/m.exec(subject)?.[1];
  return common ?? (subject.replaceAll('\n', ', ') || 'a certificate without a subject');
}

function parseOne(text: string, file: string, place: number): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (error) {
    const message = `certificate ${place} is damaged: its PEM text does not decode. Copy it again from where it was issued.`;
    throw fileProblem(file, message, error);
  }
}

function explainNoCertificate(bytes: Buffer, label: string | undefined): string {
  if (label?.endsWith('PRIVATE KEY') === true) {
    return 'holds a private key, but a certificate is needed. Are certificate and key exchanged?';
  }
  if (label?.endsWith('CERTIFICATE REQUEST') === true) {
    return 'holds a signing request, not yet a certificate. Have an authority sign it: `dockgate cert sign FILE`.';
  }
  if (label !== undefined) return `holds "${label}", but a certificate is needed.`;
  if (bytes.length === 0) return 'is empty, but a certificate in PEM is needed.';
  if (bytes[0] === 0x30) {
    return 'is not PEM but binary (DER or PKCS #12). Convert it: `openssl x509 -inform der -in FILE -out FILE.pem`, or `openssl pkcs12 -in FILE -nokeys -out FILE.pem`.';
  }
  return 'is not PEM, or cut off: it holds no whole "-----BEGIN CERTIFICATE-----" block.';
}
