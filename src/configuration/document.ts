import { isMap, isScalar } from 'yaml';
import type { Problem } from './problem.js';
import { Walk } from './walk.js';
import type { Source } from './written.js';
import { parseYamlText } from './yaml-text.js';

/** The file that a document came from. */
export interface Origin {
  /** As the operator named it; for messages. */
  readonly file: string;
  /** Its directory, absolute. */
  readonly directory: string;
}

/** Finds the settings in the text of a YAML file and notes what is wrong. An empty text means all defaults. */
export function readDocument(text: string, origin: Origin, problems: Problem[]): Source {
  const parsed = parseYamlText(text, origin.file);
  if (!('document' in parsed)) {
    problems.push(...parsed);
    return new Map();
  }
  const { document, locate } = parsed;
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
