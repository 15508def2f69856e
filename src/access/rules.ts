import type { RuleConfiguration } from '../configuration/access.js';
import type { Problem } from '../configuration/problem.js';
import type { Action } from '../exchange/action.js';
import type { Subject } from '../exchange/rights.js';
import { Audience, addTo } from './audience.js';
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

/** Audiences of a user that are asked one by one. */
const FEW = 8;
/** Weight of what is remembered of users; a rule in an index of one user's own is one: some tens of megabytes. */
const MOST_REMEMBERED = 200_000;
const NOBODY: readonly Audience[] = [];

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
 * rules name, each made when it is first needed; only users in many groups get one of their own, which may be forgotten.
 */
class RulePolicy implements Policy {
  readonly isOpen = false;
  readonly admitsStrangers: boolean;
  readonly #strangers: RuleIndex;
  readonly #everyUser: RuleIndex;
  readonly #ofUser = new Map<string, Audience>();
  readonly #ofGroup = new Map<string, Audience>();
  /** What users are in. It is kept of those only whom a rule concerns: there may be any number of others. */
  readonly #ofMember = new RecentMap<readonly Audience[]>(MOST_REMEMBERED, weightOf);
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
      for (const user of rule.source.users) addTo(this.#ofUser, user, rule);
      for (const group of rule.source.groups) addTo(this.#ofGroup, group, rule);
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
    let best = this.#everyUser.first(search, Number.POSITIVE_INFINITY);
    for (const { index } of this.#audiencesOf(user)) {
      best = index.first(search, best?.number ?? Number.POSITIVE_INFINITY) ?? best;
    }
    return best;
  }

  #audiencesOf(user: string): readonly Audience[] {
    const known = this.#ofMember.get(user);
    if (known !== undefined) return known;
    const all = [this.#ofUser.get(user), ...this.#groups.of(user).map((group) => this.#ofGroup.get(group))];
    const audiences = all.filter((audience) => audience !== undefined);
    if (audiences.length === 0) return NOBODY;
    const asked = audiences.length > FEW ? [Audience.merge(audiences)] : audiences;
    this.#ofMember.set(user, asked);
    return asked;
  }
}

/** An index of one user's own takes the most room; those of groups are there anyway. */
function weightOf(audiences: readonly Audience[]): number {
  return audiences.reduce((sum, { isMerged, rules }) => sum + (isMerged ? rules.length : 1), 1);
}
