/** How a piece of a line stands out. */
export type Style = 'plain' | 'bold' | 'dim' | 'good' | 'bad' | 'head';

/** Select Graphic Rendition (ECMA-48 §8.3.117). */
const CODES: Readonly<Record<Exclude<Style, 'plain'>, string>> = {
  bold: '1',
  dim: '2',
  good: '32',
  bad: '1;31',
  head: '7',
};

/** A piece of a line, harmless to a terminal. */
export interface Piece {
  readonly text: string;
  readonly style: Style;
}

/** A line of pieces, no wider than so many columns. */
export function paint(pieces: readonly Piece[], columns: number, hasColours: boolean): string {
  let left = columns;
  let line = '';
  for (const { text, style } of pieces) {
    if (left === 0) break;
    const shown = text.slice(0, left);
    left -= shown.length;
    line += hasColours && style !== 'plain' ? `\u001b[${CODES[style]}m${shown}\u001b[0m` : shown;
  }
  return line;
}
