import { hash, randomBytes } from 'node:crypto';

/** How many verdicts of one kind to keep, and for how long. */
export interface VerdictLimits {
  readonly entries: number;
  /** Milliseconds. */
  readonly lifetime: number;
}

const RIGHT: VerdictLimits = { entries: 10_000, lifetime: 600_000 };
/** Long, so that a program with a password of yesterday is not taken for somebody who guesses. */
const WRONG: VerdictLimits = { entries: 10_000, lifetime: 3_600_000 };

/**
 * Remembers which passwords were right and which were wrong, so that a password is hashed once and not once a request.
 *
 * The key is a digest over a random secret of this process, user, stored hash and password: neither a password nor
 * anything that can be tested offline stays in memory, and a changed entry of the file is a different key. No digest ever
 * leaves this class, so nobody could lengthen one, which is what HMAC is for; it costs several times as much.
 */
export class VerdictCache {
  readonly #secret = randomBytes(32).toString('base64');
  readonly #right = new Map<string, number>();
  readonly #wrong = new Map<string, number>();
  readonly #rightLimits: VerdictLimits;
  readonly #wrongLimits: VerdictLimits;
  readonly #now: () => number;
  #hits = 0;
  #misses = 0;

  constructor(right = RIGHT, wrong = WRONG, now: () => number = () => performance.now()) {
    this.#rightLimits = right;
    this.#wrongLimits = wrong;
    this.#now = now;
  }

  /** @param storedHash the entry's text in the password file, or the dummy's for a user that is not there */
  key(user: string, storedHash: string, password: string): string {
    // The lengths keep ("ab", "c") and ("a", "bc") apart.
    const text = `${this.#secret}${user.length}:${storedHash.length}:${user}${storedHash}${password}`;
    return hash('sha256', text, 'binary');
  }

  /** The remembered verdict, or undefined when the password has to be hashed. */
  get(key: string): boolean | undefined {
    const verdict = this.#find(key);
    if (verdict === undefined) this.#misses += 1;
    else this.#hits += 1;
    return verdict;
  }

  /** How many verdicts are remembered, and how often one was there or was not, since the start. */
  get numbers() {
    return {
      cacheEntries: this.#right.size + this.#wrong.size,
      cacheHits: this.#hits,
      cacheMisses: this.#misses,
    };
  }

  set(key: string, verdict: boolean): void {
    const verdicts = verdict ? this.#right : this.#wrong;
    const limits = verdict ? this.#rightLimits : this.#wrongLimits;
    verdicts.delete(key);
    if (verdicts.size >= limits.entries) {
      const [oldest] = verdicts.keys();
      if (oldest !== undefined) verdicts.delete(oldest);
    }
    verdicts.set(key, this.#now() + limits.lifetime);
  }

  /** Forgets everything: the password file has changed. */
  clear(): void {
    this.#right.clear();
    this.#wrong.clear();
  }

  #find(key: string): boolean | undefined {
    const now = this.#now();
    const rightUntil = this.#right.get(key);
    if (rightUntil !== undefined) {
      if (rightUntil > now) {
        // Whoever keeps coming with the right password is not asked to prove it again.
        if (rightUntil - now < this.#rightLimits.lifetime / 2) this.set(key, true);
        return true;
      }
      this.#right.delete(key);
    }
    const wrongUntil = this.#wrong.get(key);
    if (wrongUntil !== undefined) {
      if (wrongUntil > now) return false;
      this.#wrong.delete(key);
    }
    return undefined;
  }
}
