import { Failure } from '../../exchange/failure.js';

/** Different words of a query that are looked for. */
const MOST_WORDS = 16;

/** Control characters, and what separates lines. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** A text without control characters, so that it is harmless to a terminal and to the records of the index. */
export function withoutControls(text: string): string {
  return text.replace(CONTROLS, ' ');
}

/** A text whose halves of surrogate pairs that stand alone are replaced: it has a form in UTF-8. */
export function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

/** The form in which texts are compared: without regard to case, and to how a letter with an accent is written. */
export function fold(text: string): string {
  return wellFormed(text).normalize('NFC').toLowerCase();
}

/**
 * A text as one character a byte of its UTF-8 form. Comparing and searching come out as with the text itself, and such a
 * string takes one byte a character, whatever is in it.
 */
export function asBytes(text: string): string {
  const bytes = Buffer.from(text);
  return bytes.length === text.length ? text : bytes.toString('latin1');
}

/**
 * The words of a query, folded, each once. All of its characters are plain.
 *
 * @throws {Failure} 400 when there are more than 16.
 */
export function wordsOf(text: string): string[] {
  const words = new Set(
    fold(withoutControls(text))
      .split(/\s+/)
      .filter((word) => word !== ''),
  );
  if (words.size <= MOST_WORDS) return [...words];
  throw new Failure(400, 'UNSUPPORTED', `a search may have ${MOST_WORDS} words`);
}
