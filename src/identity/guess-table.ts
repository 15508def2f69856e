import { hash, randomBytes } from 'node:crypto';

/** How often somebody guessed wrong, and when last. */
export interface Guesses {
  readonly count: number;
  /** In the table's clock, milliseconds. */
  readonly at: number;
}

export interface GuessTableOptions {
  /** Entries that there is room for; a power of two, at least 16. */
  readonly slots: number;
  /** Milliseconds of silence after which one guess is forgotten. */
  readonly decay: number;
  /** The largest count. */
  readonly most: number;
  /** Keys of one home lie together, so that many of them take no room from others. Default: each key has its own. */
  readonly home?: (key: string) => string;
}

/** Entries that a key can lie in. */
const WAYS = 16;
/** Milliseconds of one unit of time: 32 bits of them last 13 years. */
const TICK = 100;
/** Bytes of an entry. */
const ENTRY = 10;

/**
 * Counts a key, in memory that is set aside once. It is divided into sets of sixteen entries; where a key lies, a hash
 * under a random key of this process decides, so that nobody can choose keys that lie together. In a full set the entry
 * with the least to remember makes room: who has guessed most is forgotten last.
 */
export class GuessTable {
  readonly #options: GuessTableOptions;
  readonly #now: () => number;
  readonly #secret = randomBytes(32).toString('base64');
  readonly #tags: Uint32Array;
  readonly #times: Uint32Array;
  readonly #counts: Uint16Array;
  #size = 0;

  /** @param now milliseconds of a clock that begins near 0 and is never set back */
  constructor(options: GuessTableOptions, now: () => number) {
    this.#options = options;
    this.#now = now;
    this.#tags = new Uint32Array(options.slots);
    this.#times = new Uint32Array(options.slots);
    this.#counts = new Uint16Array(options.slots);
  }

  /** Bytes that it takes, full or empty. */
  get bytes(): number {
    return this.#options.slots * ENTRY;
  }

  /** Keys that are remembered. */
  get size(): number {
    return this.#size;
  }

  /** What is remembered of the key, less what has been forgotten since; undefined when that is nothing. */
  get(key: string): Guesses | undefined {
    const slot = this.#find(key).slot;
    if (slot === undefined) return undefined;
    const count = this.#left(slot);
    return count === 0 ? undefined : { count, at: (this.#times[slot] ?? 0) * TICK };
  }

  /** Adds to what is left of the count, as of now. */
  add(key: string, count = 1): void {
    const { slot, tag, set } = this.#find(key);
    const place = slot ?? this.#makeRoom(set);
    const before = slot === undefined ? 0 : this.#left(slot);
    this.#tags[place] = tag;
    this.#times[place] = Math.floor(this.#now() / TICK);
    this.#counts[place] = Math.min(this.#options.most, before + count);
  }

  /** Takes off the count; the time of the last guess stays. */
  subtract(key: string, count: number): void {
    const { slot } = this.#find(key);
    if (slot === undefined) return;
    const left = this.#left(slot) - count;
    const stored = this.#counts[slot] ?? 0;
    if (left <= 0) this.#clear(slot);
    else this.#counts[slot] = Math.max(1, stored - count);
  }

  delete(key: string): void {
    const { slot } = this.#find(key);
    if (slot !== undefined) this.#clear(slot);
  }

  #clear(slot: number): void {
    this.#tags[slot] = 0;
    this.#size -= 1;
  }

  #find(key: string): { readonly set: number; readonly tag: number; readonly slot: number | undefined } {
    // The secret stands first and has one length: nobody sees the digest, so this needs no HMAC, which costs three times as much.
    const digest = hash('sha256', this.#secret + key, 'hex');
    const { slots, home } = this.#options;
    const place = home === undefined ? digest : hash('sha256', this.#secret + home(key), 'hex');
    const set = (Number.parseInt(place.slice(0, 8), 16) % (slots / WAYS)) * WAYS;
    // 0 marks an entry that is free.
    const tag = Number.parseInt(digest.slice(8, 16), 16) || 1;
    for (let slot = set; slot < set + WAYS; slot += 1) {
      if (this.#tags[slot] === tag) return { set, tag, slot };
    }
    return { set, tag, slot: undefined };
  }

  /** The count less one for each whole time of decay since the last guess. */
  #left(slot: number): number {
    const silence = this.#now() - (this.#times[slot] ?? 0) * TICK;
    return Math.max(0, (this.#counts[slot] ?? 0) - Math.floor(Math.max(0, silence) / this.#options.decay));
  }

  #makeRoom(set: number): number {
    let least = set;
    for (let slot = set; slot < set + WAYS; slot += 1) {
      if (this.#tags[slot] === 0) {
        this.#size += 1;
        return slot;
      }
      const difference = this.#left(slot) - this.#left(least);
      const isOlder = (this.#times[slot] ?? 0) < (this.#times[least] ?? 0);
      if (difference < 0 || (difference === 0 && isOlder)) least = slot;
    }
    return least;
  }
}
