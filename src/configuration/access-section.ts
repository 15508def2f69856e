import type { AccessConfiguration, RuleConfiguration } from './access.js';
import type { Reader } from './reader.js';
import { settings } from './settings.js';

/** Puts the rules of the file and the file of groups together, and notes rules that need one where there is none. */
export function readAccess(reader: Reader, rules: readonly RuleConfiguration[]): AccessConfiguration {
  const groups = reader.optional(settings.groups);
  // A broken path has its own sentence already.
  const isGiven = reader.written(settings.groups).flat().length > 0;
  const naming = rules.find((rule) => rule.groups.length > 0);
  if (naming !== undefined && !isGiven) {
    const message =
      'access.rules[].groups names groups, but there is no file with them: set "access.groups".';
    reader.problems.push({ place: naming.place, message });
  }
  return { rules, groups };
}
