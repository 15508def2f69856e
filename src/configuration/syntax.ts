import { type Document, isAlias, visit, type YAMLError } from 'yaml';
import type { Place, Problem } from './problem.js';

/** More are a riddle or a bomb, not a configuration. */
const mostAliases = 100;

const sentences = new Map<string, string>([
  ['TAB_AS_INDENT', 'A tab stands in the indentation. YAML allows only spaces there.'],
  ['BAD_INDENT', 'The indentation is wrong, or a bracket is not closed.'],
  ['BAD_SCALAR_START', 'A value begins with a character that YAML reserves. Put the value in quotes.'],
  [
    'BLOCK_AS_IMPLICIT_KEY',
    'A second colon stands on the line. Put the value in quotes or on lines of its own.',
  ],
  [
    'BLOCK_IN_FLOW',
    'A list or mapping of several lines stands between brackets. Write it without the brackets.',
  ],
  ['MULTILINE_IMPLICIT_KEY', 'A key goes over several lines, or a line lacks its colon.'],
  ['MULTIPLE_DOCS', 'A second document begins. The file must hold only one.'],
  ['BAD_DQ_ESCAPE', 'A backslash stands before a character that it cannot escape. Use single quotes.'],
  ['BAD_DIRECTIVE', 'A % line at the beginning of the file is not known. Remove it.'],
  ['TAG_RESOLVE_FAILED', 'A tag ("!...") is not known. Remove it.'],
  ['MISSING_CHAR', 'Something is missing: a closing quote or bracket, a comma, or a space behind a colon.'],
  [
    'UNEXPECTED_TOKEN',
    'YAML does not expect this here. Check the indentation, and put a value that holds brackets or colons in quotes.',
  ],
  ['KEY_OVER_1024_CHARS', 'A key is longer than 1024 characters.'],
  ['RESOURCE_EXHAUSTION', 'The file is nested too deeply.'],
]);

/**
 * What is wrong with the YAML itself, one sentence a line.
 * Never the words of the parser: they quote the file, and a URL in it may hold a password.
 */
export function syntaxProblems(
  document: Document.Parsed,
  locate: (offset: number) => Place,
): readonly Problem[] {
  const byLine = new Map<number | undefined, Problem>();
  const note = (offset: number, message: string) => {
    const place = locate(offset);
    if (!byLine.has(place.line)) byLine.set(place.line, { place, message });
  };
  for (const error of [...document.errors, ...document.warnings] satisfies YAMLError[]) {
    note(error.pos[0], sentences.get(error.code) ?? 'This is not valid YAML.');
  }
  if (byLine.size > 0) return [...byLine.values()];
  let aliases = 0;
  visit(document, (_, node) => {
    if (!isAlias(node)) return undefined;
    aliases += 1;
    if (aliases <= mostAliases) return undefined;
    note(
      node.range?.[0] ?? 0,
      `The file uses more than ${mostAliases} aliases ("*name"). Write the values out.`,
    );
    return visit.BREAK;
  });
  return [...byLine.values()];
}
