import type { RuleConfiguration } from '../configuration/access.js';
import type { Action } from '../exchange/action.js';
import type { Subject } from '../exchange/rights.js';
import {
  type CompiledRule,
  compileRule,
  fitsEverywhere,
  fitsNetwork,
  isForEveryUser,
  isForStrangers,
  nameInPatterns,
} from './compiled-rule.js';
import type { Groups } from './groups.js';
import type { Asker } from './policy.js';

/** What keeps a rule from deciding; the first of these that does. */
export type Obstacle = 'action' | 'user' | 'network' | 'repository';

/**
 * Why a rule does not decide, taken by itself; undefined when it fits. For explanations: it takes the rule to pieces anew
 * each time.
 *
 * @throws {RangeError} for a pattern or a network that is none
 */
export function whyNot(
  rule: RuleConfiguration,
  asker: Asker,
  action: Action,
  subject: Subject,
  groups: Groups,
): Obstacle | undefined {
  if (!rule.actions.includes(action)) return 'action';
  if (!isFor(rule, asker.user, groups)) return 'user';
  const compiled = compileRule(rule, 0);
  if (!fitsNetwork(compiled, asker.address)) return 'network';
  return fitsSubject(compiled, action, subject, nameInPatterns(asker.user)) ? undefined : 'repository';
}

function isFor(rule: RuleConfiguration, user: string | undefined, groups: Groups): boolean {
  if (user === undefined) return isForStrangers(rule);
  if (isForEveryUser(rule) || rule.users.includes(user)) return true;
  return groups.of(user).some((group) => rule.groups.includes(group));
}

function fitsSubject(
  rule: CompiledRule,
  action: Action,
  subject: Subject,
  user: string | undefined,
): boolean {
  if (action === 'catalog' || action === 'search' || action === 'admin') return true;
  if (typeof subject !== 'string') return fitsEverywhere(rule, user);
  if (subject === '') return false;
  return rule.patterns === undefined || rule.patterns.some((pattern) => pattern.matches(subject, user));
}
