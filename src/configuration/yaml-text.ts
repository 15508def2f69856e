import { type Document, LineCounter, parseDocument } from 'yaml';
import type { Place, Problem } from './problem.js';
import { syntaxProblems } from './syntax.js';

/** A text that is YAML throughout. */
export interface YamlText {
  readonly document: Document.Parsed;
  /** Where an offset in the text is. */
  readonly locate: (offset: number) => Place & { readonly line: number; readonly column: number };
}

/**
 * Reads a YAML text. Repeated keys are left to the caller.
 *
 * @param file its name, for messages.
 * @returns what is wrong with it when it is no YAML: what follows a syntax error was not read as it was meant, so more
 *   sentences about it would mislead.
 */
export function parseYamlText(text: string, file: string): YamlText | readonly Problem[] {
  const lines = new LineCounter();
  const locate = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      logLevel: 'error',
      uniqueKeys: false,
      // A `%YAML 1.1` line would make 10:20 a number and `no` a boolean.
      schema: 'core',
      merge: false,
      resolveKnownTags: false,
    });
    const broken = syntaxProblems(document, locate);
    return broken.length > 0 ? broken : { document, locate };
  } catch (error) {
    // Thousands of brackets in brackets.
    if (!(error instanceof RangeError)) throw error;
    return [{ place: { file }, message: 'The file is nested too deeply.' }];
  }
}
