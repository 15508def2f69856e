import { type Closer, openBackend } from '../backend.js';
import type { Configuration } from '../configuration/configuration.js';
import { ConfigurationError } from '../configuration/problem.js';
import { HtpasswdFileError } from '../htpasswd/index.js';
import type { Backend } from '../http/call.js';
import type { AuditLog } from '../telemetry/audit.js';
import { authenticatorSource } from '../telemetry/metrics/sources.js';
import { stateOf } from '../tls/file-state.js';
import { HtpasswdAccounts } from './accounts.js';
import { type Identity, openIdentity } from './identity.js';
import type { Lasting } from './lasting.js';
import { upstreamAuthorization } from './upstream-authorization.js';

/** Who may do what, and what answers: the part of the gateway that is expensive to open, and remembers most. */
export interface Core {
  readonly identity: Identity;
  readonly backend: Backend;
  /** Takes the users, the rules and the robots as their files are now. @throws {ConfigurationError} */
  refresh(): Promise<void>;
}

/** The settings that the core depends on, with the files that it reads once. Rules are none of them: it follows their file. */
export async function coreSettings(configuration: Configuration): Promise<object> {
  const { file, hostnames, upstream, data, sparseImages, collection, v1, search, greeting } = configuration;
  const { htpasswd, realm, certs, timeouts, auth, access, audit } = configuration;
  return {
    ...{ file, hostnames, upstream, data, sparseImages, collection, v1, search, greeting },
    ...{ htpasswd, realm, certs, timeouts, auth, audit, groups: access.groups },
    authorities: await stateOf(upstream?.ca === undefined ? [] : [upstream.ca]),
    // Without a file there is nothing to follow.
    rules: file === undefined ? access.rules : undefined,
  };
}

/**
 * Opens the identity, then the backend that needs it.
 *
 * @param closers gets what is to be closed, in the order of opening
 * @throws {ConfigurationError} when something that the configuration names cannot be used
 */
export async function openCore(
  configuration: Configuration,
  { logs, ...lasting }: Lasting,
  audit: AuditLog | undefined,
  closers: Closer[],
): Promise<Core> {
  const { logger } = logs;
  const identity = await openIdentity(configuration, { logger, audit, ...lasting }, closers);
  const { metrics } = lasting;
  closers.push(metrics.follow(authenticatorSource(identity.authenticator)));
  const { upstream, v1 } = configuration;
  const { users, rules, robots, v1Tokens: tokens } = identity;
  const accounts = new HtpasswdAccounts({
    ...{ users, pool: lasting.pool, isOpen: v1.registration, logger },
    isNamed: (user) => rules.names(user),
  });
  const authorize = upstream?.tokens === true ? upstreamAuthorization(identity.upstreamTokens) : undefined;
  const services = { tokens, accounts, authorize, audit, metrics };
  const backend = await openBackend(configuration, services, logger, closers);
  closers.push(() => backend.close());
  return {
    identity,
    backend,
    async refresh(): Promise<void> {
      await users.refresh().catch((error: unknown) => {
        if (!(error instanceof HtpasswdFileError)) throw error;
        const message = `htpasswd: ${error.reason}`;
        throw new ConfigurationError([{ place: { file: error.file }, message }], { cause: error });
      });
      await robots.refresh();
      await rules.refresh();
    },
  };
}
