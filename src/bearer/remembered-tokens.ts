/** A map from digests of tokens that forgets what has ended, and what came first when it is full. */
export class RememberedTokens<Value extends { readonly until: number }> {
  readonly #limit: number;
  readonly #values = new Map<string, Value>();

  /** @param limit of entries */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @param now milliseconds since 1970 */
  get(digest: string, now: number): Value | undefined {
    const value = this.#values.get(digest);
    if (value === undefined || value.until > now) return value;
    this.#values.delete(digest);
    return undefined;
  }

  set(digest: string, value: Value): void {
    this.#values.delete(digest);
    if (this.#values.size >= this.#limit) {
      const [oldest] = this.#values.keys();
      if (oldest !== undefined) this.#values.delete(oldest);
    }
    this.#values.set(digest, value);
  }

  clear(): void {
    this.#values.clear();
  }
}
