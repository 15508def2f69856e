import { jwtVerify } from 'jose';
import { readAccess } from './access-claim.js';
import { keyOfChain } from './certificate-chain.js';
import type { IssuerKeys } from './issuer-keys.js';
import { LEEWAY, millisecondsOf, type TokenVerifier, type VerifiedToken } from './own-tokens.js';
import type { PublicKey } from './public-keys.js';
import { type TokenText, textOf } from './token-text.js';

export interface ForeignIssuerOptions {
  readonly keys: IssuerKeys;
  /** Claim `iss`. */
  readonly issuer: string;
  /** Claim `aud` that its tokens have to have. */
  readonly service: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

const LONGEST_NAME = 255;
/** Control characters, the colon that sets other kinds of names apart, and marks that make a name look like another. */
const UNFIT = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}:]/u;
const TYPES = new Set([undefined, 'jwt', 'at+jwt', 'application/at+jwt']);

/**
 * Verifies tokens that somebody else has issued (distribution's token specification). They hang on nobody here: what they
 * open ends with them. The headers `jwk`, `jku` and `x5u` are not looked at: a token cannot say who vouches for it.
 */
export class ForeignIssuer implements TokenVerifier {
  readonly #options: ForeignIssuerOptions;

  constructor(options: ForeignIssuerOptions) {
    this.#options = options;
  }

  async verify(token: TokenText): Promise<VerifiedToken | undefined> {
    const { issuer, service, now = Date.now } = this.#options;
    const typ = token.header['typ'];
    if (typ !== undefined && typeof typ !== 'string') return undefined;
    if (!TYPES.has(typ?.toLowerCase())) return undefined;
    const key = await this.#keyOf(token, now());
    if (key === undefined) return undefined;
    try {
      const { payload } = await jwtVerify(token.text, key.key, {
        algorithms: [...key.algorithms],
        issuer,
        audience: service,
        clockTolerance: LEEWAY,
        currentDate: new Date(now()),
        requiredClaims: ['exp', 'nbf'],
      });
      const access = readAccess(payload['access']);
      const sub: unknown = payload.sub ?? '';
      if (access === undefined || typeof sub !== 'string' || sub.length > LONGEST_NAME || UNFIT.test(sub))
        return undefined;
      return {
        user: sub === '' ? undefined : sub,
        access,
        from: millisecondsOf(payload.nbf, -LEEWAY),
        until: millisecondsOf(payload.exp, LEEWAY),
        holder: undefined,
      };
    } catch {
      return undefined;
    }
  }

  async #keyOf({ header }: TokenText, now: number): Promise<PublicKey | undefined> {
    const { keys } = this.#options;
    if (header['x5c'] !== undefined && keys.certificates.length > 0)
      return keyOfChain(header['x5c'], keys.certificates, now);
    return keys.find(textOf(header, 'kid'));
  }
}
