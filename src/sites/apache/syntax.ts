import type { Directive, DirectivePlace } from '../directive.js';
import { LIMITS } from '../limits.js';
import { SiteSyntaxError } from '../syntax-error.js';

/** Counts what all files together hold. */
export interface Budget {
  directives: number;
}

interface Open {
  readonly name: string;
  readonly title: string;
  readonly args: readonly string[];
  readonly place: DirectivePlace;
  readonly directives: Directive[];
}

/**
 * Reads the text of a configuration file of Apache: a directive a line, `\` at the end of a line joins it with the next, a
 * line that begins with `#` is a comment, quotes hold words together. Names are in lower case in what comes out.
 *
 * @throws {SiteSyntaxError} in Apache's words, as far as it concerns the grammar
 */
export function parseApache(text: string, file: string, budget: Budget): readonly Directive[] {
  const root: Open = { name: '', title: '', args: [], place: { file, line: 1, column: 1 }, directives: [] };
  const stack = [root];
  for (const { line, number } of logicalLines(text)) {
    const column = line.length - line.trimStart().length + 1;
    const place = { file, line: number, column };
    const content = line.trim();
    if (content === '' || content.startsWith('#')) continue;
    const open = stack.at(-1) ?? root;
    const end = /^<\/([^>\s]*)\s*>?$/.exec(content);
    if (end !== null) {
      const name = (end[1] ?? '').toLowerCase();
      if (stack.length === 1 || open.name !== name) {
        const expected = stack.length === 1 ? 'nothing is open' : `expected </${open.name}>`;
        throw new SiteSyntaxError(place, `unexpected </${name.slice(0, 64)}>: ${expected}`);
      }
      stack.pop();
      (stack.at(-1) ?? root).directives.push(counted({ ...open, block: open.directives }, budget));
    } else if (content.startsWith('<')) {
      if (!content.endsWith('>'))
        throw new SiteSyntaxError(place, 'the section directive is missing its closing ">"');
      const [name = '', ...args] = words(content.slice(1, -1), place);
      if (name === '') throw new SiteSyntaxError(place, 'the section directive has no name');
      if (stack.length > LIMITS.nesting) throw new SiteSyntaxError(place, 'sections are nested too deeply');
      stack.push({ name: name.toLowerCase(), title: name, args, place, directives: [] });
    } else {
      const [name = '', ...args] = words(content, place);
      open.directives.push(
        counted({ name: name.toLowerCase(), title: name, args, place, block: undefined }, budget),
      );
    }
  }
  const open = stack.at(-1);
  if (stack.length > 1 && open !== undefined) {
    throw new SiteSyntaxError(open.place, `<${open.name}> was not closed`);
  }
  return root.directives;
}

function counted({ name, title, args, place, block }: Directive, budget: Budget): Directive {
  budget.directives += 1;
  if (budget.directives > LIMITS.directives) {
    throw new SiteSyntaxError(place, `there are more than ${LIMITS.directives} directives`);
  }
  return { name, title, args, place, block };
}

function* logicalLines(text: string): Generator<{ readonly line: string; readonly number: number }> {
  let joined: string[] = [];
  let first = 1;
  let number = 0;
  for (const line of text.replace(/^\ufeff/, '').split('\n')) {
    number += 1;
    const whole = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (joined.length === 0) first = number;
    if (whole.endsWith('\\')) joined.push(whole.slice(0, -1));
    else {
      yield { line: joined.length === 0 ? whole : `${joined.join('')}${whole}`, number: first };
      joined = [];
    }
  }
  if (joined.length > 0) yield { line: joined.join(''), number: first };
}

/** Words between blanks; in quotes a backslash keeps the quote. */
function words(text: string, place: DirectivePlace): readonly string[] {
  const found: string[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === ' ' || character === '\t') {
      at += 1;
      continue;
    }
    if (found.length === LIMITS.words) throw new SiteSyntaxError(place, 'the directive has too many words');
    if (character === '"' || character === "'") {
      const end = closing(text, at);
      found.push(text.slice(at + 1, end).replaceAll(`\\${character}`, character));
      at = end + 1;
    } else {
      let end = at;
      while (end < text.length && text[end] !== ' ' && text[end] !== '\t') end += 1;
      found.push(text.slice(at, end));
      at = end;
    }
  }
  return found;
}

/** Where the quote ends; a quote that is not closed ends with the line, as in Apache. */
function closing(text: string, start: number): number {
  const quote = text[start];
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === quote) return at;
  }
  return text.length;
}
