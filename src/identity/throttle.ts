import { isIPv6 } from 'node:net';

/** How much password hashing one address may cause. */
export interface ThrottleLimits {
  /** Wrong passwords in a row before the address has to wait. */
  readonly burst: number;
  /** Milliseconds after which one further try is allowed. */
  readonly interval: number;
  /** Addresses remembered at once; the longest unseen one is forgotten first. */
  readonly addresses: number;
}

/** The network that one subscriber is given: an IPv4 address, or the first 64 bits of an IPv6 address. */
export function subscriberOf(address: string): string {
  // Most are IPv4, and node's look at an address costs more than all the rest here.
  if (!address.includes(':') || !isIPv6(address)) return address;
  const mapped = /^::ffff:([0-9.]+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  // A proxy may spell the same address in another way than the system does.
  const groups = groupsOf(address);
  const [sixth, seventh = 0, eighth = 0] = groups.slice(5);
  if (sixth === 0xffff && groups.slice(0, 5).every((group) => group === 0)) {
    return [seventh >> 8, seventh & 255, eighth >> 8, eighth & 255].join('.');
  }
  return groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':');
}

/** The eight groups of an IPv6 address in any of its spellings (RFC 4291 §2.2); a zone is left out. */
function groupsOf(address: string): readonly number[] {
  const text = address.replace(/%.*$/s, '').replace(/\d+\.\d+\.\d+\.\d+$/, (dotted) => {
    const [first = 0, second = 0, third = 0, fourth = 0] = dotted.split('.').map(Number);
    return `${((first << 8) | second).toString(16)}:${((third << 8) | fourth).toString(16)}`;
  });
  const [head = '', tail = ''] = text.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
}

interface Bucket {
  tokens: number;
  at: number;
}

/** A token bucket an address, spent by wrong passwords only. Passwords whose verdict is remembered never come here. */
export class Throttle {
  readonly #limits: ThrottleLimits;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** @param now milliseconds of a clock that is never set back: with another one a correction would keep people waiting */
  constructor(limits: ThrottleLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Milliseconds until the address may try a password again; 0 when it may now. */
  delay(address: string): number {
    const bucket = this.#buckets.get(subscriberOf(address));
    if (bucket === undefined) return 0;
    const tokens = this.#refilled(bucket);
    return tokens >= 1 ? 0 : Math.ceil((1 - tokens) * this.#limits.interval);
  }

  /** A password that had to be hashed is being tried. Taken before the hashing, so that parallel tries count as well. */
  spend(address: string): void {
    const key = subscriberOf(address);
    const bucket = this.#buckets.get(key);
    const tokens = bucket === undefined ? this.#limits.burst : this.#refilled(bucket);
    this.#buckets.delete(key);
    if (this.#buckets.size >= this.#limits.addresses) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    this.#buckets.set(key, { tokens: tokens - 1, at: this.#now() });
  }

  /** The password was right: the try is given back. */
  refund(address: string): void {
    const key = subscriberOf(address);
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return;
    const tokens = this.#refilled(bucket) + 1;
    if (tokens >= this.#limits.burst) this.#buckets.delete(key);
    else this.#buckets.set(key, { tokens, at: this.#now() });
  }

  #refilled(bucket: Bucket): number {
    return Math.min(this.#limits.burst, bucket.tokens + (this.#now() - bucket.at) / this.#limits.interval);
  }
}
