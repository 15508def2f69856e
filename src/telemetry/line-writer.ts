import { write, writeSync } from 'node:fs';

/** Bytes collected before a write: an access line a request would otherwise cost a system call each. */
const BATCH = 65_536;
/** Bytes that may wait when nobody takes our output; lines beyond are dropped, so that memory stays bounded. */
const LONGEST_BACKLOG = 16 * 1024 * 1024;
/** Milliseconds after which what was collected is written in any case. */
const FLUSH_INTERVAL = 250;
/** Milliseconds after which a write is tried again that could not be taken at once. */
const RETRY_INTERVAL = 50;
/** Milliseconds that the last lines may take when the program ends. */
const CLOSE_LIMIT = 2_000;
const NEWLINE = 0x0a;

/** What a writer has to know of others who write to the same place. */
export interface LineWriterOptions {
  /** Bytes up to which a write is taken as a whole, so that nobody else's lines come in between; default: any number. */
  readonly largestWrite?: number | undefined;
}

/**
 * Writes lines to a file descriptor in batches, and never lets the log stop the program: what cannot be written,
 * because the disk is full or nobody reads, is dropped.
 */
export class LineWriter {
  readonly #descriptor: number;
  readonly #largestWrite: number;
  readonly #timer: NodeJS.Timeout;
  #text = '';
  #writing = false;
  /** The last line that was written has no end. */
  #torn = false;
  #onIdle: (() => void) | undefined;

  constructor(descriptor: number, { largestWrite = Number.POSITIVE_INFINITY }: LineWriterOptions = {}) {
    this.#descriptor = descriptor;
    this.#largestWrite = largestWrite;
    this.#timer = setInterval(() => this.#flush(), FLUSH_INTERVAL).unref();
    process.once('exit', this.#onExit);
  }

  /** @param line with its newline */
  write(line: string): void {
    if (this.#text.length + line.length > LONGEST_BACKLOG) return;
    this.#text += line;
    if (this.#text.length >= BATCH) this.#flush();
  }

  /**
   * Writes what is left; gives up after two seconds.
   *
   * @returns whether nothing is being written any more, so that the descriptor may be closed
   */
  async close(): Promise<boolean> {
    clearInterval(this.#timer);
    process.off('exit', this.#onExit);
    let limit: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      limit = setTimeout(resolve, CLOSE_LIMIT);
      this.#onIdle = resolve;
      this.#flush();
    });
    clearTimeout(limit);
    return !this.#writing;
  }

  #flush(): void {
    if (this.#writing) return;
    if (this.#text === '') {
      this.#onIdle?.();
      return;
    }
    // What a full disk has cut short must not run into what fits again.
    const bytes = Buffer.from(this.#torn ? `\n${this.#text}` : this.#text);
    this.#text = '';
    this.#writing = true;
    this.#put(bytes);
  }

  #put(bytes: Buffer): void {
    write(this.#descriptor, bytes, 0, this.#fittingLength(bytes), null, (error, written) => {
      if (error?.code === 'EAGAIN') {
        setTimeout(() => this.#put(bytes), RETRY_INTERVAL).unref();
        return;
      }
      if (error === null && written > 0) this.#torn = bytes[written - 1] !== NEWLINE;
      if (error === null && written < bytes.length) {
        this.#put(bytes.subarray(written));
        return;
      }
      this.#writing = false;
      if (this.#onIdle !== undefined || this.#text.length >= BATCH) this.#flush();
    });
  }

  /** Whole lines, as many as fit; one that is longer than that by itself. */
  #fittingLength(bytes: Buffer): number {
    if (bytes.length <= this.#largestWrite) return bytes.length;
    const last = bytes.lastIndexOf(NEWLINE, this.#largestWrite - 1);
    return last === -1 ? bytes.indexOf(NEWLINE) + 1 : last + 1;
  }

  /** The process ends without having closed us: one try, unless somebody has kept us waiting already. */
  readonly #onExit = (): void => {
    if (this.#writing || this.#text === '') return;
    try {
      let bytes = Buffer.from(this.#text);
      while (bytes.length > 0)
        bytes = bytes.subarray(writeSync(this.#descriptor, bytes, 0, this.#fittingLength(bytes)));
    } catch {
      // Nobody is left to tell.
    }
  };
}
