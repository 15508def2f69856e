/** A word of a line, and where it is. */
export interface GroupWord {
  readonly text: string;
  readonly line: number;
}

/** One line of a file of groups, joined with those that continue it. */
export interface GroupLine {
  /** Where it begins, counted from 1. */
  readonly number: number;
  /** What stands before the colon; undefined without one. */
  readonly name: string | undefined;
  readonly words: readonly GroupWord[];
}

interface Piece {
  readonly start: number;
  readonly line: number;
}

const SPACE = /[ \t\v\f\r]/;

/** The lines that say something, as Apache reads them (`ap_cfg_getline`): comments go on after a backslash, too. */
export function* groupLines(text: string): Generator<GroupLine> {
  const lines = text.replace(/^\ufeff/, '').split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const number = index + 1;
    const pieces: Piece[] = [];
    const parts: string[] = [];
    let length = 0;
    for (;;) {
      const written = (lines[index] ?? '').replace(/\r$/, '');
      const goesOn = written.endsWith('\\') && index + 1 < lines.length;
      const part = goesOn ? written.slice(0, -1) : written;
      pieces.push({ start: length, line: index + 1 });
      parts.push(part);
      length += part.length;
      if (!goesOn) break;
      index += 1;
    }
    const joined = parts.join('');
    const start = joined.search(/[^ \t\v\f\r]/);
    if (start === -1 || joined[start] === '#') continue;
    const colon = joined.indexOf(':');
    if (colon === -1) yield { number, name: undefined, words: [] };
    else yield { number, name: joined.slice(start, colon).trim(), words: wordsOf(joined, colon + 1, pieces) };
  }
}

/** Words between spaces; one in quotes may hold spaces, and quotes after a backslash (`ap_getword_conf`). */
function wordsOf(text: string, start: number, pieces: readonly Piece[]): readonly GroupWord[] {
  const words: GroupWord[] = [];
  let piece = 0;
  let position = start;
  while (position < text.length) {
    const first = text[position] ?? '';
    if (SPACE.test(first)) {
      position += 1;
      continue;
    }
    while ((pieces[piece + 1]?.start ?? Number.POSITIVE_INFINITY) <= position) piece += 1;
    const line = pieces[piece]?.line ?? 0;
    const isQuoted = first === '"' || first === "'";
    let end = isQuoted ? position + 1 : position;
    while (end < text.length && (isQuoted ? text[end] !== first : !SPACE.test(text[end] ?? ''))) {
      end += isQuoted && text[end] === '\\' && text[end + 1] === first ? 2 : 1;
    }
    const word = text.slice(isQuoted ? position + 1 : position, end);
    words.push({ text: isQuoted ? word.replaceAll(`\\${first}`, first) : word, line });
    position = isQuoted ? end + 1 : end;
  }
  return words;
}
