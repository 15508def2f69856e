interface Entry<Value> {
  readonly value: Value;
  readonly weight: number;
}

/** A map from the ends or the digests of tokens that forgets what has ended, and what came first when it is full. */
export class RememberedTokens<Value extends { readonly until: number }> {
  readonly #limit: number;
  readonly #entries = new Map<string, Entry<Value>>();
  #total = 0;

  /** @param limit of the sum of all weights */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @param now milliseconds since 1970 */
  get(key: string, now: number): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.value.until > now) return entry?.value;
    this.#delete(key);
    return undefined;
  }

  /** @param weight what is kept of a long token is long as well */
  set(key: string, value: Value, weight: number): void {
    this.#delete(key);
    this.#entries.set(key, { value, weight });
    this.#total += weight;
    for (const oldest of this.#entries.keys()) {
      if (this.#total <= this.#limit) break;
      this.#delete(oldest);
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#total = 0;
  }

  #delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#total -= entry.weight;
  }
}
