import type { Exchange, Handler } from '../exchange/exchange.js';
import type { Reply } from '../exchange/reply.js';
import type { Granted, Stranger, Verdict } from '../identity/authenticator.js';
import { type BoundWay, isBoundWay } from './binding.js';
import type { OwnTokens } from './own-tokens.js';
import { formatScope, grantedInTurn, type ScopeRights } from './scope.js';
import { SignatureQueue } from './signature-queue.js';
import type { Bearer, TokenIssuer } from './token-issuer.js';
import { TokenRefusal, tokenReply } from './token-refusal.js';
import { type Proof, readTokenRequest } from './token-request.js';

/** Somebody who may have a token: a user by name, a robot or a certificate, or a stranger. */
export type Applicant = string | Granted | Stranger;

/** What the token server asks of the gateway. */
export interface TokenDoor {
  /** @param exchange of the request, for whoever looks at the connection as well. */
  authenticate(
    authorization: string | undefined,
    address: string,
    exchange: Exchange,
  ): Verdict | Promise<Verdict>;
  authenticatePassword(user: string, password: string, address: string): Verdict | Promise<Verdict>;
  /** What the rules give, and the credentials open. */
  rightsOf(applicant: Applicant, address: string): ScopeRights;
  /** Whoever has a refresh token, as if they had shown who they are anew. Undefined: no refresh tokens for this way. */
  recall(way: BoundWay, user: string): string | Granted | undefined;
  /** Whether strangers get tokens: the rules give them something. */
  admitsStrangers(): boolean;
}

/** A token was issued; for the audit. */
export interface TokenNotice {
  readonly user: string | undefined;
  readonly address: string;
  readonly service: string;
  /** In the form of a scope; empty: nothing. */
  readonly scope: string;
}

export interface TokenEndpointOptions {
  readonly door: TokenDoor;
  readonly issuer: TokenIssuer;
  readonly tokens: OwnTokens;
  /** The gateway's own name; what a request that names none is about. */
  readonly service: string;
  /** Further registries that tokens are issued for. */
  readonly services: readonly string[];
  /** Shown in the password prompt. */
  readonly realm: string;
  readonly onIssue?: ((notice: TokenNotice) => void) | undefined;
}

/** Bytes of the claim `access`: with more, the token would not fit into a request's headers. */
const LONGEST_ACCESS = 8_192;
/** Tokens that are signed at once, and that wait for it. */
const AT_ONCE = 4;
const WAITING = 512;
const STRANGER: Stranger = { kind: 'stranger' };

/** Answers `/token`: gives tokens for what is asked, as far as it is allowed. */
export class TokenEndpoint {
  readonly #options: TokenEndpointOptions;
  readonly #queue = new SignatureQueue(AT_ONCE, WAITING);
  readonly #checks = new SignatureQueue(AT_ONCE, WAITING);

  constructor(options: TokenEndpointOptions) {
    this.#options = options;
  }

  readonly handle: Handler = async (exchange) => {
    try {
      return await this.#answer(exchange);
    } catch (error) {
      if (error instanceof TokenRefusal) return error.toReply();
      throw error;
    }
  };

  async #answer(exchange: Exchange): Promise<Reply> {
    const { door, issuer, service: own, services, onIssue } = this.#options;
    const { address } = exchange;
    const { proof, scopes, isOffline, service = own } = await readTokenRequest(exchange);
    if (service !== own && !services.includes(service))
      throw new TokenRefusal(400, 'invalid_request', 'no tokens are issued here for this service');
    const applicant = await this.#applicant(proof, service, exchange);
    const shown = bearerOf(applicant);
    const bearer = shown === undefined ? undefined : issuer.known(shown);
    const access = await grantedInTurn(scopes, door.rightsOf(applicant, address));
    if (JSON.stringify(access).length > LONGEST_ACCESS)
      throw new TokenRefusal(400, 'invalid_scope', 'so many scopes do not fit into one token; ask for fewer');
    // Strangers may ask as often as they like, and a signature costs more than the rest of the request.
    const signed = await this.#queue.run(async () => ({
      token: await issuer.issue(bearer, service, access),
      refresh: isOffline ? await this.#refresh(bearer, service) : undefined,
    }));
    if (signed === undefined) throw busy('too many tokens are being signed; try again in a moment');
    const { token, refresh } = signed;
    if (token === undefined) throw this.#unauthorized();
    const scope = formatScope(access);
    onIssue?.({ user: bearer?.user, address, service, scope });
    return tokenReply(200, {
      token: token.text,
      access_token: token.text,
      token_type: 'Bearer',
      expires_in: Math.floor(token.lifetime / 1_000),
      issued_at: new Date(token.issuedAt).toISOString(),
      scope,
      ...(refresh === undefined ? {} : { refresh_token: refresh }),
    });
  }

  async #refresh(bearer: Bearer | undefined, service: string): Promise<string | undefined> {
    const { door, issuer } = this.#options;
    if (bearer === undefined || door.recall(bearer.way, bearer.user) === undefined) return undefined;
    return (await issuer.issueRefresh(bearer, service))?.text;
  }

  async #applicant(proof: Proof, service: string, exchange: Exchange): Promise<Applicant> {
    const { door, tokens } = this.#options;
    const { address } = exchange;
    if (proof.kind === 'refresh') {
      // Strangers send as many as they like, and those that are forged cost as much as others.
      const checked = this.#checks.run(() => tokens.verifyRefresh(proof.token, service));
      if (checked === undefined) throw busy('too many tokens are being checked; try again in a moment');
      const holder = await checked;
      const recalled = holder === undefined ? undefined : door.recall(holder.way, holder.user);
      if (recalled === undefined) throw this.#unauthorized();
      return recalled;
    }
    const verdict =
      proof.kind === 'password'
        ? await door.authenticatePassword(proof.user, proof.password, address)
        : await door.authenticate(exchange.headers['authorization'], address, exchange);
    return this.#admitted(verdict);
  }

  #admitted(verdict: Verdict): Applicant {
    if (typeof verdict === 'string') return verdict;
    switch (verdict.kind) {
      case 'granted':
        // Tokens for tokens would never end.
        if (verdict.user === undefined || !isBoundWay(verdict.way)) throw this.#unauthorized();
        return verdict;
      case 'stranger':
        if (!this.#options.door.admitsStrangers()) throw this.#unauthorized();
        return STRANGER;
      case 'throttled':
        throw new TokenRefusal(429, 'slow_down', 'too many wrong passwords; wait, then try again', {
          'retry-after': Math.ceil(verdict.retryAfter / 1_000),
        });
      case 'overloaded':
        throw busy('too many passwords are being checked; try again in a moment');
      default:
        throw this.#unauthorized();
    }
  }

  /** The same for all bad credentials. RFC 6749 §5.2 allows 401 where clients of registries need it. */
  #unauthorized(): TokenRefusal {
    const realm = this.#options.realm.replace(/[\x00-\x1f\x7f]/g, '').replace(/[\\"]/g, '\\$&');
    return new TokenRefusal(401, 'invalid_grant', 'authentication required', {
      'www-authenticate': `Basic realm="${realm}"`,
    });
  }
}

function busy(sentence: string): TokenRefusal {
  return new TokenRefusal(503, 'temporarily_unavailable', sentence, { 'retry-after': 1 });
}

function bearerOf(applicant: Applicant): Bearer | undefined {
  if (typeof applicant === 'string') return { way: 'password', user: applicant };
  if (applicant.kind === 'stranger' || applicant.user === undefined || !isBoundWay(applicant.way))
    return undefined;
  return { way: applicant.way, user: applicant.user };
}
