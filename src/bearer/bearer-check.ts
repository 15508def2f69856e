import { hash } from 'node:crypto';
import type { Granted, Refusal, TokenCheck } from '../identity/authenticator.js';
import { limitsOf } from './access-claim.js';
import type { Bindings } from './binding.js';
import type { Holder, TokenVerifier } from './own-tokens.js';
import { RememberedTokens } from './remembered-tokens.js';
import { SignatureQueue } from './signature-queue.js';
import { readTokenText, type TokenText, textOf } from './token-text.js';

/** Bytes of the tokens that hold and are remembered. What they open takes twice as many beside them. */
const RIGHT = 8 * 1_048_576;
/** Characters at the end of a token by which it is found: part of the signature, which no two tokens share. */
const TAIL = 43;
/** Tokens that do not hold and are remembered, and milliseconds for which they are. */
const WRONG = 10_000;
const WRONG_LIFETIME = 10_000;
/** Tokens that are verified at once, and that wait for it. */
const AT_ONCE = 4;
const WAITING = 512;

const UNAUTHORIZED: Refusal = { kind: 'unauthorized', token: true };
const OVERLOADED: Refusal = { kind: 'overloaded' };

interface Right {
  /** As it came: whatever else ends alike is another token. */
  readonly authorization: string;
  readonly granted: Granted;
  readonly holder: Holder | undefined;
  readonly from: number;
  readonly until: number;
}

export interface BearerCheckOptions {
  readonly bindings: Bindings;
  /** By the claim `iss`. */
  readonly verifiers: ReadonlyMap<string, TokenVerifier>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/**
 * Checks `Authorization: Bearer …` (RFC 6750 §2.1).
 *
 * A signature is verified once; after that the verdict is remembered, and the answer is synchronous. What can change
 * meanwhile is looked at each time: the clock, and what the token hangs on.
 *
 * A token that holds is found by its end and compared as a whole, since to hash it at every request costs more than all
 * the rest. Whoever does not know its signature never gets as far as the comparison. What does not hold is remembered by
 * its digest, which is short.
 */
export class BearerCheck implements TokenCheck {
  readonly #options: BearerCheckOptions;
  readonly #now: () => number;
  readonly #right = new RememberedTokens<Right>(RIGHT);
  readonly #wrong = new RememberedTokens<{ readonly until: number }>(WRONG);
  readonly #running = new Map<string, Promise<Granted | Refusal>>();
  readonly #queue = new SignatureQueue(AT_ONCE, WAITING);
  #epoch = 0;

  constructor(options: BearerCheckOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** @param authorization the whole value. @returns undefined when it is of another scheme. */
  check(authorization: string): Granted | Refusal | undefined | Promise<Granted | Refusal> {
    if (!isBearer(authorization)) return undefined;
    const now = this.#now();
    const known = this.#right.get(authorization.slice(-TAIL), now);
    if (known?.authorization === authorization)
      return this.#stillHolds(known, now) ? known.granted : UNAUTHORIZED;
    const digest = hash('sha256', authorization, 'base64');
    if (this.#wrong.get(digest, now) !== undefined) return UNAUTHORIZED;
    const running = this.#running.get(digest);
    if (running !== undefined) return running;
    const token = readTokenText(authorization.slice(7).trim());
    const verifier =
      token === undefined ? undefined : this.#options.verifiers.get(textOf(token.claims, 'iss') ?? '');
    if (token === undefined || verifier === undefined) return UNAUTHORIZED;
    const started = this.#verify(token, verifier, authorization, digest).finally(() =>
      this.#running.delete(digest),
    );
    this.#running.set(digest, started);
    return started;
  }

  /** Forgets every verdict, also those being worked out: keys have changed. */
  forget(): void {
    this.#epoch += 1;
    this.#right.clear();
    this.#wrong.clear();
  }

  #stillHolds({ holder, from }: Pick<Right, 'holder' | 'from'>, now: number): boolean {
    if (from > now) return false;
    return holder === undefined || this.#options.bindings.find(holder.way, holder.user)?.text === holder.text;
  }

  async #verify(
    token: TokenText,
    verifier: TokenVerifier,
    authorization: string,
    digest: string,
  ): Promise<Granted | Refusal> {
    const epoch = this.#epoch;
    const running = this.#queue.run(() => verifier.verify(token));
    if (running === undefined) return OVERLOADED;
    const verified = await running;
    const now = this.#now();
    if (verified === undefined) {
      if (epoch === this.#epoch) this.#wrong.set(digest, { until: now + WRONG_LIFETIME }, 1);
      return UNAUTHORIZED;
    }
    const { user, access, from, until, holder } = verified;
    const limits = limitsOf(access, user !== undefined);
    const granted: Granted = { kind: 'granted', way: 'bearer', user, limits };
    if (epoch === this.#epoch) {
      const right = { authorization, granted, holder, from, until };
      this.#right.set(authorization.slice(-TAIL), right, authorization.length);
    }
    return until > now && this.#stillHolds({ holder, from }, now) ? granted : UNAUTHORIZED;
  }
}

/** Whether an `Authorization` value is of the scheme `Bearer`. */
function isBearer(authorization: string): boolean {
  return authorization.length > 7 && authorization.slice(0, 7).toLowerCase() === 'bearer ';
}
