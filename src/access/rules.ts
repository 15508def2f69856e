import type { RuleConfiguration } from '../configuration/access.js';
import type { Problem } from '../configuration/problem.js';
import type { Action } from '../exchange/action.js';
import type { Subject } from '../exchange/rights.js';
import {
  type CompiledRule,
  compileRule,
  isForEveryUser,
  isForStrangers,
  nameInPatterns,
} from './compiled-rule.js';
import type { Groups } from './groups.js';
import type { Asker, Decision, Policy } from './policy.js';
import { RecentMap } from './recent-map.js';
import { RuleIndex } from './rule-index.js';

const EVERYTHING: Decision = { allowed: true, rule: undefined };
const NOTHING: Decision = { allowed: false, rule: undefined };
const NO_RULES = new RuleIndex([]);

/** Rules in all indexes of single users that are remembered: some tens of megabytes. */
const MOST_PERSONAL = 200_000;

/** Where there is no rule: every user may do everything, strangers nothing. */
const OPEN: Policy = {
  isOpen: true,
  admitsStrangers: false,
  decide: ({ user }) => (user === undefined ? NOTHING : EVERYTHING),
};

/**
 * Gets rules ready to decide. The first that fits decides; where none does, nothing is allowed.
 *
 * @throws {RangeError} for a pattern or a network that is none; the configuration has looked at both before.
 */
export function compilePolicy(rules: readonly RuleConfiguration[], groups: Groups): Policy {
  return rules.length === 0 ? OPEN : new RulePolicy(rules.map(compileRule), groups);
}

/** The rules that name groups which are not there. They fit nobody by those, which is hardly what was meant. */
export function missingGroups(rules: readonly RuleConfiguration[], groups: Groups): readonly Problem[] {
  return rules.flatMap(({ groups: names, place }) =>
    names
      .filter((name) => groups.get(name) === undefined)
      .map((name) => ({ place, message: `there is no group ${JSON.stringify(name)} in the file of groups` })),
  );
}

/**
 * Rules sorted by whom they are for: those for everybody are indexed once, those for a user, by name or by groups, when
 * the user first comes.
 */
class RulePolicy implements Policy {
  readonly isOpen = false;
  readonly admitsStrangers: boolean;
  readonly #strangers: RuleIndex;
  readonly #everyUser: RuleIndex;
  readonly #ofUser = new Map<string, CompiledRule[]>();
  readonly #ofGroup = new Map<string, CompiledRule[]>();
  readonly #groups: Groups;
  readonly #personal = new RecentMap<RuleIndex>(MOST_PERSONAL, ({ size }) => size + 10);
  /** Some pattern depends on the user's name. */
  readonly #usesNames: boolean;

  constructor(rules: readonly CompiledRule[], groups: Groups) {
    this.#groups = groups;
    this.admitsStrangers = rules.some(({ source }) => source.anonymous && source.effect === 'allow');
    this.#strangers = new RuleIndex(rules.filter(({ source }) => isForStrangers(source)));
    this.#everyUser = new RuleIndex(rules.filter(({ source }) => isForEveryUser(source)));
    this.#usesNames = rules.some(({ patterns }) => patterns?.some(({ usesUser }) => usesUser));
    for (const rule of rules) {
      if (isForEveryUser(rule.source)) continue;
      for (const user of rule.source.users) append(this.#ofUser, user, rule);
      for (const group of rule.source.groups) append(this.#ofGroup, group, rule);
    }
  }

  decide({ user, address }: Asker, action: Action, subject: Subject): Decision {
    // No repository has this name: it stands for one that cannot be.
    if (subject === '') return NOTHING;
    if (user === undefined) {
      const search = { address, user: undefined, before: Number.POSITIVE_INFINITY };
      return this.#strangers.first(action, subject, search)?.decision ?? NOTHING;
    }
    const name = this.#usesNames ? nameInPatterns(user) : undefined;
    const search = { address, user: name, before: Number.POSITIVE_INFINITY };
    const general = this.#everyUser.first(action, subject, search);
    const personal = this.#personalOf(user).first(action, subject, search);
    if (personal === undefined) return general?.decision ?? NOTHING;
    return general === undefined || personal.number < general.number ? personal.decision : general.decision;
  }

  /** Nothing is kept of users whom no rule concerns: there may be any number of them. */
  #personalOf(user: string): RuleIndex {
    const known = this.#personal.get(user);
    if (known !== undefined) return known;
    const rules = new Set(this.#ofUser.get(user));
    for (const group of this.#groups.of(user)) {
      for (const rule of this.#ofGroup.get(group) ?? []) rules.add(rule);
    }
    if (rules.size === 0) return NO_RULES;
    const index = new RuleIndex([...rules].sort((one, other) => one.number - other.number));
    this.#personal.set(user, index);
    return index;
  }
}

function append(lists: Map<string, CompiledRule[]>, key: string, rule: CompiledRule): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [rule]);
  else list.push(rule);
}
