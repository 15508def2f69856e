/** Repeatable random numbers, and the two ways of using them: making things up from a grammar, and damaging things. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed % 2_147_483_646) + 1;
  }

  /** A whole number from 0 up to, not including, `end`. */
  below(end: number): number {
    // The generator of Lehmer with the multiplier 48271: exact in doubles, and even enough to pick test data with.
    this.#state = (this.#state * 48_271) % 2_147_483_647;
    return this.#state % end;
  }

  /** True once in so many times. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  /** Text of up to so many pieces. */
  text(pieces: readonly string[], most: number): string {
    return Array.from({ length: this.below(most + 1) }, () => this.pick(pieces)).join('');
  }

  /** One piece, repeated: short as a rule, rarely a megabyte, to find work that grows faster than its input. */
  repeated(pieces: readonly string[]): string {
    return this.pick(pieces).repeat(1 << this.below(this.oneIn(50) ? 20 : 8));
  }

  /** Removes, doubles, replaces or inserts a few bytes. */
  damaged(bytes: Buffer, pieces: readonly string[]): Buffer {
    let result = bytes;
    for (let count = this.below(4); count > 0; count -= 1) {
      const at = this.below(result.length + 1);
      const end = Math.min(result.length, at + 1 + this.below(8));
      const before = result.subarray(0, at);
      const middle = result.subarray(at, end);
      const after = result.subarray(end);
      const piece = this.oneIn(3) ? Buffer.from([this.below(256)]) : Buffer.from(this.pick(pieces), 'utf8');
      const changes: readonly (readonly Buffer[])[] = [
        [before, after],
        [before, middle, middle, after],
        [before, piece, after],
        [before, piece, middle, after],
      ];
      result = Buffer.concat(this.pick(changes));
    }
    return result;
  }
}
