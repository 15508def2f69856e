/** A map that forgets what was used the longest ago. */
export class BoundedMap<Value> {
  readonly #limit: number;
  readonly #weight: (value: Value) => number;
  readonly #largest: number;
  readonly #values = new Map<string, Value>();
  #total = 0;

  /**
   * @param limit of the sum of all weights. A single value may exceed it, when `largest` does.
   * @param weight of a value; 1 by default. It must not change while the value is in the map.
   * @param largest weight of a value that is remembered; a quarter of the limit by default.
   */
  constructor(limit: number, weight: (value: Value) => number = () => 1, largest = limit / 4) {
    this.#limit = limit;
    this.#weight = weight;
    this.#largest = largest;
  }

  get(key: string): Value | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    this.delete(key);
    const weight = this.#weight(value);
    if (weight > this.#largest) return;
    this.#values.set(key, value);
    this.#total += weight;
    for (const oldest of this.#values.keys()) {
      if (this.#total <= this.#limit || oldest === key) break;
      this.delete(oldest);
    }
  }

  clear(): void {
    this.#values.clear();
    this.#total = 0;
  }

  delete(key: string): void {
    const value = this.#values.get(key);
    if (value === undefined) return;
    this.#values.delete(key);
    this.#total -= this.#weight(value);
  }
}
