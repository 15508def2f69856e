import { randomBytes } from 'node:crypto';
import { type JWTPayload, SignJWT } from 'jose';
import type { AccessEntry } from './access-claim.js';
import { type Bindings, type BoundWay, markOf } from './binding.js';
import { ACCESS_TYPE, OUTBOUND, REFRESH_TYPE, refreshAudience } from './own-tokens.js';
import type { TokenKey } from './token-key.js';
import type { TokenKeys } from './token-keys.js';

/** Seconds by which `nbf` lies in the past: for clocks that are behind ours. */
const BACKDATING = 60;

/** Somebody who has shown who they are. */
export interface Bearer {
  readonly way: BoundWay;
  readonly user: string;
  /** What tokens hung on when they showed it ({@link TokenIssuer.known}). Has it changed since, there is no token. */
  readonly text?: string | undefined;
}

/** A token that was issued. Times in milliseconds. */
export interface IssuedToken {
  readonly text: string;
  readonly lifetime: number;
  /** Since 1970. */
  readonly issuedAt: number;
}

export interface TokenIssuerOptions {
  readonly keys: TokenKeys;
  readonly bindings: Bindings;
  /** Claim `iss`. */
  readonly issuer: string;
  /** Milliseconds. */
  readonly tokenLifetime: number;
  readonly refreshLifetime: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Issues tokens (RFC 7519; distribution's token specification). */
export class TokenIssuer {
  readonly #options: TokenIssuerOptions;

  constructor(options: TokenIssuerOptions) {
    this.#options = options;
  }

  /**
   * To be called when somebody has shown who they are, before anything is waited for: a token that was made later would
   * hang on the password that they have by then, and whoever came with the old one would keep it.
   */
  known({ way, user }: Bearer): Bearer {
    return { way, user, text: this.#options.bindings.find(way, user)?.text ?? '' };
  }

  /**
   * Issues a token that opens something.
   *
   * @param bearer undefined: a stranger
   * @param service that takes it, the claim `aud`
   * @returns undefined when the bearer is not there any more.
   */
  issue(
    bearer: Bearer | undefined,
    service: string,
    access: readonly AccessEntry[],
  ): Promise<IssuedToken | undefined> {
    const { tokenLifetime } = this.#options;
    if (bearer === undefined) return this.#sign(ACCESS_TYPE, service, { sub: '', access }, tokenLifetime);
    return this.#bound(bearer, ACCESS_TYPE, service, { access }, tokenLifetime);
  }

  /** Issues a token that gets others, for the same user and service, until it ends or the user does. */
  issueRefresh(bearer: Bearer, service: string): Promise<IssuedToken | undefined> {
    const { issuer, refreshLifetime } = this.#options;
    return this.#bound(bearer, REFRESH_TYPE, refreshAudience(issuer), { service }, refreshLifetime);
  }

  /** Issues a token for the registry behind: here it opens nothing, whoever brings it. @param lifetime milliseconds */
  async issueOutbound(
    user: string | undefined,
    service: string,
    access: readonly AccessEntry[],
    lifetime: number,
  ): Promise<IssuedToken> {
    return this.#sign(ACCESS_TYPE, service, { sub: user ?? '', way: OUTBOUND, access }, lifetime);
  }

  async #bound(
    { way, user, text }: Bearer,
    typ: string,
    audience: string,
    claims: JWTPayload,
    lifetime: number,
  ): Promise<IssuedToken | undefined> {
    const { keys, bindings, now = Date.now } = this.#options;
    const binding = bindings.find(way, user);
    const left = Math.min(lifetime, (binding?.until ?? Number.POSITIVE_INFINITY) - now());
    if (binding === undefined || left < 1_000 || (text !== undefined && text !== binding.text))
      return undefined;
    const key = keys.signing;
    const bond = markOf(key.bindingSecret, way, user, binding);
    return this.#sign(typ, audience, { sub: user, way, bond, ...claims }, left, key);
  }

  async #sign(
    typ: string,
    audience: string,
    claims: JWTPayload,
    lifetime: number,
    key: TokenKey = this.#options.keys.signing,
  ): Promise<IssuedToken> {
    const { issuer, now = Date.now } = this.#options;
    const issuedAt = now();
    const seconds = Math.floor(issuedAt / 1_000);
    const text = await new SignJWT({
      ...claims,
      iss: issuer,
      aud: audience,
      iat: seconds,
      nbf: seconds - BACKDATING,
      exp: seconds + Math.floor(lifetime / 1_000),
      jti: randomBytes(12).toString('base64url'),
    })
      .setProtectedHeader({ typ, alg: key.algorithm, kid: key.id })
      .sign(key.privateKey);
    return { text, lifetime, issuedAt };
  }
}
