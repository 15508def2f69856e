import { readBounded } from './bounded-body.js';
import { type Challenge, parseChallenges } from './challenge.js';
import { RemoteFailure } from './failure.js';
import type { Scope } from './scope.js';
import { readToken, type Token } from './token.js';
import { judgeRealm } from './token-realm.js';
import type { Transport } from './transport.js';

/** Who asks. */
export interface Credentials {
  readonly user: string;
  readonly password: Uint8Array;
}

/** Tokens remembered; the oldest is forgotten first. */
const REMEMBERED = 256;

/** Bytes of a token service's answer. */
const LONGEST_ANSWER = 256 * 1024;

export interface AuthorizationOptions {
  readonly transport: Transport;
  readonly origin: URL;
  readonly credentials?: Credentials | undefined;
  /** Hosts besides the registry's own that may see the password, as {@link judgeRealm} reads them. */
  readonly tokenRealms?: readonly string[] | undefined;
}

/** The `Authorization` of requests to one registry: Basic (RFC 7617), or Bearer with tokens from where the registry says. */
export class Authorization {
  readonly #options: AuthorizationOptions;
  readonly #tokens = new Map<string, Token>();
  #basic: string | undefined;

  constructor(options: AuthorizationOptions) {
    this.#options = options;
  }

  get user(): string | undefined {
    return this.#options.credentials?.user;
  }

  /** What a request of this scope sends, as far as the registry has said what it wants. */
  headers(scope: Scope): Record<string, string> {
    const token = this.#tokens.get(scope.text);
    if (token !== undefined && Date.now() < token.validUntil)
      return { authorization: `Bearer ${token.text}` };
    return this.#basic === undefined ? {} : { authorization: this.#basic };
  }

  /**
   * Learns from a 401 what the registry wants.
   *
   * @param refused what the request had sent. @returns false when there is nothing new to try.
   */
  async learn(
    lines: string | readonly string[] | undefined,
    scope: Scope,
    refused: Record<string, string>,
  ): Promise<boolean> {
    // Another request, sent at the same time, may have learnt it since.
    const known = this.headers(scope)['authorization'];
    if (known !== undefined && known !== refused['authorization']) return true;
    const challenges = parseChallenges(lines);
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
    if (bearer !== undefined) return this.#fetchToken(bearer, scope);
    const { credentials } = this.#options;
    const isWanted = challenges.some(({ scheme }) => scheme === 'basic');
    if (!isWanted || credentials === undefined || this.#basic !== undefined) return false;
    this.#basic = basicHeader(credentials);
    return true;
  }

  async #fetchToken({ parameters }: Challenge, scope: Scope): Promise<boolean> {
    const { origin, credentials, tokenRealms = [], transport } = this.#options;
    const { url, mayHavePassword } = judgeRealm(parameters.get('realm'), origin, tokenRealms);
    if (credentials !== undefined && !mayHavePassword) {
      const sentence = `${origin.origin}: the registry wants your password sent to ${url.host}; when that is right, say so with --token-realm ${url.host}`;
      throw new RemoteFailure('DENIED', sentence);
    }
    const service = parameters.get('service');
    if (service !== undefined) url.searchParams.set('service', service);
    for (const text of scope.wanted(parameters.get('scope')).split(' '))
      url.searchParams.append('scope', text);
    const headers = credentials === undefined ? {} : { authorization: basicHeader(credentials) };
    const answer = await transport.send(url, { method: 'GET', headers });
    const body = await readBounded(answer.body, LONGEST_ANSWER, `the token of ${url.origin}`);
    if (answer.statusCode === 401 || answer.statusCode === 403) return false;
    const token = answer.statusCode === 200 ? readToken(body, Date.now()) : undefined;
    if (token === undefined) {
      throw new RemoteFailure(
        'UNEXPECTED',
        `${url.origin}: there is no token in the answer (status ${answer.statusCode})`,
      );
    }
    this.#remember(scope, token);
    return true;
  }

  #remember(scope: Scope, token: Token): void {
    for (const oldest of this.#tokens.keys()) {
      if (this.#tokens.size < REMEMBERED) break;
      this.#tokens.delete(oldest);
    }
    this.#tokens.set(scope.text, token);
  }
}

function basicHeader({ user, password }: Credentials): string {
  return `Basic ${Buffer.concat([Buffer.from(`${user}:`), password]).toString('base64')}`;
}
