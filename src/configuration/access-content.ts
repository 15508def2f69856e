import { hash } from 'node:crypto';
import path from 'node:path';
import type { RuleConfiguration } from './access.js';
import { readDocument } from './document.js';
import { readTextFile, UnusableFile } from './file.js';
import type { Problem } from './problem.js';
import { settings } from './settings.js';

/** Of the beginnings of a file with rules, those that are whole files without any. */
const BLANK = /^\s*$|(?:^|\n)access:\s*$/;

/** What can change while the gateway runs: the rules of a configuration file, and where the groups are. */
export interface AccessContent {
  readonly rules: readonly RuleConfiguration[];
  /** Path of the file of groups, absolute; undefined when the file names none. */
  readonly groups: string | undefined;
  /** Digest of all the rest, which holds from the next start on. */
  readonly rest: string;
  /** Digest of the file. */
  readonly digest: string;
  /** The file says nothing, or ends behind `access:`, as one does that is being written, or for which there was no room on the disk. */
  readonly isBlank: boolean;
  /** When there are any, nothing of the above should be used. */
  readonly problems: readonly Problem[];
}

/**
 * Reads the part of a configuration file that can change while the gateway runs. Never throws.
 *
 * @param file absolute. @param label how problems name it
 */
export async function readAccessContent(file: string, label: string): Promise<AccessContent> {
  const problems: Problem[] = [];
  let text = '';
  try {
    text = await readTextFile(file);
  } catch (error) {
    const message = error instanceof UnusableFile ? error.message : 'cannot be read';
    problems.push({ place: { file: label }, message: `The configuration file ${message}.` });
  }
  const directory = path.dirname(file);
  const { source, rules } = readDocument(text, { file: label, directory }, problems);
  const [written] = source.get(settings.groups.path) ?? [];
  const parsed = written === undefined ? undefined : settings.groups.kind.parse(written.text, directory);
  if (written !== undefined && parsed !== undefined && 'complaint' in parsed) {
    problems.push({ place: written.place, message: `${written.subject} ${parsed.complaint}` });
  }
  const groups = parsed !== undefined && 'value' in parsed ? parsed.value : undefined;
  const others = [...source].filter(([name]) => name !== settings.groups.path);
  const rest = hash(
    'sha256',
    JSON.stringify(others.map(([name, words]) => [name, words.map((word) => word.text)])),
  );
  return { rules, groups, rest, digest: hash('sha256', text), isBlank: BLANK.test(text), problems };
}
