import type { RuleConfiguration } from '../configuration/access.js';
import type { Problem } from '../configuration/problem.js';
import type { Action } from '../exchange/action.js';
import type { Subject } from '../exchange/rights.js';
import { AudienceIndexes } from './audience-indexes.js';
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
import { RuleIndex, type Search } from './rule-index.js';

const EVERYTHING: Decision = { allowed: true, rule: undefined };
const NOTHING: Decision = { allowed: false, rule: undefined };

/** Groups of a user that are looked through one by one. */
const FEW_GROUPS = 8;
/** Rules in all indexes of users who are in more groups than that: some tens of megabytes. */
const MOST_MERGED = 100_000;

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
 * Rules sorted by whom they are for: everybody, a group, one user. There are no more indexes than users and groups that
 * rules name, each made when it is first needed; only those of users in many groups may come again and again.
 */
class RulePolicy implements Policy {
  readonly isOpen = false;
  readonly admitsStrangers: boolean;
  readonly #strangers: RuleIndex;
  readonly #everyUser: RuleIndex;
  readonly #ofUser = new AudienceIndexes();
  readonly #ofGroup = new AudienceIndexes();
  readonly #merged = new RecentMap<RuleIndex>(MOST_MERGED, ({ size }) => size + 1);
  readonly #groups: Groups;
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
      for (const user of rule.source.users) this.#ofUser.add(user, rule);
      for (const group of rule.source.groups) this.#ofGroup.add(group, rule);
    }
  }

  decide({ user, address }: Asker, action: Action, subject: Subject): Decision {
    // No repository has this name: it stands for one that cannot be.
    if (subject === '') return NOTHING;
    const segments = typeof subject === 'string' ? subject.split('/') : undefined;
    const name = this.#usesNames ? nameInPatterns(user) : undefined;
    const rule = this.#first(user, { action, segments, address, user: name });
    return rule === undefined ? NOTHING : rule.decision;
  }

  #first(user: string | undefined, search: Search): CompiledRule | undefined {
    if (user === undefined) return this.#strangers.first(search, Number.POSITIVE_INFINITY);
    let best = earlier(this.#everyUser, search, undefined);
    best = earlier(this.#ofUser.get(user), search, best);
    const groups = this.#groups.of(user);
    if (groups.length > FEW_GROUPS) return earlier(this.#mergedOf(user, groups), search, best);
    for (const group of groups) best = earlier(this.#ofGroup.get(group), search, best);
    return best;
  }

  /** All rules of a user's groups in one index. */
  #mergedOf(user: string, groups: readonly string[]): RuleIndex {
    const known = this.#merged.get(user);
    if (known !== undefined) return known;
    const rules = new Set(groups.flatMap((group) => this.#ofGroup.rules(group)));
    const index = new RuleIndex([...rules].sort((one, other) => one.number - other.number));
    this.#merged.set(user, index);
    return index;
  }
}

/** The first rule of an index that fits, when it comes before the one that was found already. */
function earlier(
  index: RuleIndex | undefined,
  search: Search,
  found: CompiledRule | undefined,
): CompiledRule | undefined {
  return index?.first(search, found?.number ?? Number.POSITIVE_INFINITY) ?? found;
}
