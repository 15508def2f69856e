import { subscriberOf } from './throttle.js';

/** More than the verdicts that are kept: a user has several machines. */
const MOST = 20_000;

/**
 * At which addresses a remembered password has been let in. That it is remembered says that it is right, and must not say
 * so to whoever guesses at an address that has to wait: elsewhere it is asked for like any other.
 *
 * Bounded, and forgotten without harm: the guard is asked once more then.
 */
export class Admissions {
  readonly #places = new Set<string>();

  /** @param key of the verdict */
  has(key: string, address: string): boolean {
    return this.#places.has(key + subscriberOf(address));
  }

  add(key: string, address: string): void {
    const place = key + subscriberOf(address);
    this.#places.delete(place);
    if (this.#places.size >= MOST) {
      const [oldest] = this.#places;
      if (oldest !== undefined) this.#places.delete(oldest);
    }
    this.#places.add(place);
  }

  clear(): void {
    this.#places.clear();
  }
}
