import type { Logger } from 'pino';
import type { Configuration } from '../configuration/configuration.js';
import type { Backend } from '../http/call.js';
import { TrustedProxies } from '../http/client.js';
import { Corridor } from '../http/corridor.js';
import { Cors } from '../http/cors.js';
import { Embedded } from '../http/embedded.js';
import { Gate } from '../http/gate.js';
import { Reception } from '../http/reception.js';
import { SecurityHeaders } from '../http/security-headers.js';
import { AuditLog } from '../telemetry/audit.js';
import { exchangeSource } from '../telemetry/metrics/sources.js';
import type { TelemetryExport } from '../telemetry/otlp/opening.js';
import type { ServerCredentials } from '../tls/server-credentials.js';
import { authorityHandler } from '../trust/authority-document.js';
import { auditExchanges } from './audit.js';
import { type Core, coreSettings, openCore } from './core.js';
import { type CredentialHolder, credentialSettings, openCredentials } from './credentials.js';
import { exportSettings, openExport } from './export.js';
import type { Lasting } from './lasting.js';
import { closeInReverse, Shared } from './shared.js';

/** Milliseconds that an aborted body may stall while it is only read to be dropped; nginx's `lingering_timeout`. */
const DRAIN_IDLE = 5_000;

/** What a site may have in common with the one before it. */
interface SiteParts {
  readonly export: Shared<TelemetryExport | undefined>;
  readonly core: Shared<Core>;
  readonly audit: Shared<AuditLog | undefined>;
  readonly credentials: Shared<CredentialHolder>;
}

/** What answers under one configuration. Another configuration gets another site, which takes over what is the same. */
export class Site {
  readonly configuration: Configuration;
  readonly corridor: Corridor;
  readonly security: SecurityHeaders;
  readonly #parts: SiteParts;
  readonly #unfollow: () => void;
  #isClosed = false;

  private constructor(
    configuration: Configuration,
    { logs, registrations, observer, crashes, metrics }: Lasting,
    parts: SiteParts,
  ) {
    this.configuration = configuration;
    this.#parts = parts;
    const { identity, backend } = parts.core.part;
    const audit = parts.audit.part;
    const { upstream, v1, timeouts } = configuration;
    const isEmbedded = upstream === undefined && v1.access !== 'off';
    this.security = new SecurityHeaders(configuration.hsts);
    const reception = new Reception({
      authenticator: identity.authenticator,
      challenge: identity.challenge,
      proxies: new TrustedProxies(configuration.trustedProxies),
      gate: new Gate({ authorization: identity.authorization, knowsImages: upstream === undefined }),
      backend,
      tokenService: new Embedded(identity.tokenService, logs.logger),
      registration: isEmbedded && v1.registration ? registrations : undefined,
      keepsOldEngines: isEmbedded,
      tracer: parts.export.part?.tracer,
      cors: configuration.cors === undefined ? undefined : new Cors(configuration.cors),
      open: configuration.servesAuthority ? this.#everybodys(logs.logger) : undefined,
      security: this.security,
      audit,
    });
    this.corridor = new Corridor({
      reception,
      security: this.security,
      limits: {
        client: timeouts.idle,
        upstream: timeouts.firstByte,
        drain: DRAIN_IDLE,
        minimumRate: configuration.minimumRate,
      },
      logs,
      audit: audit === undefined ? undefined : auditExchanges(audit),
      observer,
      crashes,
    });
    this.#unfollow = metrics.follow(exchangeSource(this.corridor));
  }

  /**
   * Opens what the configuration needs and the site of before does not have.
   *
   * @throws {ConfigurationError} when something that the configuration names cannot be used; nothing is left open then
   */
  static async open(configuration: Configuration, lasting: Lasting, before?: Site): Promise<Site> {
    const { logger } = lasting.logs;
    const held = before === undefined ? undefined : before.#parts;
    const taken: Shared<unknown>[] = [];
    try {
      const audit = await Shared.take(held?.audit, configuration.audit ?? null, async (closers) => {
        const { audit: path } = configuration;
        const log = path === undefined ? undefined : await AuditLog.open(path, logger);
        closers.push(() => log?.close());
        return log;
      });
      taken.push(audit);
      const core = await Shared.take(held?.core, await coreSettings(configuration), (closers) =>
        openCore(configuration, lasting, audit.part, closers),
      );
      taken.push(core);
      const credentials = await Shared.take(held?.credentials, credentialSettings(configuration), (closers) =>
        openCredentials(configuration, lasting, closers),
      );
      taken.push(credentials);
      const sent = await Shared.take(held?.export, await exportSettings(configuration), (closers) =>
        openExport(configuration, lasting, closers),
      );
      taken.push(sent);
      return new Site(configuration, lasting, { audit, core, credentials, export: sent });
    } catch (error) {
      for (const part of taken.reverse()) await part.release();
      throw error;
    }
  }

  /** The certificates that are shown; undefined without TLS. */
  get credentials(): ServerCredentials | undefined {
    return this.#parts.credentials.part.credentials;
  }

  /** @param renew called from now on when other certificates hold; one at a time */
  onRenewal(renew: () => void): void {
    this.#parts.credentials.part.renew = renew;
  }

  /** Takes the users, the rules and the robots as their files are now. @throws {ConfigurationError} */
  refresh(): Promise<void> {
    return this.#parts.core.part.refresh();
  }

  /** Opens the audit log anew, which something else may have moved away. Never rejects. */
  async reopen(): Promise<void> {
    await this.#parts.audit.part?.reopen();
  }

  /** Waits for what is under way, then closes what no other site has. */
  async retire(): Promise<void> {
    await this.corridor.whenEmpty();
    await this.close();
  }

  /** Cuts what is under way. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await closeInReverse([
      () => this.#parts.export.release(),
      () => this.#parts.audit.release(),
      () => this.#parts.core.release(),
      () => this.#parts.credentials.release(),
      () => this.#unfollow(),
      () => this.corridor.close(),
    ]);
  }

  #everybodys(logger: Logger): ReadonlyMap<string, Backend> {
    const handler = authorityHandler(() => this.credentials?.authorityFile);
    return new Map([['/ca.crt', new Embedded(handler, logger)]]);
  }
}
