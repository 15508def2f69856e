import type { Kind } from './kind.js';
import { quote } from './quote.js';

const longest = 255;
const mostDeep = 3;
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is what stands in a pattern
const user = '${user}';
const plain = /^[A-Za-z0-9._*-]*$/;

/** A part between slashes, for editors; that dots alone are refused, and more than three `**`, is for {@link patternFault}. */
const part = '(?:\\*\\*|(?:(?!\\*\\*)(?:[A-Za-z0-9._*-]|\\$\\{user\\}))+)';

/** A pattern of repositories' names, such as `team-a/**` or `${user}/**`. */
export const repositoryPattern: Kind<string> = {
  expected: "a pattern of repositories such as 'team-a/**'",
  scalars: new Set(['string']),
  schema: { type: 'string', pattern: `^(?=.{1,${longest}}$)${part}(?:/${part})*$` },
  parse(text) {
    const fault = patternFault(text);
    return fault === undefined
      ? { value: text }
      : { complaint: `must not hold ${quote(text)}: it ${fault}.` };
  },
};

/**
 * What is wrong with a pattern, as the end of the sentence "it ...", or undefined when nothing is.
 *
 * Parts between slashes are text with `*` for any run of characters and `${user}` for the name of the user who asks, or
 * `**` alone, three times at most. A name of a repository has 255 characters at most, and so has a pattern.
 */
export function patternFault(text: string): string | undefined {
  if (text === '') return 'is empty';
  if (text.length > longest) return `is longer than ${longest} characters`;
  const parts = text.split('/');
  for (const one of parts) {
    const fault = partFault(one);
    if (fault !== undefined) return fault;
  }
  return parts.filter((one) => one === '**').length > mostDeep
    ? `has "**" more than ${mostDeep} times`
    : undefined;
}

function partFault(text: string): string | undefined {
  if (text === '') return 'begins or ends with a slash, or has two in a row';
  if (text === '.' || text === '..') return `has the part "${text}", which no name has`;
  if (text === '**') return undefined;
  if (text.includes('**')) return 'has "**" beside other characters; it must stand alone between slashes';
  if (text.split(user).every((piece) => plain.test(piece))) return undefined;
  return `may have letters, digits, ".", "_", "-", "*" and "${user}" between slashes only`;
}
