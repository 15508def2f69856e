import type { X509Certificate } from 'node:crypto';
import { checkDates, nameOf, parseChain, validityOf } from '../tls/certificate-chain.js';
import { fileProblem } from '../tls/pair-problem.js';
import { pemBlocks } from '../tls/pem.js';

/** How the names of authorities begin that dockgate made. */
export const OWN_AUTHORITY = 'dockgate authority ';

/** The certificate of an authority that machines are to trust. */
export interface Authority {
  readonly certificate: X509Certificate;
  /** In PEM, this certificate and nothing else. */
  readonly pem: string;
  readonly name: string;
  /** SHA-256, hexadecimal bytes between colons, as `dockgate cert show` prints it. */
  readonly fingerprint: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

/**
 * Reads an authority that is to be trusted. A store trusts all that it is given, so a file with more than the one
 * certificate is refused.
 *
 * @param source file or URL, for sentences. @param now milliseconds since 1970; undefined: it may be over
 * @throws {ConfigurationError} when it is not exactly one authority that is valid then.
 */
export function parseAuthority(bytes: Buffer, source: string, now: number | undefined): Authority {
  const labels = pemBlocks(bytes.toString('latin1')).map(({ label }) => label);
  if (labels.some((label) => label.endsWith('PRIVATE KEY'))) {
    throw fileProblem(
      source,
      'holds a private key. Nobody but the authority may have that: name the file of its certificate alone, ca.crt.',
    );
  }
  const chain = parseChain(bytes, source);
  if (labels.length > 1) {
    throw fileProblem(
      source,
      `holds ${labels.length} things, but one certificate is to be trusted. Put that of the authority into a file of its own.`,
    );
  }
  const { leaf } = chain;
  if (!leaf.ca) {
    throw fileProblem(
      source,
      `the certificate of ${nameOf(leaf)} is not an authority's: it may not sign others. Name ca.crt, not server.crt.`,
    );
  }
  if (now !== undefined) checkDates(chain, source, now);
  return {
    certificate: leaf,
    pem: String(leaf),
    name: nameOf(leaf),
    fingerprint: leaf.fingerprint256,
    notAfter: validityOf(leaf).notAfter,
  };
}

/** A SHA-256 fingerprint as people write it, with or without colons, in the form of {@link Authority}; undefined when it is none. */
export function parseFingerprint(text: string): string | undefined {
  const digits = text
    .trim()
    .replace(/^sha-?256[:=\s]\s*/i, '')
    .replace(/^sha256 fingerprint=/i, '')
    .replaceAll(/[:\s]/g, '')
    .toUpperCase();
  return /^[0-9A-F]{64}$/.test(digits) ? digits.match(/../g)?.join(':') : undefined;
}
