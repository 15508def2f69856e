import { hash } from 'node:crypto';
import { type Guesses, GuessTable } from './guess-table.js';
import { subscriberOf } from './throttle.js';

/** How the waits grow. */
export interface Backoff {
  /** Tries before anybody has to wait. */
  readonly free: number;
  /** Milliseconds of the first wait; each further try doubles it. */
  readonly first: number;
  /** Milliseconds of the longest. */
  readonly longest: number;
  /** Milliseconds of silence after which one try is forgotten. */
  readonly decay: number;
  /** Names that there is room for; a power of two. */
  readonly slots: number;
}

export interface GuessLimits {
  /** Of an address: an IPv4 address, or 64 bits of an IPv6 one. */
  readonly address: Backoff;
  /** Of a user's name, whether there is such a user or not. */
  readonly user: Backoff;
  /** Of a user at an address from where the right password has come before. */
  readonly known: Backoff;
}

/** What the processes of one gateway tell each other. The texts say of whom, and do not tell the names. */
export interface GuessNotice {
  readonly kind: 'tried' | 'right' | 'cancelled';
  readonly address: string;
  readonly user: string;
}

/** A try that has been counted as if it were wrong. */
export interface Attempt {
  /** The right password of this user has come from this address before. */
  readonly isKnown: boolean;
  /** The password was right. */
  succeed(): void;
  /** It was not found out whether it is. */
  cancel(): void;
}

/** 30 MB in all, with what is set aside for pairs of both. */
export const GUESS_LIMITS: GuessLimits = {
  address: { free: 10, first: 1_000, longest: 300_000, decay: 600_000, slots: 2 ** 21 },
  user: { free: 20, first: 500, longest: 30_000, decay: 60_000, slots: 2 ** 17 },
  known: { free: 10, first: 500, longest: 15_000, decay: 60_000, slots: 2 ** 16 },
};
/** Milliseconds for which a user is known at an address after the last right password. */
const KNOWN_FOR = 30 * 86_400_000;
/** Milliseconds for which somebody who was told to wait can claim the try that was promised. */
const PROMISE = 600_000;
const PAIRS = 2 ** 20;
const PROMISES = 2 ** 17;

/**
 * Slows down whoever guesses passwords, by address and by user, with waits that double. Nobody is locked out:
 *
 * - A user at an address from where the right password has come has tries of their own, which nobody else uses up.
 * - Who comes from elsewhere while others guess at the same user waits once, for the user's wait, and then has a try, even
 *   if others go on.
 */
export class GuessGuard {
  readonly #limits: GuessLimits;
  readonly #now: () => number;
  readonly #addresses: GuessTable;
  readonly #users: GuessTable;
  /** Tries of a user at an address: a right password forgives these, and not what the address did to others. */
  readonly #pairs: GuessTable;
  /** Since when a user at an address waits for the user's sake. */
  readonly #waits: GuessTable;
  readonly #good: GuessTable;
  readonly #goodTries: GuessTable;
  readonly #announce: ((notice: GuessNotice) => void) | undefined;

  /**
   * @param announce is told what the other processes have to {@link hear}
   * @param now milliseconds of a clock that is never set back
   */
  constructor(
    limits: GuessLimits = GUESS_LIMITS,
    announce?: (notice: GuessNotice) => void,
    now: () => number = () => performance.now(),
  ) {
    const start = now() - 1_000;
    this.#limits = limits;
    this.#announce = announce;
    this.#now = () => now() - start;
    const table = (slots: number, decay: number, most = 60_000): GuessTable =>
      new GuessTable({ slots, decay, most }, this.#now);
    this.#addresses = tableOf(limits.address, this.#now);
    this.#users = tableOf(limits.user, this.#now);
    this.#goodTries = tableOf(limits.known, this.#now);
    this.#pairs = table(PAIRS, limits.address.decay);
    this.#waits = table(PROMISES, PROMISE);
    const { slots } = limits.known;
    this.#good = new GuessTable({ slots, decay: KNOWN_FOR, most: 1, home: homeOf }, this.#now);
  }

  /** Bytes set aside, which is all that it ever takes. */
  get bytes(): number {
    const tables = [this.#addresses, this.#users, this.#pairs, this.#waits, this.#good, this.#goodTries];
    return tables.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Addresses that are remembered. */
  get addresses(): number {
    return this.#addresses.size;
  }

  /**
   * Somebody wants to try a password. Counts before it is hashed, so that tries at the same time count as well.
   *
   * @returns milliseconds to wait when it may not be tried now; it does not count then
   */
  begin(user: string, address: string): Attempt | number {
    const notice = { address: nameOf(subscriberOf(address)), user: nameOf(user) };
    const pair = pairOf(notice);
    const isKnown = this.#good.get(pair) !== undefined;
    const wait = isKnown
      ? this.#wait(this.#goodTries.get(pair), this.#limits.known)
      : this.#strangerWait(notice);
    if (wait > 0) return wait;
    this.#tell({ ...notice, kind: 'tried' });
    return {
      isKnown,
      succeed: () => this.#tell({ ...notice, kind: 'right' }),
      cancel: () => this.#tell({ ...notice, kind: 'cancelled' }),
    };
  }

  /**
   * Somebody comes with a password about which all is known, or soon will be, so that it is no try of its own.
   *
   * @returns milliseconds to wait; 0 where the user has been good
   */
  delay(user: string, address: string): number {
    const notice = { address: nameOf(subscriberOf(address)), user: nameOf(user) };
    return this.#good.get(pairOf(notice)) === undefined ? this.#strangerWait(notice) : 0;
  }

  /** A right password that was no try of its own has been let in. */
  welcome(user: string, address: string): void {
    this.#tell({ kind: 'right', address: nameOf(subscriberOf(address)), user: nameOf(user) });
  }

  /** What another process has announced. */
  hear(notice: GuessNotice): void {
    const { kind, address, user } = notice;
    const pair = pairOf(notice);
    const isKnown = this.#good.get(pair) !== undefined;
    if (kind === 'right') {
      this.#addresses.subtract(address, this.#pairs.get(pair)?.count ?? 0);
      if (!isKnown) this.#users.delete(user);
      this.#pairs.delete(pair);
      this.#goodTries.delete(pair);
      this.#good.add(pair);
    } else if (isKnown) count(this.#goodTries, pair, kind);
    else {
      count(this.#addresses, address, kind);
      count(this.#users, user, kind);
      count(this.#pairs, pair, kind);
    }
  }

  #tell(notice: GuessNotice): void {
    this.hear(notice);
    this.#announce?.(notice);
  }

  /** The wait of somebody who has not been good here; ends a wait that has been sat out. */
  #strangerWait({ address, user }: Pick<GuessNotice, 'address' | 'user'>): number {
    const ofAddress = this.#wait(this.#addresses.get(address), this.#limits.address);
    const ofUser = this.#wait(this.#users.get(user), this.#limits.user);
    if (ofUser === 0) return ofAddress;
    const pair = pairOf({ address, user });
    const since = this.#waits.get(pair);
    if (since === undefined) {
      // The count says how long it is, in tenths of a second: it stays what was promised, whatever others do.
      this.#waits.add(pair, Math.ceil(ofUser / 100));
      return Math.max(ofAddress, ofUser);
    }
    const left = Math.max(0, since.at + since.count * 100 - this.#now());
    if (left > 0 || ofAddress > 0) return Math.max(left, ofAddress);
    this.#waits.delete(pair);
    return 0;
  }

  #wait(guesses: Guesses | undefined, { free, first, longest }: Backoff): number {
    if (guesses === undefined || guesses.count < free) return 0;
    const wait = Math.min(longest, first * 2 ** (guesses.count - free));
    return Math.max(0, Math.ceil(guesses.at + wait - this.#now()));
  }
}

function tableOf({ free, first, longest, decay, slots }: Backoff, now: () => number): GuessTable {
  // More than what leads to the longest wait would only make it longer until all is forgotten.
  const most = free + Math.ceil(Math.log2(longest / first)) + 1;
  return new GuessTable({ slots, decay, most }, now);
}

function count(table: GuessTable, key: string, kind: 'tried' | 'cancelled'): void {
  if (kind === 'tried') table.add(key);
  else table.subtract(key, 1);
}

/** Names can be long, and other processes need not know them. */
function nameOf(text: string): string {
  return hash('sha256', text, 'base64').slice(0, 24);
}

/** Of 64 homes that a user has: whoever has an account and a million addresses cannot make others unknown at theirs. */
function homeOf(pair: string): string {
  return pair.slice(24) + pair.charAt(0);
}

/** Both have one length. */
function pairOf({ address, user }: Pick<GuessNotice, 'address' | 'user'>): string {
  return address + user;
}
