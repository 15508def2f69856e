import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Problem } from './problem.js';
import { syntaxProblems } from './syntax.js';
import { Walk } from './walk.js';
import type { Source } from './written.js';

/** The file that a document came from. */
export interface Origin {
  /** As the operator named it; for messages. */
  readonly file: string;
  /** Its directory, absolute. */
  readonly directory: string;
}

/** Finds the settings in the text of a YAML file and notes what is wrong. An empty text means all defaults. */
export function readDocument(text: string, origin: Origin, problems: Problem[]): Source {
  const lines = new LineCounter();
  const locate = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file: origin.file, line, column: col };
  };
  let document: Document.Parsed;
  try {
    document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      logLevel: 'error',
      // The reader finds repeated keys itself and says where the first one is.
      uniqueKeys: false,
      // A `%YAML 1.1` line would make 10:20 a number and `no` a boolean.
      schema: 'core',
      merge: false,
      resolveKnownTags: false,
    });
  } catch (error) {
    // Thousands of brackets in brackets.
    if (!(error instanceof RangeError)) throw error;
    problems.push({ place: { file: origin.file }, message: 'The configuration file is nested too deeply.' });
    return new Map();
  }
  const broken = syntaxProblems(document, locate);
  if (broken.length > 0) {
    // What follows a syntax error was not read as it was meant: more sentences about it would mislead.
    problems.push(...broken);
    return new Map();
  }
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return new Map();
  const walk = new Walk(document, locate, origin.directory, problems);
  if (isMap(contents)) walk.root(contents);
  else {
    problems.push({
      place: locate(contents.range[0]),
      message: 'The configuration file must be a mapping of settings such as "listen: 0.0.0.0:8443".',
    });
  }
  return walk.source;
}
