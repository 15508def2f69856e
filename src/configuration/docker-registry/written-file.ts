import type { Problem } from '../problem.js';
import { commentLines, settingLines } from '../written-lines.js';
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

function setting(key: string, { from, value, remark }: Carried, indent: string): string[] {
  return [...commentLines(`${from.join(', ')}: ${remark}`, indent), ...settingLines(key, value, indent)];
}

/** Settings under their mappings, in the order in which they come. */
function settings(carried: readonly Carried[]): string[] {
  const lines: string[] = [];
  let section: string | undefined;
  for (const one of carried) {
    const [first = '', second] = (one.path ?? '').split('.');
    if (one.path === undefined) {
      section = undefined;
      lines.push('', ...commentLines(`${one.from.join(', ')}: ${one.remark}`));
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
    ...commentLines(`Made by "dockgate import docker-registry" from ${file}, flavour ${flavour}.`),
    ...commentLines(
      'Above each line stand the old keys that it comes from. The settings: docs/configuration.md',
    ),
    ...settings(carried),
  ];
  if (dropped.length > 0) {
    lines.push('', '# Not carried over:');
    for (const [why, names] of byReason(dropped)) lines.push(...commentLines(`${names.join(', ')}: ${why}`));
  }
  if (unset.length > 0)
    lines.push('', ...commentLines(`Not set there, or switched off: ${unset.join(', ')}.`));
  if (problems.length > 0) {
    lines.push('', '# Not understood:');
    for (const { place, message } of problems) {
      lines.push(...commentLines(`line ${place?.line ?? 0}: ${message}`));
    }
  }
  return `${lines.join('\n')}\n`;
}
