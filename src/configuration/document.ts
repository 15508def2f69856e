import { isMap, isScalar } from 'yaml';
import type { RuleConfiguration } from './access.js';
import type { Problem } from './problem.js';
import { Walk } from './walk.js';
import type { Source } from './written.js';
import { YamlNodes } from './yaml-nodes.js';
import { parseYamlText } from './yaml-text.js';

/** The file that a document came from. */
export interface Origin {
  /** As the operator named it; for messages. */
  readonly file: string;
  /** Its directory, absolute. */
  readonly directory: string;
}

/** What a YAML file says. */
export interface DocumentContent {
  readonly source: Source;
  readonly rules: readonly RuleConfiguration[];
}

const NOTHING: DocumentContent = { source: new Map(), rules: [] };

/** Finds the settings and the rules in the text of a YAML file and notes what is wrong. An empty text means all defaults. */
export function readDocument(text: string, origin: Origin, problems: Problem[]): DocumentContent {
  const parsed = parseYamlText(text, origin.file);
  if (!('document' in parsed)) {
    problems.push(...parsed);
    return NOTHING;
  }
  const { document, locate } = parsed;
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return NOTHING;
  const walk = new Walk(new YamlNodes(document, locate, problems), origin.directory);
  if (isMap(contents)) walk.root(contents);
  else {
    const isGlued = isScalar(contents) && /^[A-Za-z0-9.]+:\S/.test(String(contents.value));
    problems.push({
      place: locate(contents.range[0]),
      message: isGlued
        ? 'A space is missing behind the colon: "listen: 8443".'
        : 'The configuration file must be a mapping of settings such as "listen: 0.0.0.0:8443".',
    });
  }
  return { source: walk.source, rules: walk.rules };
}
