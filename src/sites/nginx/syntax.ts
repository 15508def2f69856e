import type { Directive } from '../directive.js';
import { LIMITS } from '../limits.js';
import { SiteSyntaxError } from '../syntax-error.js';
import { Lexer, type Token } from './lexer.js';
import { isBlockName, isKnownName, mayHaveBlock } from './names.js';

/** A block that is still open. */
interface Open {
  readonly head: readonly Token[];
  readonly directives: Directive[];
}

/** Counts what all files together hold. */
export interface Budget {
  directives: number;
}

/** Blocks whose lines are no directives, but pairs of words. */
const tables = new Set(['map', 'geo', 'types', 'split_clients', 'charset_map']);

/**
 * Reads the text of a configuration file of nginx.
 *
 * @param file its name, for messages
 * @throws {SiteSyntaxError} with the sentence that `nginx -t` would say, as far as it concerns the grammar
 */
export function parseNginx(text: string, file: string, budget: Budget): readonly Directive[] {
  const lexer = new Lexer(text, file);
  const stack: Open[] = [{ head: [], directives: [] }];
  let words: Token[] = [];
  for (;;) {
    const token = lexer.next();
    const open = stack.at(-1) ?? { head: [], directives: [] };
    const [first] = words;
    if (token.kind === 'word') {
      if (words.length === LIMITS.words)
        throw new SiteSyntaxError(token.place, 'the directive has too many words');
      words.push(token);
    } else if (token.kind === ';') {
      if (first === undefined) throw unexpected(token);
      open.directives.push(simple(words, inTable(open), budget));
      words = [];
    } else if (token.kind === '{') {
      if (first === undefined) throw unexpected(token);
      if (!inTable(open) && isKnownName(first.text) && !mayHaveBlock(first.text)) {
        throw new SiteSyntaxError(first.place, `directive ${quote(first)} is not terminated by ";"`);
      }
      if (stack.length > LIMITS.nesting)
        throw new SiteSyntaxError(token.place, 'blocks are nested too deeply');
      stack.push({ head: words, directives: [] });
      words = [];
    } else if (token.kind === '}') {
      if (first !== undefined) {
        throw new SiteSyntaxError(
          token.place,
          `unexpected "}": the directive ${quote(first)} has no ";" at its end`,
        );
      }
      if (stack.length === 1) throw unexpected(token);
      stack.pop();
      stack.at(-1)?.directives.push(block(open, budget));
    } else {
      if (first !== undefined)
        throw new SiteSyntaxError(token.place, `unexpected end of file, expecting ";" or "}"`);
      if (stack.length > 1) throw new SiteSyntaxError(token.place, 'unexpected end of file, expecting "}"');
      return open.directives;
    }
  }
}

function inTable({ head }: Open): boolean {
  return tables.has(head[0]?.text ?? '');
}

function simple(words: readonly Token[], isPair: boolean, budget: Budget): Directive {
  const [first, ...rest] = words;
  if (first === undefined) throw new RangeError('a directive has a name');
  if (!isPair) {
    if (isBlockName(first.text)) {
      throw new SiteSyntaxError(first.place, `directive ${quote(first)} has no opening "{"`);
    }
    // A forgotten semicolon makes the next line a parameter.
    const next = isKnownName(first.text)
      ? rest.find((word) => !word.isQuoted && word.place.line > first.place.line && isKnownName(word.text))
      : undefined;
    if (next !== undefined) {
      const message = `invalid parameter ${quote(next)}: the directive ${quote(first)} before it has no ";" at its end`;
      throw new SiteSyntaxError(next.place, message);
    }
  }
  return directive(words, undefined, budget);
}

function block({ head, directives }: Open, budget: Budget): Directive {
  return directive(head, directives, budget);
}

function directive(
  [first, ...rest]: readonly Token[],
  content: readonly Directive[] | undefined,
  budget: Budget,
): Directive {
  if (first === undefined) throw new RangeError('a directive has a name');
  budget.directives += 1;
  if (budget.directives > LIMITS.directives) {
    throw new SiteSyntaxError(first.place, `there are more than ${LIMITS.directives} directives`);
  }
  return {
    name: first.text,
    title: first.text,
    args: rest.map(({ text }) => text),
    place: first.place,
    block: content,
  };
}

function unexpected({ kind, place }: Token): SiteSyntaxError {
  return new SiteSyntaxError(place, `unexpected "${kind}"`);
}

function quote({ text }: Token): string {
  return JSON.stringify(text.slice(0, 64));
}
