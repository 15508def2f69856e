import { whyNot } from '../access/explanation.js';
import type { Groups } from '../access/groups.js';
import { compilePolicy } from '../access/rules.js';
import type { RuleConfiguration } from '../configuration/access.js';
import { hasExpired, type ListedRobot } from '../robots/index.js';
import type { AccessQuestion } from './access-question.js';

/** What decides. `none`: no rule fits, and nothing is allowed then. `open`: there are no rules. `token`: a robot's own. */
export type Decider = 'rule' | 'none' | 'open' | 'token';

/** The answer to a question. */
export interface AccessAnswer {
  readonly allowed: boolean;
  readonly decider: Decider;
  /** The rule that decides. */
  readonly rule: RuleConfiguration | undefined;
  /** A sentence about it. */
  readonly reason: string;
  /** The rules before the one that decides, and why each does not. */
  readonly passed: readonly { readonly rule: RuleConfiguration; readonly obstacle: string }[];
}

const OBSTACLES = {
  action: 'it is about other actions',
  user: 'it is for others',
  network: 'it is for clients from elsewhere',
  repository: 'it is about other repositories',
} as const;

/**
 * Asks the rules, and a robot's token, what the gateway would.
 *
 * @param robot undefined when there is none with this name, or no robot asks. @param now milliseconds since 1970
 */
export function answer(
  question: AccessQuestion,
  rules: readonly RuleConfiguration[],
  groups: Groups,
  robot: ListedRobot | undefined,
  now: number,
): AccessAnswer {
  const { user, address, action, repository } = question;
  const asker = { user, address };
  const { allowed, rule } = compilePolicy(rules, groups).decide(asker, action, repository);
  const end = rule === undefined ? rules.length : rules.indexOf(rule);
  const passed = rules.slice(0, end).flatMap((before) => {
    const obstacle = whyNot(before, asker, action, repository, groups);
    return obstacle === undefined ? [] : [{ rule: before, obstacle: OBSTACLES[obstacle] }];
  });
  if (question.robot !== undefined) return { ...robotAnswer(question, rule, robot, now), passed };
  if (rule !== undefined) return { allowed, decider: 'rule', rule, reason: 'This rule decides.', passed };
  if (rules.length > 0) {
    return {
      allowed,
      decider: 'none',
      rule,
      reason: 'No rule fits, and what no rule allows is denied.',
      passed,
    };
  }
  const reason = allowed
    ? 'There are no rules: every user may do everything.'
    : 'There are no rules: strangers may do nothing.';
  return { allowed, decider: 'open', rule, reason, passed };
}

/** Only rules that deny count for a robot; what else it may do is said by its token. */
function robotAnswer(
  { robot: name, action, repository }: AccessQuestion,
  rule: RuleConfiguration | undefined,
  listed: ListedRobot | undefined,
  now: number,
): Omit<AccessAnswer, 'passed'> {
  const denied = { allowed: false, decider: 'token', rule: undefined } as const;
  if (listed === undefined) return { ...denied, reason: `There is no robot ${JSON.stringify(name)}.` };
  if (hasExpired(listed.robot, now)) return { ...denied, reason: 'The token of the robot has expired.' };
  if (!listed.limits.allows(action, repository))
    return { ...denied, reason: 'The token of the robot does not open this.' };
  if (rule?.effect === 'deny')
    return { allowed: false, decider: 'rule', rule, reason: 'This rule takes it away from the robot.' };
  return {
    allowed: true,
    decider: 'token',
    rule: undefined,
    reason: 'The token of the robot opens it, and no rule denies it.',
  };
}
