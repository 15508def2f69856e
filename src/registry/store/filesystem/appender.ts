import type { FileHandle } from 'node:fs/promises';
import type { RunningHash } from './running-hashes.js';
import { asStoreError } from './system-error.js';

/** Bytes gathered before they are written. Twice this much is held at most, while one write is under way. */
const BATCH = 256 * 1024;

/** Chunks gathered before they are written, however small: each costs memory of its own. */
const CHUNKS = 512;

/** Adds chunks to the end of a file, hashing them on the way, and holds the sender back when the disk is slower. */
export class Appender {
  /** Bytes that are in the file because of this appender. */
  written = 0;
  readonly #file: FileHandle;
  readonly #running: RunningHash | undefined;
  readonly #mayWrite: () => boolean;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #writing: Promise<void> | undefined;
  #error: unknown;

  /**
   * @param file opened for appending.
   * @param mayWrite asked before each write: false ends the appending with an error.
   */
  constructor(file: FileHandle, running: RunningHash | undefined, mayWrite: () => boolean) {
    this.#file = file;
    this.#running = running;
    this.#mayWrite = mayWrite;
  }

  /** Takes a chunk; a promise asks the caller to wait. */
  take(chunk: Uint8Array): Promise<void> | undefined {
    if (this.#error !== undefined) throw this.#error;
    this.#gathered.push(chunk);
    this.#gatheredBytes += chunk.length;
    if (this.#running !== undefined) {
      this.#running.hash.update(chunk);
      this.#running.size += chunk.length;
    }
    if (!this.#isFull()) return undefined;
    if (this.#writing !== undefined) return this.#next();
    this.#start();
    return undefined;
  }

  /** Waits until everything taken is in the file. */
  async flush(): Promise<void> {
    await this.#writing;
    if (this.#gatheredBytes > 0 && this.#error === undefined) this.#start();
    await this.#writing;
    if (this.#error !== undefined) throw this.#error;
  }

  async #next(): Promise<void> {
    await this.#writing;
    if (this.#error !== undefined) throw this.#error;
    if (this.#isFull()) this.#start();
  }

  #isFull(): boolean {
    return this.#gatheredBytes >= BATCH || this.#gathered.length >= CHUNKS;
  }

  #start(): void {
    const chunks = this.#gathered;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#writing = this.#write(chunks).then(
      () => {
        this.#writing = undefined;
      },
      (error: unknown) => {
        this.#writing = undefined;
        this.#error = asStoreError(error);
      },
    );
  }

  async #write(chunks: Uint8Array[]): Promise<void> {
    let rest = chunks;
    while (rest.length > 0) {
      if (!this.#mayWrite()) throw new Error('the right to write to the upload was lost');
      const { bytesWritten } = await this.#file.writev(rest);
      this.written += bytesWritten;
      rest = after(rest, bytesWritten);
    }
  }
}

/** What remains of a list of chunks when some bytes have been written. */
function after(chunks: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skip = bytes;
  let index = 0;
  for (const chunk of chunks) {
    if (skip < chunk.length) break;
    skip -= chunk.length;
    index += 1;
  }
  const [first, ...others] = chunks.slice(index);
  return first === undefined ? [] : [first.subarray(skip), ...others];
}
