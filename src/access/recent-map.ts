/**
 * A map with room for what was used of late. Whatever is not used while the newer half fills up is forgotten, which costs
 * a look-up less than keeping an order.
 */
export class RecentMap<Value> {
  readonly #half: number;
  readonly #weight: (value: Value) => number;
  #newer = new Map<string, Value>();
  #older = new Map<string, Value>();
  #total = 0;

  /**
   * @param limit of the sum of all weights. A single value may exceed it.
   * @param weight of a value; 1 by default
   */
  constructor(limit: number, weight: (value: Value) => number = () => 1) {
    this.#half = limit / 2;
    this.#weight = weight;
  }

  /** Values that are remembered. */
  get size(): number {
    return this.#newer.size + this.#older.size;
  }

  get(key: string): Value | undefined {
    const value = this.#newer.get(key);
    if (value !== undefined) return value;
    const older = this.#older.get(key);
    if (older !== undefined) {
      this.#older.delete(key);
      this.set(key, older);
    }
    return older;
  }

  /** @param key that is not there yet */
  set(key: string, value: Value): void {
    const weight = this.#weight(value);
    if (this.#total + weight > this.#half && this.#newer.size > 0) {
      this.#older = this.#newer;
      this.#newer = new Map();
      this.#total = 0;
    }
    this.#newer.set(key, value);
    this.#total += weight;
  }
}
