import type { RuleConfiguration } from '../configuration/access.js';
import type { Place } from '../configuration/problem.js';

/** A rule in words: `allow pull in public/** for everybody, strangers too`. */
export function ruleText(rule: RuleConfiguration): string {
  const { effect, actions, repositories, networks } = rule;
  const where =
    repositories === undefined
      ? 'everywhere'
      : `in ${repositories.map((pattern) => printable(pattern)).join(', ')}`;
  const from = networks.length === 0 ? '' : ` from ${networks.join(', ')}`;
  return `${effect} ${actions.join(', ')} ${where} for ${people(rule)}${from}`;
}

/** `dockgate.yaml:12` */
export function placeText({ file, line }: Place): string {
  return line === undefined ? file : `${file}:${line}`;
}

function people({ effect, users, groups, anonymous }: RuleConfiguration): string {
  if (anonymous) return 'everybody, strangers too';
  if (users.length === 0 && groups.length === 0) {
    return effect === 'allow' ? 'everybody with a name' : 'everybody, strangers too';
  }
  const named = users.map((user) => (user === '*' ? 'everybody with a name' : printable(user)));
  return [...named, ...groups.map((group) => `group ${group}`)].join(', ');
}

function printable(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
