import type { Logger } from 'pino';
import { Authorization } from '../access/authorization.js';
import type { Closer } from '../backend.js';
import type { UpstreamTokens } from '../bearer/upstream-tokens.js';
import type { Configuration } from '../configuration/configuration.js';
import type { Handler } from '../exchange/exchange.js';
import type { HtpasswdFile, VerificationPool } from '../htpasswd/index.js';
import { Authenticator } from '../identity/authenticator.js';
import { Challenge } from '../identity/challenge.js';
import type { GuessGuard } from '../identity/guess-guard.js';
import type { TokenAuthority } from '../identity/v1-token.js';
import { openTokenKey } from '../identity/v1-token-key.js';
import type { AuditLog } from '../telemetry/audit.js';
import { UserAudit } from './audit.js';
import { challengeModeOf, openBearerTokens } from './bearer.js';
import { type OpenRobots, openRobots } from './robots.js';
import { type LiveRules, openRules } from './rules.js';
import { openTokenDoor } from './token-door.js';
import { openTokens } from './tokens.js';
import { directoryOf, openUsers } from './users.js';

/** All that decides who asks, and what they may do. */
export interface Identity {
  readonly users: HtpasswdFile;
  readonly robots: Pick<OpenRobots, 'refresh'>;
  readonly authenticator: Authenticator;
  readonly rules: LiveRules;
  readonly authorization: Authorization;
  readonly challenge: Challenge;
  /** Issues tokens of the v1 API; undefined when there are none. */
  readonly v1Tokens: TokenAuthority | undefined;
  /** Answers `/token` and `/.well-known/jwks.json`. */
  readonly tokenService: Handler;
  readonly upstreamTokens: UpstreamTokens;
}

/** What the identity is given. */
export interface IdentitySurroundings {
  readonly logger: Logger;
  readonly audit: AuditLog | undefined;
  readonly guard: GuessGuard;
  readonly pool: VerificationPool;
}

/**
 * Opens the users, the rules, the robots and the tokens, in the order in which they need each other.
 *
 * @param closers gets what is to be closed, in the order of opening.
 * @throws {ConfigurationError} when a file cannot be used
 */
export async function openIdentity(
  configuration: Configuration,
  { logger, audit, guard, pool }: IdentitySurroundings,
  closers: Closer[],
): Promise<Identity> {
  const { auth, certs, realm, htpasswd } = configuration;
  const listeners: (() => void)[] = [];
  const changed = (): void => {
    for (const each of listeners) each();
  };
  const key = await openTokenKey(certs);
  const users = await openUsers(htpasswd, logger, changed, key.secret);
  closers.push(() => users.close());
  const directory = directoryOf(users, pool, logger);
  const policy = await openRules(configuration, {
    isUser: (name) => users.get(name) !== undefined,
    logger,
    onChange: ({ rules }) => audit?.change({ event: 'rules changed', detail: { rules } }),
    onRefusal: ({ problems }) =>
      audit?.change({ event: 'rules changed', outcome: 'refused', detail: { problems } }),
  });
  closers.push(() => policy.close());
  const authorization = new Authorization(policy);
  const v1 = openTokens(configuration, directory, key, logger);
  closers.push(() => v1.close());
  const tellRobots = (): void => audit?.change({ event: 'robots changed' });
  const openRobotFile = await openRobots(auth.robots, logger, tellRobots, closers);
  const robots = openRobotFile.directory;
  const bearer = await openBearerTokens({
    ...{ auth, certs, realm, users: directory, logger },
    robot: (user) => robots.binding(user),
    onKeys: () => audit?.change({ event: 'keys rotated' }),
  });
  closers.push(() => bearer.close());
  const authenticator = new Authenticator({
    users: directory,
    guard,
    v1Tokens: v1.check,
    bearer: bearer.check,
    robots,
    onLogin: {
      login(login): void {
        audit?.login(login);
        // A token that stands for a robot is a use of the robot.
        if (login.way === 'bearer') robots.used(login.user, login.address);
      },
    },
  });
  listeners.push(() => authenticator.forget());
  if (audit !== undefined) {
    const userAudit = new UserAudit(audit, users);
    listeners.push(() => userAudit.changed());
  }
  const door = openTokenDoor({
    ...{ authenticator, authorization, policy, users: directory },
    robot: (user) => robots.recall(user),
  });
  const endpoint = bearer.openEndpoint(door, ({ user, address, service, scope }) =>
    audit?.token({ user, address, detail: { service, scope } }),
  );
  const challenge = new Challenge({
    realm,
    mode: challengeModeOf(auth, () => policy.current.admitsStrangers),
    offersTokens: v1.check !== undefined,
    tokenServer: auth.tokenServer,
    service: auth.service,
  });
  return {
    ...{ users, robots: openRobotFile, authenticator, rules: policy, authorization, challenge },
    v1Tokens: v1.authority,
    upstreamTokens: bearer.upstream,
    tokenService: (exchange) =>
      exchange.target.path === '/token' ? endpoint.handle(exchange) : bearer.keyList(exchange),
  };
}
