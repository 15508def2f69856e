import { asBytes, fold } from './query.js';

/** Stands before the name of a repository. None of these characters is in a name, a description or a word. */
export const NAME = '\u0001';
/** Stands between the name and the description. */
export const DESCRIPTION = '\u0002';
/** Stands before the name as it is written, when that is not how it is compared. */
export const ORIGINAL = '\u0003';
export const LINE_END = '\n';

/** The line of a repository, in which words are looked for. */
export function lineOf(name: string, description: string): string {
  const folded = fold(name);
  const original = folded === name ? '' : `${ORIGINAL}${name}`;
  return `${NAME}${folded}${DESCRIPTION}${fold(description)}${original}${LINE_END}`;
}

/** Lines of repositories that follow each other in order, each a character a byte. */
export interface TextBlock {
  readonly text: string;
  /** Where each line begins, and after them where the text ends. */
  readonly starts: Uint32Array;
  /** Where the name of each line ends. */
  readonly nameEnds: Uint32Array;
}

/** Reads lines, joined. */
export function readBlock(lines: string): TextBlock {
  const text = asBytes(lines);
  const starts: number[] = [];
  const nameEnds: number[] = [];
  let at = 0;
  while (at < text.length) {
    const nameEnd = text.indexOf(DESCRIPTION, at);
    const end = text.indexOf(LINE_END, at);
    if (nameEnd === -1 || end === -1) break;
    starts.push(at);
    nameEnds.push(nameEnd);
    at = end + 1;
  }
  return { text, starts: Uint32Array.from([...starts, at]), nameEnds: Uint32Array.from(nameEnds) };
}

/** The name of a line's repository, as it is written. */
export function nameAt({ text, starts, nameEnds }: TextBlock, line: number): string {
  const start = starts[line] ?? 0;
  const end = (starts[line + 1] ?? 0) - LINE_END.length;
  const whole = text.slice(start + NAME.length, end);
  const original = whole.lastIndexOf(ORIGINAL);
  return original === -1
    ? whole.slice(0, (nameEnds[line] ?? 0) - start - NAME.length)
    : whole.slice(original + 1);
}
