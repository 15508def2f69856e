import type { Delivery } from './delivery.js';
import type { Source } from './transaction.js';

/** Bytes handed over at a time: TLS keeps a copy of what the connection has not taken yet. */
const CHUNK = 131_072;

/** Tells whether a body should be read in parts. */
export function isLong(body: Uint8Array): boolean {
  return body.length > CHUNK;
}

/** Reads a long body in memory into a delivery, as fast as the client takes it. */
export class BytesReader implements Source {
  readonly #delivery: Delivery;
  readonly #bytes: Buffer;
  #position = 0;
  #over = false;

  constructor(bytes: Buffer, delivery: Delivery) {
    this.#bytes = bytes;
    this.#delivery = delivery;
    this.resume();
  }

  resume(): void {
    while (!this.#over) {
      const end = Math.min(this.#position + CHUNK, this.#bytes.length);
      const chunk = this.#bytes.subarray(this.#position, end);
      this.#position = end;
      const goesOn = this.#delivery.write(chunk);
      if (end === this.#bytes.length) {
        this.#over = true;
        this.#delivery.end();
      } else if (!goesOn) return;
    }
  }

  abandon(): void {
    this.#over = true;
  }
}
