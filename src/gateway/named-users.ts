import { type Groups, unknownMembers } from '../access/groups.js';
import type { RuleConfiguration } from '../configuration/access.js';
import type { Problem } from '../configuration/problem.js';

/** Rules that are shown one by one. */
const MOST_SHOWN = 20;

/** Whether a rule or a group names a user. Whoever takes such a name gets rights that were meant for somebody else. */
export function namesUser(rules: readonly RuleConfiguration[], groups: Groups, user: string): boolean {
  return groups.of(user).length > 0 || rules.some(({ users }) => users.includes(user));
}

/** Warnings for users of rules and groups whom nobody knows: misspelt, or gone. */
export function unknownUsers(
  rules: readonly RuleConfiguration[],
  groups: Groups,
  file: string | undefined,
  isKnown: (user: string) => boolean,
): readonly Problem[] {
  const inRules = rules.flatMap(({ users, place }) =>
    users
      .filter((user) => user !== '*' && !isKnown(user))
      .map((user) => ({ place, message: `the rule names ${JSON.stringify(user)}, who is no user` })),
  );
  const more = inRules.length - MOST_SHOWN;
  const shown: Problem[] = inRules.slice(0, MOST_SHOWN);
  if (more > 0) shown.push({ place: undefined, message: `${more} more users of rules are no users` });
  return file === undefined ? shown : [...shown, ...unknownMembers(groups, file, isKnown)];
}
