import type { RuleAction } from '../access.js';
import { choice } from './choice.js';
import { type Kind, mustBe } from './kind.js';
import { quote } from './quote.js';

const ofRepository = ['pull', 'push', 'delete'] as const satisfies readonly RuleAction[];
const ofRegistry = ['catalog', 'search', 'admin'] as const satisfies readonly RuleAction[];
const actions = [...ofRepository, ...ofRegistry] as const;

/** What a rule allows or denies; `all` is everything that it can be about. */
export const ruleAction: Kind<string> = choice([...actions, 'all']);

/**
 * The actions that were written.
 *
 * @param isLimited the rule names repositories
 */
export function actionsOf(words: readonly string[], isLimited: boolean): readonly RuleAction[] {
  if (!words.includes('all')) return actions.filter((action) => words.includes(action));
  return isLimited ? ofRepository : actions;
}

const longest = 255;
/** Control characters, and those that let a name look like another: marks of direction and of no width, separators. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/u;

/** The name of a user, or `*` for everybody who has one. */
export const userName: Kind<string> = {
  expected: 'the name of a user, or "*" for everybody who has one',
  scalars: new Set(['string']),
  schema: { type: 'string', pattern: `^(?!#)[^:\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]{1,${longest}}$` },
  parse(text) {
    const fault = userFault(text);
    return fault === undefined
      ? { value: text }
      : { complaint: `must not hold the name ${quote(text)}: it ${fault}.` };
  },
};

function userFault(text: string): string | undefined {
  if (text === '') return 'is empty';
  if (text.startsWith('robot:')) return 'is a robot, and what robots may do is said by their tokens';
  if (text.includes(':')) return 'has a colon, which no name of a user has';
  if (unseen.test(text)) return 'has a character that cannot be seen';
  if (text.startsWith('#')) return 'begins with #, which no name of a user does';
  return Buffer.byteLength(text) > longest ? `is longer than ${longest} bytes` : undefined;
}

const groupPattern = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,254}$/;
const groupExpected = 'the name of a group: letters, digits, ".", "_", "@", "+" and "-"';

/** The name of a group in the file of groups. */
export const groupName: Kind<string> = {
  expected: groupExpected,
  scalars: new Set(['string']),
  schema: { type: 'string', pattern: groupPattern.source },
  parse: (text) => (groupPattern.test(text) ? { value: text } : mustBe(groupExpected, text)),
};
