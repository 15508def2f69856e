import { createHash, type X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { ClientCertificateConfiguration } from '../configuration/access.js';
import { nameOf, parseChain, validityOf } from './certificate-chain.js';
import { readCertificate } from './certificate-fields.js';
import { read } from './directory.js';
import { fileProblem, formatMoment } from './pair-problem.js';
import { isRevoked, parseRevocations, type RevocationList } from './revocation-list.js';

/** Certificates between a client's and the root at most. */
const DEEPEST = 10;

/** By which clients' certificates are judged: authorities, and what these have revoked. */
export class ClientTrust {
  readonly #authorities: readonly X509Certificate[];
  readonly #lists: readonly RevocationList[];
  /** Whole sentences for the log. */
  readonly warnings: readonly string[];
  /** Another one for every other trust. */
  readonly digest: Buffer;

  private constructor(
    authorities: readonly X509Certificate[],
    lists: readonly RevocationList[],
    warnings: readonly string[],
  ) {
    this.#authorities = authorities;
    this.#lists = lists;
    this.warnings = warnings;
    const hash = createHash('sha256');
    for (const text of [...this.ca, '', ...this.crl]) hash.update(text).update('\0');
    this.digest = hash.digest();
  }

  /**
   * @param now milliseconds since 1970
   * @throws ConfigurationError when a file cannot be read, or does not hold what it should.
   */
  static async load(configuration: ClientCertificateConfiguration, now: number): Promise<ClientTrust> {
    const { authority: file, revocations } = configuration;
    const { certificates } = parseChain(await read(file), file);
    for (const certificate of certificates) {
      if (certificate.ca) continue;
      throw fileProblem(file, `${nameOf(certificate)} is not an authority: it may not sign others.`);
    }
    const lists = revocations === undefined ? [] : parseRevocations(await read(revocations), revocations);
    const warnings = revocations === undefined ? [] : listWarnings(certificates, lists, revocations, now);
    const trust = new ClientTrust(certificates, lists, [
      ...certificates.flatMap((certificate) => endWarning(certificate, file, now)),
      ...warnings,
    ]);
    try {
      createSecureContext({ ca: [...trust.ca], crl: [...trust.crl] });
    } catch (error) {
      throw fileProblem(revocations ?? file, 'cannot be used by OpenSSL. Is it damaged?', error);
    }
    return trust;
  }

  /** In PEM, one each, as `createSecureContext` takes them. */
  get ca(): readonly string[] {
    return this.#authorities.map(String);
  }

  get crl(): readonly string[] {
    return this.#lists.map(({ pem }) => pem);
  }

  /**
   * What speaks against a certificate that an earlier trust has accepted; undefined: nothing does.
   *
   * @param certificate with those above it, as far as the client has sent them
   * @param now milliseconds since 1970
   */
  faultOf(certificate: X509Certificate, now: number): string | undefined {
    let current = certificate;
    for (let depth = 0; depth < DEEPEST; depth += 1) {
      const { notBefore, notAfter } = validityOf(current);
      if (now < notBefore || now > notAfter) return 'it is not valid any more';
      if (isRevoked(this.#lists, readCertificate(current.raw))) return 'it was revoked';
      if (this.#isRoot(current)) return undefined;
      const issuer = this.#issuerOf(current);
      if (issuer === undefined) break;
      current = issuer;
    }
    return 'its authority is no longer trusted';
  }

  #isRoot(certificate: X509Certificate): boolean {
    const isKnown = this.#authorities.some(
      ({ fingerprint256 }) => fingerprint256 === certificate.fingerprint256,
    );
    return isKnown && certificate.checkIssued(certificate);
  }

  #issuerOf(certificate: X509Certificate): X509Certificate | undefined {
    const sent = certificate.issuerCertificate;
    const candidates = sent === undefined ? this.#authorities : [...this.#authorities, sent];
    return candidates.find(
      (issuer) => certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey),
    );
  }
}

function endWarning(certificate: X509Certificate, file: string, now: number): string[] {
  const { notAfter } = validityOf(certificate);
  if (now <= notAfter) return [];
  return [
    `${file}: the authority ${nameOf(certificate)} ended on ${formatMoment(notAfter)}: its clients are refused.`,
  ];
}

/** OpenSSL refuses every certificate about which no list in force says anything. */
function listWarnings(
  authorities: readonly X509Certificate[],
  lists: readonly RevocationList[],
  file: string,
  now: number,
): string[] {
  const ended = lists
    .map(({ nextUpdate }) => nextUpdate)
    .filter((moment) => moment !== undefined && moment < now)
    .map(
      (moment) =>
        `${file}: a revocation list ended on ${formatMoment(moment ?? 0)}: its authority's clients are refused. Put a new one in its place.`,
    );
  const silent = authorities
    .filter((authority) => !lists.some(({ issuer }) => issuer.equals(subjectOf(authority))))
    .map(
      (authority) => `${file}: there is no revocation list of ${nameOf(authority)}: its clients are refused.`,
    );
  return [...ended, ...silent];
}

function subjectOf(certificate: X509Certificate): Buffer {
  return readCertificate(certificate.raw).name;
}
