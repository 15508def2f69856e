import type { X509Certificate } from 'node:crypto';
import { nameOf, validityOf } from './certificate-chain.js';
import { alternativeNamesOf } from './certificate-names.js';
import { describeKey } from './key-pair.js';
import { daysBetween } from './pair-problem.js';

/** What people want to know of a certificate. */
export interface CertificateSummary {
  readonly subject: string;
  /** Host names and addresses that it vouches for. */
  readonly names: readonly string[];
  readonly issuer: string;
  /** It vouches for itself. */
  readonly selfSigned: boolean;
  readonly authority: boolean;
  /** RFC 3339, as is `notAfter`. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** Whole days from now to the end; negative once it is over. */
  readonly daysLeft: number;
  /** `ECDSA P-256`, `RSA 2048 bit`. */
  readonly key: string;
  /** Hexadecimal. */
  readonly serial: string;
  /** SHA-256 over the certificate, hexadecimal bytes between colons. */
  readonly fingerprint: string;
}

/** @param now Milliseconds since 1970. */
export function summarize(certificate: X509Certificate, now: number): CertificateSummary {
  const { notBefore, notAfter } = validityOf(certificate);
  return {
    subject: nameOf(certificate),
    names: alternativeNamesOf(certificate),
    issuer: issuerOf(certificate),
    selfSigned: certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey),
    authority: certificate.ca,
    notBefore: new Date(notBefore).toISOString(),
    notAfter: new Date(notAfter).toISOString(),
    daysLeft: daysBetween(now, notAfter),
    key: describeKey(certificate.publicKey),
    serial: certificate.serialNumber.toLowerCase(),
    fingerprint: certificate.fingerprint256,
  };
}

/** For a terminal, one fact a line. */
export function formatSummary(summary: CertificateSummary): string {
  const left = summary.daysLeft < 0 ? 'over' : `${summary.daysLeft} days left`;
  const rows = [
    ['subject', summary.subject],
    ['names', summary.names.join(', ') || (summary.authority ? 'none (an authority)' : 'none')],
    ['issuer', summary.selfSigned ? `${summary.issuer} (itself)` : summary.issuer],
    ['from', summary.notBefore],
    ['until', `${summary.notAfter} (${left})`],
    ['key', summary.key],
    ['serial', summary.serial],
    ['sha-256', summary.fingerprint],
  ];
  return rows.map(([label = '', value = '']) => `${label.padEnd(8)} ${value}`).join('\n');
}

function issuerOf(certificate: X509Certificate): string {
  const common = /^CN=(.*)$/m.exec(certificate.issuer)?.[1];
  return common ?? certificate.issuer.replaceAll('\n', ', ');
}
