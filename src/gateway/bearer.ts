import type { Logger } from 'pino';
import { BearerCheck } from '../bearer/bearer-check.js';
import type { Binding, Bindings } from '../bearer/binding.js';
import { ForeignIssuer } from '../bearer/foreign-issuer.js';
import { IssuerKeys } from '../bearer/issuer-keys.js';
import { keyListHandler } from '../bearer/key-list.js';
import { OwnTokens, type TokenVerifier } from '../bearer/own-tokens.js';
import { type TokenDoor, TokenEndpoint, type TokenNotice } from '../bearer/token-endpoint.js';
import { TokenIssuer } from '../bearer/token-issuer.js';
import { openTokenKeys } from '../bearer/token-keys.js';
import { UpstreamTokens } from '../bearer/upstream-tokens.js';
import type { AuthConfiguration } from '../configuration/access.js';
import type { Handler } from '../exchange/exchange.js';
import type { UserDirectory } from '../identity/authenticator.js';
import type { ChallengeMode } from '../identity/challenge.js';
import { mintAuthority } from '../tls/certificate.js';
import { issuerKeyReader, isUrl } from './issuer-keys.js';

/** Milliseconds between readings of another issuer's keys. */
const INTERVAL = { url: 900_000, file: 10_000 };
/** The longest life of tokens for the upstream; each is checked when a request begins. */
const UPSTREAM_LIFETIME = 600_000;

export interface BearerOptions {
  readonly auth: AuthConfiguration;
  /** Where the keys are kept. */
  readonly certs: string;
  /** Shown in the password prompt. */
  readonly realm: string;
  readonly users: Pick<UserDirectory, 'find'>;
  /** What the tokens of a robot (`robot:NAME`) hang on: its own token, and the time of its end. */
  readonly robot?: ((user: string) => Binding | undefined) | undefined;
  /** Called when tokens are signed, or checked, with other keys. */
  readonly onKeys?: (() => void) | undefined;
  readonly logger: Logger;
}

/** Bearer tokens, as the configuration wants them. */
export interface BearerTokens {
  /** Checks what clients bring. */
  readonly check: BearerCheck;
  /** Answers `/token`. @param onIssue for the audit */
  openEndpoint(door: TokenDoor, onIssue?: (notice: TokenNotice) => void): TokenEndpoint;
  /** Answers `/.well-known/jwks.json`. */
  readonly keyList: Handler;
  /** Our own tokens for the upstream. */
  readonly upstream: UpstreamTokens;
  close(): void;
}

/** Opens what issues and checks bearer tokens. Keys that cannot be kept are warned about, and never a reason not to start. */
export async function openBearerTokens(options: BearerOptions): Promise<BearerTokens> {
  const { auth, certs, realm, users, robot, logger } = options;
  const bindings: Bindings = {
    find(way, user) {
      if (way === 'password') return users.find(user);
      // A certificate is shown with every request, and can be revoked: no token stands in for it.
      return way === 'robot' ? robot?.(user) : undefined;
    },
  };
  const { issuer: name, service, services, tokenLifetime, refreshLifetime } = auth;
  const keys = await openTokenKeys({
    directory: certs,
    algorithm: auth.algorithm,
    rotation: auth.keyRotation,
    tokenLifetime: Math.max(tokenLifetime, refreshLifetime),
    certify: (pair, from) => mintAuthority(pair, 'dockgate tokens', from),
    logger,
  });
  const tokens = new OwnTokens({ keys, bindings, issuer: name, service });
  const issuer = new TokenIssuer({ keys, bindings, issuer: name, tokenLifetime, refreshLifetime });
  const foreign = auth.issuers.map(({ issuer: of, keys: source, service: audience }) => {
    const interval = isUrl(source) ? INTERVAL.url : INTERVAL.file;
    const onChange = (): void => check.forget();
    const set = new IssuerKeys({ issuer: of, read: issuerKeyReader(source), interval, logger, onChange });
    return { of, set, verifier: new ForeignIssuer({ keys: set, issuer: of, service: audience }) };
  });
  const verifiers = new Map<string, TokenVerifier>(foreign.map(({ of, verifier }) => [of, verifier]));
  verifiers.set(name, tokens);
  const check = new BearerCheck({ bindings, verifiers });
  const upstream = new UpstreamTokens({
    issuer,
    service,
    lifetime: Math.min(tokenLifetime, UPSTREAM_LIFETIME),
  });
  keys.onChange(() => {
    options.onKeys?.();
    check.forget();
    upstream.forget();
  });
  // Not waited for: an issuer that is away does not keep us from starting.
  for (const { set } of foreign) void set.refresh();
  return {
    check,
    openEndpoint: (door, onIssue) =>
      new TokenEndpoint({ door, issuer, tokens, service, services, realm, onIssue }),
    keyList: keyListHandler(keys),
    upstream,
    close(): void {
      keys.close();
      for (const { set } of foreign) set.close();
    },
  };
}

/**
 * How clients are asked under `/v2/`, at each request. `auto`: by tokens where strangers may do something, or where a token
 * server is what users know; clients that once got in without a password would never send one else.
 */
export function challengeModeOf(
  { mode, tokenServer, issuers }: AuthConfiguration,
  admitsStrangers: () => boolean,
): () => ChallengeMode {
  if (mode !== 'auto') return () => mode;
  if (tokenServer !== undefined || issuers.length > 0) return () => 'bearer';
  return () => (admitsStrangers() ? 'bearer' : 'basic');
}
