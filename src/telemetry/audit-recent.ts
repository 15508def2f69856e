/** Remembers what was told lately, so that the thousandth request with one password is not told as a login. */
export class AuditRecent {
  readonly #period: number;
  readonly #entries: number;
  readonly #told = new Map<string, number>();

  /** @param period milliseconds. @param entries of which the oldest gives way: it is told again, never left out. */
  constructor(period: number, entries: number) {
    this.#period = period;
    this.#entries = entries;
  }

  /** Whether something is to be told now. @param now milliseconds of the monotonic clock */
  isNews(key: string, now: number): boolean {
    const told = this.#told.get(key);
    if (told !== undefined && now - told < this.#period) return false;
    this.#told.delete(key);
    if (this.#told.size >= this.#entries) {
      const oldest = this.#told.keys().next();
      if (oldest.done !== true) this.#told.delete(oldest.value);
    }
    this.#told.set(key, now);
    return true;
  }

  /** The next time is news. */
  forget(key: string): void {
    this.#told.delete(key);
  }
}
