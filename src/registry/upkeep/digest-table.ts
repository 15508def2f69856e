import type { Digest } from '../model/digest.js';

/** Numbers of 32 bits that make up a key. */
export const KEY_WORDS = 4;

/**
 * The first 128 bits of a digest, four numbers. Two digests with the same key would only let both stay, and nobody can
 * make them agree by chance.
 */
export type DigestKey = readonly [number, number, number, number];

export function keyOf({ encoded }: Digest): DigestKey {
  return [
    Number.parseInt(encoded.slice(0, 8), 16),
    Number.parseInt(encoded.slice(8, 16), 16),
    Number.parseInt(encoded.slice(16, 24), 16),
    Number.parseInt(encoded.slice(24, 32), 16),
  ];
}

const SMALLEST = 64;
const FREE = 0;

/** Numbers digests from 0 on, in 24 to 32 bytes for each: a million fit in a few tens of megabytes. */
export class DigestTable {
  #keys = new Uint32Array(SMALLEST * KEY_WORDS);
  /** Number of the digest plus one, at the place that its key hashes to, or after it. */
  #slots = new Uint32Array(2 * SMALLEST);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The number of a digest; -1 when it has none. */
  find(key: DigestKey): number {
    return (this.#slots[this.#slot(key)] ?? FREE) - 1;
  }

  /** The number of a digest, which gets one when it has none. */
  add(key: DigestKey): number {
    const slot = this.#slot(key);
    const known = this.#slots[slot] ?? FREE;
    if (known !== FREE) return known - 1;
    const number = this.#size;
    this.#keys.set(key, number * KEY_WORDS);
    this.#slots[slot] = number + 1;
    this.#size += 1;
    if (this.#size * KEY_WORDS === this.#keys.length) this.#grow();
    return number;
  }

  /** The key of a number that has been given out. */
  key(number: number): DigestKey {
    const start = number * KEY_WORDS;
    const [a = 0, b = 0, c = 0, d = 0] = this.#keys.subarray(start, start + KEY_WORDS);
    return [a, b, c, d];
  }

  #slot(key: DigestKey): number {
    const mask = this.#slots.length - 1;
    // The first word is shared by all digests of a shard in its first byte, the second is as good as random.
    for (let slot = key[1] & mask; ; slot = (slot + 1) & mask) {
      const known = this.#slots[slot] ?? FREE;
      if (known === FREE || this.#isAt(known - 1, key)) return slot;
    }
  }

  #isAt(number: number, key: DigestKey): boolean {
    const keys = this.#keys;
    const start = number * KEY_WORDS;
    return (
      keys[start] === key[0] &&
      keys[start + 1] === key[1] &&
      keys[start + 2] === key[2] &&
      keys[start + 3] === key[3]
    );
  }

  #grow(): void {
    const keys = new Uint32Array(this.#keys.length * 2);
    keys.set(this.#keys);
    this.#keys = keys;
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let number = 0; number < this.#size; number += 1) {
      this.#slots[this.#slot(this.key(number))] = number + 1;
    }
  }
}
