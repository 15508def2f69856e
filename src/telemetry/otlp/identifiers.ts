import { randomFillSync } from 'node:crypto';

const TRACE_BYTES = 16;
const SPAN_BYTES = 8;

/** Makes identifiers of traces and spans. Random bytes are fetched for many at a time, because asking for them is what costs. */
export class Identifiers {
  readonly #bytes = Buffer.alloc(4_096);
  #used = this.#bytes.length;

  /** 32 hexadecimal digits. */
  trace(): string {
    return this.#take(TRACE_BYTES);
  }

  /** 16 hexadecimal digits. */
  span(): string {
    return this.#take(SPAN_BYTES);
  }

  #take(length: number): string {
    if (this.#used + length > this.#bytes.length) {
      randomFillSync(this.#bytes);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += length;
    return this.#bytes.toString('hex', start, start + length);
  }
}
