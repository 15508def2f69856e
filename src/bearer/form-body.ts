import type { Readable } from 'node:stream';
import type { Exchange } from '../exchange/exchange.js';
import { TokenRefusal } from './token-refusal.js';

/** Bytes that a form may have. */
const LONGEST = 65_536;
/**
 * Bytes that every form has room for, however many others are under way: a login has a few hundred, and those who send
 * slowly must not keep it out. All exchanges at once, of which the corridor has 10,000, may take some 40 MiB so.
 */
const SMALL = 4_096;
/** Bytes that all forms under way may have together beyond that. */
const TOGETHER = 16 * 1_048_576;
const FIRST = 1_024;
const TYPE = /^application\/x-www-form-urlencoded\s*(?:;|$)/i;

let together = 0;

/** Reads the form of a POST. @throws {TokenRefusal} when it is none, or longer than 64 KiB. */
export async function readForm(exchange: Exchange): Promise<string> {
  if (!TYPE.test(exchange.headers['content-type'] ?? ''))
    throw new TokenRefusal(400, 'invalid_request', 'a POST has a form: application/x-www-form-urlencoded');
  if (Number(exchange.headers['content-length'] ?? 0) > LONGEST) throw tooLong();
  const form = new FormBytes();
  try {
    for await (const chunk of exchange.body as Readable & AsyncIterable<Buffer>) form.take(chunk);
    return form.text();
  } finally {
    form.release();
  }
}

/** What has come of a form, in one piece: thousands of pieces of one byte each would take hundreds of times their bytes. */
class FormBytes {
  #bytes = Buffer.allocUnsafeSlow(FIRST);
  #length = 0;
  #counted = 0;

  take(chunk: Buffer): void {
    const length = this.#length + chunk.length;
    if (length > LONGEST) throw tooLong();
    this.#count(Math.max(length - SMALL, 0));
    if (length > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#bytes.length));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    chunk.copy(this.#bytes, this.#length);
    this.#length = length;
  }

  text(): string {
    return this.#bytes.toString('utf8', 0, this.#length);
  }

  /** What it took others may have. */
  release(): void {
    together -= this.#counted;
    this.#counted = 0;
  }

  #count(beyond: number): void {
    together += beyond - this.#counted;
    this.#counted = beyond;
    if (beyond === 0 || together <= TOGETHER) return;
    const sentence = 'too many logins are under way; try again in a moment';
    throw new TokenRefusal(503, 'temporarily_unavailable', sentence, { 'retry-after': 1 });
  }
}

function tooLong(): TokenRefusal {
  return new TokenRefusal(413, 'invalid_request', `a form has no more than ${LONGEST} bytes`);
}
