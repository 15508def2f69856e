import type { FileBody } from '../exchange/reply.js';
import type { Delivery } from './delivery.js';
import type { Source } from './transaction.js';

/** Bytes read at a time: large enough to make the calls rare, small enough that a slow client shows progress. */
const CHUNK = 131_072;

/** Reads part of a file into a delivery and closes the handle however it ends. */
export class FileReader implements Source {
  readonly #delivery: Delivery;
  readonly #body: FileBody;
  #position: number;
  #left: number;
  #reading = false;
  #paused = false;
  #over = false;

  constructor(body: FileBody, delivery: Delivery) {
    this.#body = body;
    this.#delivery = delivery;
    this.#position = body.start;
    this.#left = body.length;
    void this.#read();
  }

  resume(): void {
    this.#paused = false;
    if (!this.#reading && !this.#over) void this.#read();
  }

  abandon(): void {
    this.#over = true;
    if (!this.#reading) this.#close();
  }

  async #read(): Promise<void> {
    const { check } = this.#body;
    this.#reading = true;
    try {
      while (this.#left > 0 && !this.#paused && !this.#over) {
        const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK, this.#left));
        const { bytesRead } = await this.#body.file.read(buffer, 0, buffer.length, this.#position);
        if (this.#over) break;
        if (bytesRead === 0) {
          check?.isIntact();
          throw new Error('the file is shorter than it was');
        }
        this.#position += bytesRead;
        this.#left -= bytesRead;
        const chunk = bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead);
        if (check !== undefined) {
          check.update(chunk);
          if (this.#left === 0 && !check.isIntact())
            throw new Error('the file has other bytes than it should');
        }
        this.#paused = !this.#delivery.write(chunk);
      }
    } catch (error) {
      // What the disk cannot read any more is as damaged as what it reads wrongly.
      if (error instanceof Error && 'code' in error && error.code === 'EIO') check?.isIntact();
      this.#over = true;
      this.#close();
      this.#delivery.cut('failed');
      return;
    } finally {
      this.#reading = false;
    }
    if (this.#over) this.#close();
    else if (this.#left === 0) {
      this.#over = true;
      this.#close();
      this.#delivery.end();
    }
  }

  #close(): void {
    this.#body.file.close().catch(() => {});
  }
}
