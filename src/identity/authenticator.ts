import type { Grant } from '../exchange/grant.js';
import type { Limits } from '../exchange/rights.js';
import { type BasicCredentials, readBasicCredentials } from './basic-credentials.js';
import { Throttle } from './throttle.js';
import { isToken } from './v1-token-text.js';
import { VerdictCache } from './verdict-cache.js';

/** A stored password, opaque to this folder but for the text that identifies it. */
export interface StoredPassword {
  readonly text: string;
}

/** The users and the means to check their passwords, as a password file offers them. */
export interface UserDirectory {
  find(user: string): StoredPassword | undefined;
  /** Costs as much to check as the users' own and matches nothing: it answers for users that are not there. */
  decoy(): StoredPassword;
  /** @throws when too many checks wait already */
  verify(stored: StoredPassword, password: string): Promise<boolean>;
}

/** Why a request does not get in. `unauthorized` covers all reasons that a guesser must not be able to tell apart. */
export type Refusal =
  /** `token`: credentials of the Bearer scheme that do not hold (RFC 6750 §3.1 `invalid_token`). */
  | { readonly kind: 'unauthorized'; readonly token?: true }
  | { readonly kind: 'throttled'; readonly retryAfter: number }
  | { readonly kind: 'overloaded' }
  /** A token that holds and does not open this (RFC 6750 §3.1 `insufficient_scope`): another one might. */
  | { readonly kind: 'insufficient' }
  /** Somebody known, to whom the rules do not give this: the same credentials again would be no use. */
  | { readonly kind: 'forbidden' };

/** How somebody has shown who they are. */
export type Way = 'password' | 'v1 token' | 'bearer' | 'robot' | 'certificate';

/** Somebody who has not shown who they are: no credentials, or empty ones (`Basic Og==`, which clients send without a password). */
export interface Stranger {
  readonly kind: 'stranger';
}

/** Somebody with a token in place of a password. */
export interface Granted {
  readonly kind: 'granted';
  readonly way: Way;
  /** Undefined: a stranger with a token that says so. Robots: `robot:NAME`. */
  readonly user: string | undefined;
  /** With a token of the v1 API all that it opens; whoever lets the request in sees to it. */
  readonly grant?: Grant;
  /** All that the credentials open; undefined: what the rules give to the user. */
  readonly limits?: Limits;
  /** What an upstream wants to see in its place: the value of its own `X-Docker-Token`. */
  readonly upstreamToken?: string;
}

/** Checks tokens of the v1 API, as `Authorization` has them. */
export interface TokenCheck {
  /** @returns undefined when it does not hold. */
  check(authorization: string): Granted | Refusal | undefined | Promise<Granted | Refusal>;
}

/** Checks the tokens of robots, which come as passwords. */
export interface RobotCheck {
  /** @returns undefined when there is no such robot, or not with that password. */
  check(user: string, password: string): Granted | undefined;
}

/** The name of the user who asks with a password, what other credentials open, or why there is neither. */
export type Verdict = string | Granted | Stranger | Refusal;

const UNAUTHORIZED: Refusal = { kind: 'unauthorized' };
const OVERLOADED: Refusal = { kind: 'overloaded' };
const RIGHT = { entries: 10_000, lifetime: 600_000 };
const WRONG = { entries: 1_000, lifetime: 60_000 };
const THROTTLE = { burst: 20, interval: 500, addresses: 10_000 };

/**
 * Decides who asks. A password is hashed once; after that its verdict is remembered, and the answer is synchronous
 * because it stands in front of every request.
 */
export class Authenticator {
  readonly #users: UserDirectory;
  readonly #verdicts: VerdictCache;
  readonly #throttle: Throttle;
  readonly #tokens: TokenCheck | undefined;
  readonly #running = new Map<string, Promise<boolean | undefined>>();
  #epoch = 0;

  constructor(
    users: UserDirectory,
    verdicts: VerdictCache = new VerdictCache(RIGHT, WRONG),
    throttle: Throttle = new Throttle(THROTTLE),
    tokens?: TokenCheck,
  ) {
    this.#tokens = tokens;
    this.#users = users;
    this.#verdicts = verdicts;
    this.#throttle = throttle;
  }

  /**
   * @param authorization the `Authorization` value, if any
   * @param address of the client, for the throttle
   */
  check(authorization: string | undefined, address: string): Verdict | Promise<Verdict> {
    if (authorization === undefined) return UNAUTHORIZED;
    // Nobody can guess a signature: checking one is cheap and is not held against the address.
    if (isToken(authorization)) return this.#tokens?.check(authorization) ?? UNAUTHORIZED;
    const credentials = readBasicCredentials(authorization);
    if (credentials === undefined) return UNAUTHORIZED;
    const entry = this.#users.find(credentials.user);
    const stored = entry ?? this.#users.decoy();
    const key = this.#verdicts.key(credentials.user, stored.text, credentials.password);
    const known = this.#verdicts.get(key);
    // A user who is not there is refused whatever was found out about the decoy.
    if (known !== undefined) return known && entry !== undefined ? credentials.user : UNAUTHORIZED;
    return this.#hash(credentials, stored, entry !== undefined, key, address);
  }

  /** Forgets every verdict, also those being worked out: the users have changed. */
  forget(): void {
    this.#epoch += 1;
    this.#verdicts.clear();
  }

  async #hash(
    credentials: BasicCredentials,
    stored: StoredPassword,
    exists: boolean,
    key: string,
    address: string,
  ): Promise<Verdict> {
    let running = this.#running.get(key);
    if (running === undefined) {
      const retryAfter = this.#throttle.delay(address);
      if (retryAfter > 0) return { kind: 'throttled', retryAfter };
      this.#throttle.spend(address);
      running = this.#verify(credentials, stored, exists, key, address);
      this.#running.set(key, running);
    }
    const verdict = await running;
    if (verdict === undefined) return OVERLOADED;
    return verdict ? credentials.user : UNAUTHORIZED;
  }

  async #verify(
    credentials: BasicCredentials,
    stored: StoredPassword,
    exists: boolean,
    key: string,
    address: string,
  ): Promise<boolean | undefined> {
    const epoch = this.#epoch;
    try {
      const matches = await this.#users.verify(stored, credentials.password);
      const verdict = matches && exists;
      // The entry may have been removed or changed while its old hash was being computed.
      const stillHolds = epoch === this.#epoch || this.#users.find(credentials.user)?.text === stored.text;
      if (epoch === this.#epoch) this.#verdicts.set(key, verdict);
      if (verdict) this.#throttle.refund(address);
      return verdict && stillHolds;
    } catch {
      this.#throttle.refund(address);
      return undefined;
    } finally {
      this.#running.delete(key);
    }
  }
}
