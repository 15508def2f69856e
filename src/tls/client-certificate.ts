import type { X509Certificate } from 'node:crypto';
import type { CertificateName } from '../configuration/access.js';
import { validityOf } from './certificate-chain.js';
import { readCertificate } from './certificate-fields.js';
import { type NamedUser, userOf } from './certificate-user.js';
import type { ClientTrust } from './client-trust.js';

/** By what a certificate is judged, now. */
export interface CertificateJudge {
  readonly configuration: { readonly name: CertificateName };
  readonly trust: Pick<ClientTrust, 'faultOf'>;
  readonly generation: number;
}

/** The certificate of one connection. It is read when it is first asked for, and judged anew when the trust has changed. */
export class ClientCertificate {
  readonly #judge: CertificateJudge;
  readonly #certificate: X509Certificate;
  #generation: number | undefined;
  #end: number | undefined;
  #fault: string | undefined;
  #named: NamedUser | undefined;

  /**
   * @param authorized whether TLS has verified it
   * @param generation of the trust by which TLS has; undefined when that is not known
   */
  constructor(
    judge: CertificateJudge,
    certificate: X509Certificate,
    authorized: boolean,
    generation: number | undefined,
  ) {
    this.#judge = judge;
    this.#certificate = certificate;
    this.#generation = generation;
    if (!authorized) this.#fault = 'it was not verified';
  }

  /** Whom it names; undefined when it names nobody, or must not be used. */
  get user(): string | undefined {
    if (this.fault !== undefined) return undefined;
    const named = this.#name();
    return 'user' in named ? named.user : undefined;
  }

  /** Why it must not be used, as the end of a sentence; undefined when it may. Two comparisons as long as nothing changes. */
  get fault(): string | undefined {
    if (this.#fault !== undefined) return this.#fault;
    this.#end ??= validityOf(this.#certificate).notAfter;
    const now = Date.now();
    const { generation } = this.#judge;
    if (this.#generation !== generation || now > this.#end) {
      this.#fault = this.#judge.trust.faultOf(this.#certificate, now);
      this.#generation = generation;
    }
    const named = this.#name();
    if ('fault' in named) this.#fault ??= named.fault;
    return this.#fault;
  }

  #name(): NamedUser {
    this.#named ??= this.#read();
    return this.#named;
  }

  #read(): NamedUser {
    try {
      return userOf(readCertificate(this.#certificate.raw), this.#judge.configuration.name);
    } catch {
      return { fault: 'it cannot be read' };
    }
  }
}
