import { jwtVerify } from 'jose';
import { type AccessEntry, readAccess } from './access-claim.js';
import { type Bindings, type BoundWay, isBoundWay, isMark, markOf } from './binding.js';
import type { TokenKeys } from './token-keys.js';
import { readTokenText, type TokenText, textOf } from './token-text.js';

/** Seconds by which clocks may differ, in both directions. */
export const LEEWAY = 60;

/** `typ` of the header (RFC 7515 §4.1.9): neither kind is ever taken for the other. */
export const ACCESS_TYPE = 'JWT';
export const REFRESH_TYPE = 'refresh+jwt';

/** In place of {@link BoundWay}: a token that was made for the upstream, and does not come back. */
export const OUTBOUND = 'outbound';

/** Whom a token speaks for, and what it hangs on. */
export interface Holder {
  readonly way: BoundWay;
  readonly user: string;
  /** What {@link Bindings} knew when the token was checked. */
  readonly text: string;
}

/** A token that holds. */
export interface VerifiedToken {
  /** Undefined: a stranger. */
  readonly user: string | undefined;
  readonly access: readonly AccessEntry[];
  /** Milliseconds since 1970, leeway included. */
  readonly from: number;
  readonly until: number;
  /** Undefined: it hangs on nobody here. */
  readonly holder: Holder | undefined;
}

/** Verifies the tokens of one issuer. */
export interface TokenVerifier {
  /** @returns undefined when it does not hold, for whatever reason. */
  verify(token: TokenText): Promise<VerifiedToken | undefined>;
}

export interface OwnTokensOptions {
  readonly keys: TokenKeys;
  readonly bindings: Bindings;
  /** Claim `iss`. */
  readonly issuer: string;
  /** Claim `aud` of the tokens that are taken here. */
  readonly service: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Verifies the tokens that are issued here. */
export class OwnTokens implements TokenVerifier {
  readonly #options: OwnTokensOptions;

  constructor(options: OwnTokensOptions) {
    this.#options = options;
  }

  verify(token: TokenText): Promise<VerifiedToken | undefined> {
    return this.#verify(token, ACCESS_TYPE, this.#options.service);
  }

  /** Checks a refresh token. @param service that it has to be for */
  async verifyRefresh(text: string, service: string): Promise<Holder | undefined> {
    const token = readTokenText(text);
    if (token === undefined || textOf(token.claims, 'service') !== service) return undefined;
    const verified = await this.#verify(token, REFRESH_TYPE, refreshAudience(this.#options.issuer));
    return verified?.holder;
  }

  async #verify(token: TokenText, typ: string, audience: string): Promise<VerifiedToken | undefined> {
    const { keys, issuer, now = Date.now } = this.#options;
    const id = textOf(token.header, 'kid');
    const key = id === undefined ? undefined : await keys.seek(id);
    if (key === undefined) return undefined;
    try {
      const { payload } = await jwtVerify(token.text, key.publicKey, {
        algorithms: [key.algorithm],
        typ,
        issuer,
        audience,
        clockTolerance: LEEWAY,
        currentDate: new Date(now()),
        requiredClaims: ['exp', 'nbf', 'sub'],
      });
      const access = readAccess(payload['access']);
      const user: unknown = payload.sub;
      if (access === undefined || typeof user !== 'string') return undefined;
      const times = {
        from: millisecondsOf(payload.nbf, -LEEWAY),
        until: millisecondsOf(payload.exp, LEEWAY),
      };
      const { way, bond } = payload;
      if (user === '' && way === undefined) return { user: undefined, access, ...times, holder: undefined };
      if (user === '' || !isBoundWay(way) || typeof bond !== 'string') return undefined;
      const binding = this.#options.bindings.find(way, user);
      if (binding === undefined || !isMark(bond, markOf(key.bindingSecret, way, user, binding)))
        return undefined;
      return { user, access, ...times, holder: { way, user, text: binding.text } };
    } catch {
      return undefined;
    }
  }
}

/** Who takes refresh tokens: no registry, even one that does not look at `typ`. */
export function refreshAudience(issuer: string): string {
  return `${issuer} refresh`;
}

/** @param time seconds since 1970 */
export function millisecondsOf(time: number | undefined, shift: number): number {
  return ((time ?? 0) + shift) * 1_000;
}
