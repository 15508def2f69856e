import { Admissions } from './admissions.js';
import { type BasicCredentials, isEmpty, readBasicCredentials } from './basic-credentials.js';
import { isBearer } from './bearer-scheme.js';
import type { RobotCheck, StoredPassword, TokenCheck, UserDirectory } from './credential-checks.js';
import { type Attempt, GuessGuard } from './guess-guard.js';
import { HashLane } from './hash-lane.js';
import { type LoginListener, LoginNews } from './login-news.js';
import { subscriberOf } from './throttle.js';
import { isToken } from './v1-token-text.js';
import type { Refusal, Stranger, Verdict } from './verdict.js';
import { VerdictCache } from './verdict-cache.js';
import { VerdictTally } from './verdict-tally.js';

export type { RobotCheck, StoredPassword, TokenCheck, UserDirectory } from './credential-checks.js';
export type { Login, LoginListener } from './login-news.js';
export type { Granted, Refusal, Stranger, Verdict, Way } from './verdict.js';

export interface AuthenticatorOptions {
  readonly users: UserDirectory;
  readonly verdicts?: VerdictCache;
  /** Slows down whoever guesses; undefined: one with the usual limits. */
  readonly guard?: GuessGuard;
  readonly lane?: HashLane;
  /** Undefined: tokens of the v1 API are not taken. */
  readonly v1Tokens?: TokenCheck | undefined;
  /** Undefined: bearer tokens are not taken. */
  readonly bearer?: TokenCheck | undefined;
  readonly robots?: RobotCheck | undefined;
  readonly onLogin?: LoginListener | undefined;
}

const STRANGER: Stranger = { kind: 'stranger' };
const UNAUTHORIZED: Refusal = { kind: 'unauthorized' };
const BAD_AGAIN: Refusal = { kind: 'unauthorized', again: true };
const BAD_BEARER: Refusal = { kind: 'unauthorized', token: true };
const OVERLOADED: Refusal = { kind: 'overloaded' };
/** How the passwords of robots begin. */
const ROBOT_PREFIX = 'dgt_';

/** A password that has to be hashed. */
interface Trial extends BasicCredentials {
  readonly stored: StoredPassword;
  readonly exists: boolean;
  readonly key: string;
  readonly address: string;
}

/** A password that is being hashed, and the networks that wait for it. */
interface Running {
  readonly verdict: Promise<boolean | undefined>;
  readonly subscribers: Set<string>;
}

/**
 * Decides who asks. A password is hashed once; after that its verdict is remembered, and the answer is synchronous
 * because it stands in front of every request.
 */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #users: UserDirectory;
  readonly #verdicts: VerdictCache;
  readonly #guard: GuessGuard;
  readonly #lane: HashLane;
  readonly #news: LoginNews;
  readonly #admissions = new Admissions();
  readonly #running = new Map<string, Running>();
  readonly #tally = new VerdictTally();
  #epoch = 0;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    this.#users = options.users;
    this.#verdicts = options.verdicts ?? new VerdictCache();
    this.#guard = options.guard ?? new GuessGuard();
    this.#lane = options.lane ?? new HashLane();
    this.#news = new LoginNews(options.onLogin);
  }

  /**
   * @param authorization the `Authorization` value, if any
   * @param address of the client, behind trusted proxies the one that they name
   */
  check(authorization: string | undefined, address: string): Verdict | Promise<Verdict> {
    if (authorization === undefined) return this.#tally.of('none', STRANGER);
    // Nobody can guess a signature: checking one is cheap and is not held against the address.
    if (isToken(authorization))
      return this.#checkToken('v1 token', this.#options.v1Tokens, authorization, address);
    if (isBearer(authorization))
      return this.#checkToken('bearer', this.#options.bearer, authorization, address);
    if (isEmpty(authorization)) return this.#tally.of('none', STRANGER);
    const credentials = readBasicCredentials(authorization);
    if (credentials === undefined) return this.#tally.of('password', UNAUTHORIZED);
    return this.checkPassword(credentials.user, credentials.password, address);
  }

  /** As {@link check} does it for the Basic scheme, for credentials that came in another way. */
  checkPassword(user: string, password: string, address: string): Verdict | Promise<Verdict> {
    return this.#tally.of('password', this.#checkCredentials(user, password, address));
  }

  /** What has been counted since the start, and what waits at the moment. */
  get numbers() {
    return { verdicts: this.#tally.list(), ...this.#verdicts.numbers, waiting: this.#lane.waiting };
  }

  #checkCredentials(user: string, password: string, address: string): Verdict | Promise<Verdict> {
    if (password.startsWith(ROBOT_PREFIX)) {
      const robot = this.#options.robots?.check(user, password, address);
      if (robot !== undefined) return this.#news.granted(robot, address);
      const fresh = this.#options.robots?.refresh?.(password);
      if (fresh !== undefined) return fresh.then(() => this.#checkAgain(user, password, address));
    }
    return this.#checkUser(user, password, address);
  }

  /** A robot may have been made since its file was last read. */
  #checkAgain(user: string, password: string, address: string): Verdict | Promise<Verdict> {
    const robot = this.#options.robots?.check(user, password, address);
    return robot === undefined
      ? this.#checkUser(user, password, address)
      : this.#news.granted(robot, address);
  }

  #checkUser(user: string, password: string, address: string): Verdict | Promise<Verdict> {
    const entry = this.#users.find(user);
    const stored = entry ?? this.#users.decoy(user);
    const key = this.#verdicts.key(user, stored.text, password);
    const known = this.#verdicts.get(key);
    if (known === true && entry !== undefined) {
      return this.#admissions.has(key, address) ? user : this.#admit(user, address, key);
    }
    // Whoever is there costs the choice of a decoy as well, or the time would tell.
    if (entry !== undefined) this.#users.decoy(user);
    // A user who is not there is refused whatever was found out about the decoy.
    if (known !== undefined) {
      this.#refuse(user, address, 'bad');
      return BAD_AGAIN;
    }
    return this.#hash({ user, password, stored, exists: entry !== undefined, key, address });
  }

  /** Forgets every verdict, also those being worked out: the users have changed. */
  forget(): void {
    this.#epoch += 1;
    this.#verdicts.clear();
    this.#admissions.clear();
  }

  #checkToken(
    way: 'v1 token' | 'bearer',
    tokens: TokenCheck | undefined,
    authorization: string,
    address: string,
  ): Verdict | Promise<Verdict> {
    const verdict = tokens?.check(authorization);
    if (verdict === undefined) return this.#tally.of(way, way === 'bearer' ? BAD_BEARER : UNAUTHORIZED);
    if (!(verdict instanceof Promise)) return this.#tally.of(way, this.#news.granted(verdict, address));
    return this.#tally.of(
      way,
      verdict.then((settled) => this.#news.granted(settled, address)),
    );
  }

  async #hash(trial: Trial): Promise<Verdict> {
    const { user, address, key } = trial;
    const running = this.#join(trial);
    if (typeof running === 'number') return this.#throttle(user, address, running);
    const verdict = await running.verdict;
    if (verdict !== true) return this.#refuse(user, address, verdict === false ? 'bad' : 'overloaded');
    return this.#welcome(user, address, key);
  }

  /** Begins a check, or waits for the same one. Milliseconds to wait for whoever may do neither. */
  #join(trial: Trial): Running | number {
    const { user, address, key } = trial;
    const subscriber = subscriberOf(address);
    const running = this.#running.get(key);
    if (running === undefined) {
      const attempt = this.#guard.begin(user, address);
      if (typeof attempt === 'number') return attempt;
      const begun = { verdict: this.#verify(trial, attempt), subscribers: new Set([subscriber]) };
      this.#running.set(key, begun);
      return begun;
    }
    if (!running.subscribers.has(subscriber)) {
      const wait = this.#guard.delay(user, address);
      if (wait > 0) return wait;
      running.subscribers.add(subscriber);
    }
    return running;
  }

  async #verify(
    { user, password, stored, exists, key, address }: Trial,
    attempt: Attempt,
  ): Promise<boolean | undefined> {
    const epoch = this.#epoch;
    try {
      const verify = (): Promise<boolean> => this.#users.verify(stored, password);
      // Whoever has been good here does not wait behind those who never were.
      const matches = await (attempt.isKnown ? verify() : this.#lane.run(verify));
      const verdict = matches && exists;
      // The entry may have been removed or changed while its old hash was being computed.
      const stillHolds = epoch === this.#epoch || this.#users.find(user)?.text === stored.text;
      if (epoch === this.#epoch) this.#verdicts.set(key, verdict);
      if (verdict) {
        attempt.succeed();
        this.#admissions.add(key, address);
      }
      return verdict && stillHolds;
    } catch {
      attempt.cancel();
      return undefined;
    } finally {
      this.#running.delete(key);
    }
  }

  /** Lets in a password that is remembered and was not used at the address yet. */
  #admit(user: string, address: string, key: string): Verdict {
    const wait = this.#guard.delay(user, address);
    return wait > 0 ? this.#throttle(user, address, wait) : this.#welcome(user, address, key);
  }

  #welcome(user: string, address: string, key: string): string {
    if (!this.#admissions.has(key, address)) {
      this.#guard.welcome(user, address);
      this.#admissions.add(key, address);
    }
    this.#options.onLogin?.login({ user, address, outcome: 'good', way: 'password' });
    return user;
  }

  #throttle(user: string, address: string, retryAfter: number): Refusal {
    this.#refuse(user, address, 'throttled');
    return { kind: 'throttled', retryAfter };
  }

  #refuse(user: string, address: string, outcome: 'bad' | 'throttled' | 'overloaded'): Refusal {
    this.#options.onLogin?.login({ user, address, outcome, way: 'password' });
    return outcome === 'overloaded' ? OVERLOADED : UNAUTHORIZED;
  }
}
