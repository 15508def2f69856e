import type { Action } from '../exchange/action.js';
import { BITS } from './action-bits.js';
import { type CompiledRule, fitsEverywhere } from './compiled-rule.js';
import { Pattern } from './pattern.js';
import { PatternIndex } from './pattern-index.js';
import { RuleList } from './rule-list.js';

/** What is looked for. */
export interface Search {
  readonly action: Action;
  /** Of the repository's name; undefined: every repository at once, or the registry as a whole. */
  readonly segments: readonly string[] | undefined;
  readonly address: string;
  /** What `${user}` stands for. */
  readonly user: string | undefined;
}

const EVERY_REPOSITORY = [new Pattern('**')];
const ON_REPOSITORIES = BITS.pull | BITS.push | BITS.delete;

/** Rules for the same people, by what they are about. */
export class RuleIndex {
  readonly #repositories = new PatternIndex<RuleList>();
  readonly #everywhere = new RuleList();
  readonly #registry = new RuleList();
  /** Number of rules. */
  readonly size: number;
  #action = 0;
  #address = '';
  #before = 0;
  #best: CompiledRule | undefined;
  /** Searches never overlap, so what one needs to know is kept here. */
  readonly #found = (list: RuleList): void => {
    const rule = list.first(this.#action, this.#address, this.#before);
    if (rule === undefined) return;
    this.#best = rule;
    this.#before = rule.number;
  };

  /** @param rules in their order */
  constructor(rules: readonly CompiledRule[]) {
    this.size = rules.length;
    for (const rule of rules) {
      if ((rule.actions & ~ON_REPOSITORIES) !== 0) this.#registry.add(rule);
      if ((rule.actions & ON_REPOSITORIES) !== 0) this.#add(rule);
    }
  }

  #add(rule: CompiledRule): void {
    for (const pattern of rule.patterns ?? EVERY_REPOSITORY) {
      this.#repositories.add(pattern, () => new RuleList()).add(rule);
    }
    const isCertain = fitsEverywhere(rule, undefined);
    // Those that never fit are left out; denying ones may depend on the user's name.
    if (isCertain || rule.source.effect === 'deny') this.#everywhere.add(rule, isCertain);
  }

  /** The first rule that fits, if its number is less than `before`. */
  first({ action, segments, address, user }: Search, before: number): CompiledRule | undefined {
    const bit = BITS[action];
    if ((bit & ON_REPOSITORIES) === 0) return this.#registry.first(bit, address, before);
    if (segments === undefined) {
      const rule = this.#everywhere.firstEverywhere(bit, address, user);
      return rule !== undefined && rule.number < before ? rule : undefined;
    }
    this.#action = bit;
    this.#address = address;
    this.#before = before;
    this.#best = undefined;
    this.#repositories.find(segments, user, this.#found);
    return this.#best;
  }
}
