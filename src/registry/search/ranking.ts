import { asBytes } from './query.js';
import { DESCRIPTION, NAME, type TextBlock } from './text-block.js';

/** How well a repository fits: 0 its name, 1 its last component, 2 the beginning of one, 3 its name, 4 its description. */
export type Rank = 0 | 1 | 2 | 3 | 4;

/** How many ranks there are. */
export const RANKS = 5;

/** Finds a pattern in a text again and again, from places that only grow: the text is looked through once. */
class Occurrences {
  readonly #text: string;
  readonly #pattern: string;
  #found = -1;

  constructor(text: string, pattern: string) {
    this.#text = text;
    this.#pattern = pattern;
  }

  /** The first at a place or after it; Infinity when there is none. */
  from(place: number): number {
    if (this.#found >= place) return this.#found;
    const found = this.#text.indexOf(this.#pattern, place);
    this.#found = found === -1 ? Number.POSITIVE_INFINITY : found;
    return this.#found;
  }
}

/** One word of a query, ready to be found. */
class Word {
  readonly bytes: string;
  readonly #whole: string;
  readonly #last: string;
  readonly #component: string;

  constructor(text: string) {
    this.bytes = asBytes(text);
    this.#whole = `${NAME}${this.bytes}${DESCRIPTION}`;
    this.#last = `/${this.bytes}${DESCRIPTION}`;
    this.#component = `/${this.bytes}`;
  }

  in(text: string): { anywhere: Occurrences; component: Occurrences } {
    return {
      anywhere: new Occurrences(text, this.bytes),
      component: new Occurrences(text, this.#component),
    };
  }

  /** @param start of the line. @param nameEnd place of the end of its name. @param found place of the word in it. */
  rank(text: string, start: number, nameEnd: number, found: number, component: Occurrences): Rank {
    if (found >= nameEnd) return 4;
    if (text.startsWith(this.#whole, start)) return 0;
    if (text.startsWith(this.#last, Math.max(start, nameEnd + 1 - this.#last.length))) return 1;
    if (found === start + 1 || component.from(start) < nameEnd) return 2;
    return 3;
  }
}

/** A query, ready to be found: all of its words have to be there, and the one that fits worst counts. */
export class Matcher {
  readonly #words: readonly Word[];

  /** @param words folded; all repositories fit when there are none. */
  constructor(words: readonly string[]) {
    // The longest is likely to be the rarest.
    this.#words = words.map((word) => new Word(word)).sort((a, b) => b.bytes.length - a.bytes.length);
  }

  /** Calls back with every line of a block that fits, in its order. */
  match({ text, starts, nameEnds }: TextBlock, take: (rank: Rank, line: number) => void): void {
    const [first] = this.#words;
    if (first === undefined) {
      for (let line = 0; line < nameEnds.length; line += 1) take(0, line);
      return;
    }
    const words = this.#words.map((word) => ({ word, ...word.in(text) }));
    let line = 0;
    for (let at = 0; ; ) {
      const found = text.indexOf(first.bytes, at);
      if (found === -1) return;
      while ((starts[line + 1] ?? 0) <= found) line += 1;
      const start = starts[line] ?? 0;
      at = starts[line + 1] ?? text.length;
      let worst: Rank | undefined = 0;
      for (const { word, anywhere, component } of words) {
        const place = anywhere.from(start);
        if (place >= at) {
          worst = undefined;
          break;
        }
        const rank = word.rank(text, start, nameEnds[line] ?? 0, place, component);
        if (rank > worst) worst = rank;
      }
      if (worst !== undefined) take(worst, line);
      line += 1;
    }
  }
}
