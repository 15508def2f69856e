import { stringify } from 'yaml';
import type { Problem } from '../problem.js';
import type { Carried } from './carried.js';

/** What goes into the file. */
export interface ImportedContent {
  /** Where it comes from, as it was typed. */
  readonly file: string;
  readonly flavour: string;
  readonly carried: readonly Carried[];
  /** Name of each dropped key, and why. */
  readonly dropped: readonly (readonly [name: string, why: string])[];
  /** Names of keys without a value. */
  readonly unset: readonly string[];
  /** What was not understood. */
  readonly problems: readonly Problem[];
}

/** Columns of a comment. */
const width = 110;

/** Lines of a comment, broken between words. Nothing in it can end the comment. */
function comment(text: string, indent = ''): string[] {
  const lines: string[] = [];
  // Control characters and the line separators that YAML 1.1 knew.
  for (const word of text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ').split(/ +/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${indent}# ${word}`);
  }
  return lines;
}

function setting(key: string, { from, value, remark }: Carried, indent: string): string[] {
  const written = stringify({ [key]: value }, { lineWidth: 0 })
    .trimEnd()
    .split('\n');
  return [...comment(`${from.join(', ')}: ${remark}`, indent), ...written.map((line) => `${indent}${line}`)];
}

/** Settings under their mappings, in the order in which they come. */
function settings(carried: readonly Carried[]): string[] {
  const lines: string[] = [];
  let section: string | undefined;
  for (const one of carried) {
    const [first = '', second] = (one.path ?? '').split('.');
    if (one.path === undefined) {
      section = undefined;
      lines.push('', ...comment(`${one.from.join(', ')}: ${one.remark}`));
    } else if (second === undefined) {
      section = undefined;
      lines.push('', ...setting(first, one, ''));
    } else {
      if (section !== first) lines.push('', `${first}:`);
      section = first;
      lines.push(...setting(second, one, '  '));
    }
  }
  return lines;
}

/** Keys that are dropped for the same reason stand together. */
function byReason(dropped: ImportedContent['dropped']): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const [name, why] of dropped) names.set(why, [...(names.get(why) ?? []), name]);
  return names;
}

/** The text of a dockgate.yaml that says of every key of the old file what became of it. */
export function writeImported(content: ImportedContent): string {
  const { file, flavour, carried, dropped, unset, problems } = content;
  const lines = [
    ...comment(`Made by "dockgate import docker-registry" from ${file}, flavour ${flavour}.`),
    ...comment('Above each line stand the old keys that it comes from. The settings: docs/configuration.md'),
    ...settings(carried),
  ];
  if (dropped.length > 0) {
    lines.push('', '# Not carried over:');
    for (const [why, names] of byReason(dropped)) lines.push(...comment(`${names.join(', ')}: ${why}`));
  }
  if (unset.length > 0) lines.push('', ...comment(`Not set there, or switched off: ${unset.join(', ')}.`));
  if (problems.length > 0) {
    lines.push('', '# Not understood:');
    for (const { place, message } of problems) {
      lines.push(...comment(`line ${place?.line ?? 0}: ${message}`));
    }
  }
  return `${lines.join('\n')}\n`;
}
