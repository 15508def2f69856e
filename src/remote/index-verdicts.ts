import type { IndexVerdict } from './index-check.js';

const RIGHT_LIFETIME = 60_000;
const WRONG_LIFETIME = 5_000;
/** Verdicts of each kind, and images over all of them. */
const ENTRIES = 1_000;
const IMAGES = 500_000;

interface Kept {
  readonly verdict: IndexVerdict;
  readonly until: number;
}

/** Remembers what an index has said: for a minute that a token holds, for five seconds that it does not. */
export class VerdictMemory {
  readonly #right = new Map<string, Kept>();
  readonly #wrong = new Map<string, Kept>();
  readonly #now: () => number;
  #images = 0;

  /** @param now milliseconds of a clock that is never set back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get(key: string): IndexVerdict | undefined {
    for (const kept of [this.#right, this.#wrong]) {
      const found = kept.get(key);
      if (found !== undefined && found.until > this.#now()) return found.verdict;
      this.#drop(kept, key);
    }
    return undefined;
  }

  set(key: string, verdict: IndexVerdict): void {
    const isRight = typeof verdict === 'object';
    const kept = isRight ? this.#right : this.#wrong;
    this.#drop(kept, key);
    this.#images += weightOf(verdict);
    kept.set(key, { verdict, until: this.#now() + (isRight ? RIGHT_LIFETIME : WRONG_LIFETIME) });
    for (const oldest of kept.keys()) {
      if (kept.size <= ENTRIES && this.#images <= IMAGES) break;
      this.#drop(kept, oldest);
    }
  }

  #drop(kept: Map<string, Kept>, key: string): void {
    const found = kept.get(key);
    if (found === undefined) return;
    kept.delete(key);
    this.#images -= weightOf(found.verdict);
  }
}

function weightOf(verdict: IndexVerdict): number {
  return typeof verdict === 'object' ? verdict.size : 0;
}
