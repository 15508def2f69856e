import type { DirectivePlace } from '../directive.js';
import { SiteSyntaxError } from '../syntax-error.js';

/** A word, or one of the signs that end a directive. */
export interface Token {
  readonly kind: 'word' | ';' | '{' | '}' | 'end';
  /** Of a word: without quotes and escapes. */
  readonly text: string;
  readonly isQuoted: boolean;
  readonly place: DirectivePlace;
}

const blank = /[ \t\r\n]/;
const escapes = new Map([
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['t', '\t'],
  ['r', '\r'],
  ['n', '\n'],
]);

/**
 * Splits a text as nginx does: quotes count at the beginning of a word only, `\` keeps what follows from meaning
 * anything, `${name}` is no block, and `#` begins a comment where a word could begin.
 */
export class Lexer {
  readonly #text: string;
  readonly #file: string;
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(text: string, file: string) {
    this.#text = text.startsWith('\ufeff') ? text.slice(1) : text;
    this.#file = file;
  }

  /** @throws {SiteSyntaxError} for a quote that is not closed, or with something right behind it. */
  next(): Token {
    this.#skip();
    const place = this.#place();
    const character = this.#text[this.#at];
    if (character === undefined) return { kind: 'end', text: '', isQuoted: false, place };
    if (character === ';' || character === '{' || character === '}') {
      this.#at += 1;
      return { kind: character, text: character, isQuoted: false, place };
    }
    return character === '"' || character === "'" ? this.#quoted(character, place) : this.#plain(place);
  }

  #skip(): void {
    for (;;) {
      const character = this.#text[this.#at];
      if (character === '#') {
        const end = this.#text.indexOf('\n', this.#at);
        this.#at = end === -1 ? this.#text.length : end;
      } else if (character !== undefined && blank.test(character)) this.#step();
      else return;
    }
  }

  #step(): void {
    if (this.#text[this.#at] === '\n') {
      this.#line += 1;
      this.#lineStart = this.#at + 1;
    }
    this.#at += 1;
  }

  #plain(place: DirectivePlace): Token {
    const start = this.#at;
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined || character === ';' || blank.test(character)) break;
      if (character === '\\' && this.#at + 1 < this.#text.length) this.#step();
      else if (character === '{' && (this.#at === start || this.#text[this.#at - 1] !== '$')) break;
      this.#step();
    }
    return {
      kind: 'word',
      text: unescaped(this.#text.slice(start, this.#at)),
      isQuoted: false,
      place,
    };
  }

  #quoted(quote: string, place: DirectivePlace): Token {
    this.#at += 1;
    const start = this.#at;
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined) {
        throw new SiteSyntaxError(place, `unexpected end of file, expecting ${quote}`);
      }
      if (character === quote) break;
      if (character === '\\' && this.#at + 1 < this.#text.length) this.#step();
      this.#step();
    }
    const text = unescaped(this.#text.slice(start, this.#at));
    this.#at += 1;
    const behind = this.#text[this.#at];
    if (behind !== undefined && !blank.test(behind) && !';{)'.includes(behind)) {
      throw new SiteSyntaxError(this.#place(), `unexpected ${JSON.stringify(behind)} behind a quoted word`);
    }
    return { kind: 'word', text, isQuoted: true, place };
  }

  #place(): DirectivePlace {
    return { file: this.#file, line: this.#line, column: this.#at - this.#lineStart + 1 };
  }
}

/** A backslash before anything else stays, as regular expressions need it. */
function unescaped(text: string): string {
  return text.includes('\\')
    ? text.replaceAll(/\\([\s\S])/g, (whole, character: string) => escapes.get(character) ?? whole)
    : text;
}
