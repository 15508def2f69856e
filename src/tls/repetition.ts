/** Keeps the same sentence from filling the log: each comes through once in so long. */
export class Repetition {
  readonly #interval: number;
  readonly #last = new Map<string, number>();

  /** @param interval Milliseconds before the same sentence counts as new. */
  constructor(interval: number) {
    this.#interval = interval;
  }

  /** Whether the sentence was not heard for a while; then it now was. */
  isNew(sentence: string, now: number): boolean {
    for (const [known, time] of this.#last) {
      if (now - time >= this.#interval) this.#last.delete(known);
    }
    if (this.#last.has(sentence)) return false;
    this.#last.set(sentence, now);
    return true;
  }
}
