import type { AddressInfo } from 'node:net';
import { openBackend } from './backend.js';
import type { Configuration } from './configuration/configuration.js';
import { HtpasswdAccounts } from './gateway/accounts.js';
import { auditExchanges } from './gateway/audit.js';
import { openCredentials } from './gateway/credentials.js';
import { openIdentity } from './gateway/identity.js';
import { upstreamAuthorization } from './gateway/upstream-authorization.js';
import { TrustedProxies } from './http/client.js';
import { Corridor } from './http/corridor.js';
import { Embedded } from './http/embedded.js';
import { Gate } from './http/gate.js';
import { Listener } from './http/listener.js';
import { Reception } from './http/reception.js';
import { SecurityHeaders } from './http/security-headers.js';
import { Throttle } from './identity/throttle.js';
import { AuditLog } from './telemetry/audit.js';
import type { Logs } from './telemetry/logger.js';

/** Milliseconds that an aborted body may stall while it is only read to be dropped; nginx's `lingering_timeout`. */
const DRAIN_IDLE = 5_000;
/** Accounts that one address may ask for, and milliseconds after which it may ask for a further one. */
const REGISTRATIONS = { burst: 20, interval: 10_000, addresses: 10_000 };

/** A running gateway. */
export interface Gateway {
  /** Where it listens, in the order of the configuration. */
  readonly addresses: readonly AddressInfo[];
  /** Path of the authority's certificate that clients have to trust; undefined with the operator's own pairs. */
  readonly authorityFile: string | undefined;
  /** Opens anew the files that something else rotates; undefined when there are none. Never rejects. */
  reopen?(): Promise<void>;
  /** Accepts nothing new, lets what runs finish, and closes everything. Resolves when all is closed. */
  stop(): Promise<void>;
  /** Closes everything at once, cutting what runs. */
  abort(): Promise<void>;
}

/**
 * Builds every part from the configuration, in the order in which they need each other, and starts to listen.
 *
 * @throws {ConfigurationError} when something that the configuration names cannot be used
 */
export async function startGateway(configuration: Configuration, logs: Logs): Promise<Gateway> {
  const { logger } = logs;
  const closers: (() => Promise<void> | void)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const audit =
      configuration.audit === undefined ? undefined : await AuditLog.open(configuration.audit, logger);
    closers.push(() => audit?.close());
    const identity = await openIdentity(configuration, logger, audit, closers);

    const listeners: Listener[] = [];
    const credentials = configuration.insecureHttp
      ? undefined
      : await openCredentials(configuration, logger, () => {
          for (const listener of listeners) listener.renew();
        });
    closers.push(() => credentials?.close());

    const { upstream, v1 } = configuration;
    const isEmbedded = upstream === undefined && v1.access !== 'off';
    const { users, pool, v1Tokens: tokens } = identity;
    const isNamed = (user: string): boolean => identity.rules.names(user);
    const accounts = new HtpasswdAccounts({ users, pool, isOpen: v1.registration, isNamed, logger });
    const authorize = upstream?.tokens === true ? upstreamAuthorization(identity.upstreamTokens) : undefined;
    const backend = await openBackend(configuration, { tokens, accounts, authorize, audit }, logger, closers);
    closers.push(() => backend.close());

    const { timeouts } = configuration;
    const { authenticator, authorization, challenge } = identity;
    const security = new SecurityHeaders(configuration.hsts);
    const reception = new Reception({
      authenticator,
      challenge,
      proxies: new TrustedProxies(configuration.trustedProxies),
      gate: new Gate({ authorization, knowsImages: upstream === undefined }),
      backend,
      tokenService: new Embedded(identity.tokenService, logger),
      registration: isEmbedded && v1.registration ? new Throttle(REGISTRATIONS) : undefined,
      keepsOldEngines: isEmbedded,
      security,
      audit,
    });
    const corridor = new Corridor({
      reception,
      security,
      limits: {
        client: timeouts.idle,
        upstream: timeouts.firstByte,
        drain: DRAIN_IDLE,
        minimumRate: configuration.minimumRate,
      },
      logs,
      audit: audit === undefined ? undefined : auditExchanges(audit),
    });
    closers.push(() => corridor.close());

    const addresses: AddressInfo[] = [];
    for (const address of configuration.listen) {
      const listener = new Listener({ address, credentials, corridor, security, timeouts, logger });
      closers.push(() => listener.close());
      addresses.push(await listener.listen());
      listeners.push(listener);
    }

    return {
      addresses,
      authorityFile: credentials?.authorityFile,
      ...(audit === undefined ? {} : { reopen: () => audit.reopen() }),
      async stop(): Promise<void> {
        for (const listener of listeners) listener.stopAccepting();
        await corridor.drain();
        await closeAll();
      },
      abort: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}
