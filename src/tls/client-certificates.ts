import type { SecureContextOptions, TLSSocket, TlsOptions } from 'node:tls';
import type { ClientCertificateConfiguration } from '../configuration/access.js';
import type { Problem } from '../configuration/problem.js';
import { ClientCertificate } from './client-certificate.js';
import { ClientTrust } from './client-trust.js';
import { stateOf } from './file-state.js';
import { problemsOf } from './pair-problem.js';

/** Looks that changed files may stay broken: authorities and lists are copied one after the other. */
const patience = 2;

/** Is told of what a look at the files brought. */
export interface TrustEvents {
  onProblem(problem: Problem): void;
  /** A whole sentence for the log. */
  onNotice(message: string): void;
}

/** The clients' certificates that are accepted now: by files that are watched, and that count while they are whole. */
export class ClientCertificates {
  readonly configuration: ClientCertificateConfiguration;
  #trust: ClientTrust;
  #state: string;
  #generation = 0;
  #failures = 0;
  #reported = '';

  private constructor(configuration: ClientCertificateConfiguration, trust: ClientTrust, state: string) {
    this.configuration = configuration;
    this.#trust = trust;
    this.#state = state;
  }

  /** @throws ConfigurationError as {@link ClientTrust.load} does. */
  static async open(configuration: ClientCertificateConfiguration, now: number): Promise<ClientCertificates> {
    const state = await stateOf(pathsOf(configuration));
    return new ClientCertificates(configuration, await ClientTrust.load(configuration, now), state);
  }

  get trust(): ClientTrust {
    return this.#trust;
  }

  /** Another number with every other trust. */
  get generation(): number {
    return this.#generation;
  }

  /** For every context of a server, those of single names included. */
  contextOptions(): SecureContextOptions & TlsOptions {
    const { ca, crl } = this.#trust;
    return {
      ca: [...ca],
      ...(crl.length === 0 ? {} : { crl: [...crl] }),
      requestCert: true,
      // TLS itself refuses whoever has none; one that does not verify is refused by the listener in either case.
      rejectUnauthorized: this.configuration.required,
    };
  }

  /**
   * What a client has shown in its handshake.
   *
   * @param generation that was in force when the handshake began; undefined when that is not known
   * @returns undefined without a certificate
   */
  shownBy(socket: TLSSocket, generation: number | undefined): ClientCertificate | undefined {
    const certificate = socket.getPeerX509Certificate();
    return certificate === undefined
      ? undefined
      : new ClientCertificate(this, certificate, socket.authorized, generation);
  }

  /** Takes over what the files hold now, when it is whole. Returns whether anything else holds since. */
  async refresh(now: number, events: TrustEvents): Promise<boolean> {
    const state = await stateOf(pathsOf(this.configuration));
    if (state === this.#state) return false;
    try {
      const trust = await ClientTrust.load(this.configuration, now);
      this.#state = state;
      this.#failures = 0;
      this.#reported = '';
      for (const warning of trust.warnings) events.onNotice(warning);
      if (trust.digest.equals(this.#trust.digest)) return false;
      this.#trust = trust;
      this.#generation += 1;
      events.onNotice(
        `${this.configuration.authority}: the changed trust in clients' certificates is in use.`,
      );
      return true;
    } catch (error) {
      const problems = problemsOf(error);
      if (problems === undefined) throw error;
      this.#report(problems, events);
      return false;
    }
  }

  #report(problems: readonly Problem[], events: TrustEvents): void {
    this.#failures += 1;
    const report = JSON.stringify(problems);
    if (this.#failures < patience || report === this.#reported) return;
    this.#reported = report;
    for (const problem of problems) {
      const message = `${problem.message} What was in use for clients' certificates stays in use.`;
      events.onProblem({ ...problem, message });
    }
  }
}

function pathsOf({ authority, revocations }: ClientCertificateConfiguration): readonly string[] {
  return revocations === undefined ? [authority] : [authority, revocations];
}
