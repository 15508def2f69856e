import { setImmediate as nextTurn } from 'node:timers/promises';

const SUM = 32;

/** Sums that are put in order before others get the processor. */
const TURN = 4096;

/** Among how many files those of the same name are put into their order. */
const MOST_WITH_DOUBLES = 20_000;

/** The sums of the files of an archive, in the order of the archive at first. */
export class FileSums {
  #sums = Buffer.alloc(64 * SUM);
  #names = new Float64Array(64);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** @param sum of 32 bytes; copied. @param name see `name-key.ts`. */
  add(sum: Buffer, name: number): void {
    if (this.#count === this.#names.length) this.#grow();
    sum.copy(this.#sums, this.#count * SUM);
    this.#names[this.#count] = name;
    this.#count += 1;
  }

  /**
   * The sums in the order in which they are summed up: from the smallest to the largest, but those of files of the same name
   * in the order of the archive. Undefined when too many of them would have to be compared for that.
   */
  async ordered(): Promise<readonly Buffer[] | undefined> {
    if (!this.#hasDoubles()) return this.#bySum();
    return this.#count <= MOST_WITH_DOUBLES ? this.#bySumAndPlace() : undefined;
  }

  #hasDoubles(): boolean {
    const names = this.#names.slice(0, this.#count).sort();
    return names.some((name, index) => index > 0 && name === names[index - 1]);
  }

  async #bySum(): Promise<readonly Buffer[]> {
    const groups: Buffer[][] = Array.from({ length: 256 }, () => []);
    for (let index = 0; index < this.#count; index += 1) {
      const sum = this.#sum(index);
      groups[sum[0] ?? 0]?.push(sum);
    }
    let sorted = 0;
    for (const group of groups) {
      group.sort(Buffer.compare);
      sorted += group.length;
      if (sorted < TURN) continue;
      sorted = 0;
      await nextTurn();
    }
    return groups.flat();
  }

  /**
   * Engines compared two files of one name by their places and all others by their sums. That is no order, so that the
   * outcome depends on how it is sorted; for the few files that there are in such archives they inserted one by one.
   */
  #bySumAndPlace(): readonly Buffer[] {
    const isBefore = (a: number, b: number): boolean =>
      this.#names[a] === this.#names[b] ? a < b : this.#sum(a).compare(this.#sum(b)) < 0;
    const order: number[] = [];
    if (this.#count <= 12) {
      for (let index = 0; index < this.#count; index += 1) {
        let place = order.length;
        while (place > 0 && isBefore(index, order[place - 1] ?? 0)) place -= 1;
        order.splice(place, 0, index);
      }
    } else {
      for (let index = 0; index < this.#count; index += 1) order.push(index);
      order.sort((a, b) => (isBefore(a, b) ? -1 : isBefore(b, a) ? 1 : 0));
    }
    return order.map((index) => this.#sum(index));
  }

  #sum(index: number): Buffer {
    return this.#sums.subarray(index * SUM, (index + 1) * SUM);
  }

  #grow(): void {
    this.#sums = Buffer.concat([this.#sums, Buffer.alloc(this.#sums.length)]);
    const names = new Float64Array(this.#names.length * 2);
    names.set(this.#names);
    this.#names = names;
  }
}
