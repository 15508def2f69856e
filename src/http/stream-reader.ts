import type { Readable } from 'node:stream';
import type { Delivery } from './delivery.js';
import type { Source } from './transaction.js';

/** Reads a stream into a delivery and destroys it however it ends. */
export class StreamReader implements Source {
  readonly #stream: Readable;

  constructor(stream: Readable, delivery: Delivery) {
    this.#stream = stream;
    let over = false;
    stream.on('data', (chunk: Buffer) => {
      if (!delivery.write(chunk)) stream.pause();
    });
    stream.once('end', () => {
      over = true;
      delivery.end();
    });
    stream.on('error', () => {
      over = true;
      delivery.cut('failed');
    });
    stream.once('close', () => {
      if (!over) delivery.cut('failed');
    });
  }

  resume(): void {
    this.#stream.resume();
  }

  abandon(): void {
    this.#stream.removeAllListeners('close');
    this.#stream.destroy();
  }
}
