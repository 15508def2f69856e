/** Characters that one write takes, about. */
const BATCH = 65_536;
const NEWLINE = 0x0a;

/**
 * Lines on their way to a file. When they become too many, the newest are dropped and counted: how it began is worth more
 * than how it went on, and a line in their place says how many they were.
 */
export class AuditBacklog {
  readonly #limit: number;
  readonly #lostLine: (count: number) => string;
  #waiting: string[] = [];
  /** Characters of {@link #waiting}. */
  #size = 0;
  /** Lines that are being written, and how much of them has been. */
  #batch: Buffer | undefined;
  #done = 0;
  /** Lines that were dropped, and of which no line tells yet. */
  #lost = 0;
  #dropped = 0;

  /** @param limit characters that may wait. @param lostLine says how many lines are missing. */
  constructor(limit: number, lostLine: (count: number) => string) {
    this.#limit = limit;
    this.#lostLine = lostLine;
  }

  /** Lines that are not written, those that were dropped among them. */
  get lines(): number {
    const batch = this.#batch?.subarray(this.#done);
    return this.#waiting.length + this.#lost + (batch?.filter((byte) => byte === NEWLINE).length ?? 0);
  }

  /** Lines that were dropped since the beginning. */
  get dropped(): number {
    return this.#dropped;
  }

  /** @param line with its newline */
  add(line: string): void {
    if (this.#size + line.length > this.#limit) {
      this.#lost += 1;
      this.#dropped += 1;
      return;
    }
    this.#tellLost();
    this.#waiting.push(line);
    this.#size += line.length;
  }

  /** What is to be written next; the same again until it is {@link written}. Undefined: nothing. */
  next(): Uint8Array | undefined {
    if (this.#batch === undefined) {
      if (this.#waiting.length === 0) this.#tellLost();
      const lines = this.#take();
      if (lines === '') return undefined;
      this.#batch = Buffer.from(lines);
      this.#done = 0;
    }
    return this.#batch.subarray(this.#done);
  }

  /** @param count bytes of {@link next} that the file has */
  written(count: number): void {
    this.#done += count;
    if (this.#batch !== undefined && this.#done >= this.#batch.length) this.#batch = undefined;
  }

  /** What is written next goes to another file: of a line that was written in part all. */
  beginLineAgain(): void {
    if (this.#batch === undefined || this.#done === 0) return;
    this.#done = this.#batch.lastIndexOf(NEWLINE, this.#done - 1) + 1;
  }

  #tellLost(): void {
    if (this.#lost === 0) return;
    const line = this.#lostLine(this.#lost);
    this.#lost = 0;
    this.#waiting.push(line);
    this.#size += line.length;
  }

  #take(): string {
    let end = 0;
    let length = 0;
    while (end < this.#waiting.length && length < BATCH) length += this.#waiting[end++]?.length ?? 0;
    this.#size -= length;
    return this.#waiting.splice(0, end).join('');
  }
}
