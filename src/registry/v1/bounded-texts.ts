/** Remembers texts by key, those that were asked for last, up to a number of bytes. */
export class BoundedTexts {
  readonly #texts = new Map<string, Buffer>();
  readonly #most: number;
  #bytes = 0;

  /** @param most bytes. A single text may have a quarter of them. */
  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): Buffer | undefined {
    const text = this.#texts.get(key);
    if (text === undefined) return undefined;
    this.#texts.delete(key);
    this.#texts.set(key, text);
    return text;
  }

  set(key: string, text: Buffer): void {
    this.#forget(key);
    if (text.length > this.#most / 4) return;
    this.#texts.set(key, text);
    this.#bytes += text.length;
    for (const oldest of this.#texts.keys()) {
      if (this.#bytes <= this.#most) break;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    this.#bytes -= this.#texts.get(key)?.length ?? 0;
    this.#texts.delete(key);
  }
}
