import type { Action, RegistryAction, RepositoryAction } from '../exchange/action.js';
import type { Subject } from '../exchange/rights.js';
import { type CompiledRule, fitsEverywhere, fitsNetwork } from './compiled-rule.js';
import { Pattern } from './pattern.js';
import { PatternIndex } from './pattern-index.js';

/** Rules that differ in nothing but the networks that they are for, in their order. */
class RuleList {
  readonly #rules: CompiledRule[] = [];
  #isClosed = false;

  /** @param isCertain it fits everybody who comes to this list, so that none behind it is ever asked */
  add(rule: CompiledRule, isCertain: boolean): void {
    if (this.#isClosed || this.#rules.at(-1) === rule) return;
    this.#rules.push(rule);
    this.#isClosed = isCertain;
  }

  first(search: Search): CompiledRule | undefined {
    for (const rule of this.#rules) {
      if (rule.number >= search.before) return undefined;
      if (fitsNetwork(rule, search.address)) return rule;
    }
    return undefined;
  }

  firstEverywhere(search: Search): CompiledRule | undefined {
    return this.#rules.find((rule) => fitsNetwork(rule, search.address) && fitsEverywhere(rule, search.user));
  }
}

/** What is looked for. */
export interface Search {
  readonly address: string;
  /** What `${user}` stands for. */
  readonly user: string | undefined;
  /** Number of a rule: none behind it is of interest. */
  readonly before: number;
}

type Lists<Of extends Action> = Readonly<Record<Of, RuleList>>;

function repositoryLists(): Lists<RepositoryAction> {
  return { pull: new RuleList(), push: new RuleList(), delete: new RuleList() };
}

const EVERY_REPOSITORY = [new Pattern('**')];

/** Rules for the same people, by what they are about. */
export class RuleIndex {
  readonly #repositories = new PatternIndex<Lists<RepositoryAction>>();
  readonly #everywhere = repositoryLists();
  readonly #registry: Lists<RegistryAction> = {
    catalog: new RuleList(),
    search: new RuleList(),
    admin: new RuleList(),
  };
  /** Of the rules in it. */
  readonly size: number;

  /** @param rules in their order */
  constructor(rules: readonly CompiledRule[]) {
    this.size = rules.length;
    for (const rule of rules) {
      for (const action of rule.source.actions) {
        if (isRegistryAction(action)) this.#registry[action].add(rule, rule.networks === undefined);
        else this.#add(rule, action);
      }
    }
  }

  #add(rule: CompiledRule, action: RepositoryAction): void {
    const isCertain = rule.networks === undefined;
    for (const pattern of rule.patterns ?? EVERY_REPOSITORY) {
      this.#repositories.add(pattern, repositoryLists)[action].add(rule, isCertain);
    }
    // Those that never fit are left out; denying ones may depend on the user's name.
    if (rule.source.effect === 'deny' || fitsEverywhere(rule, undefined)) {
      this.#everywhere[action].add(rule, isCertain && fitsEverywhere(rule, undefined));
    }
  }

  /** The first rule that fits. */
  first(action: Action, subject: Subject, search: Search): CompiledRule | undefined {
    if (isRegistryAction(action)) return this.#registry[action].first(search);
    if (typeof subject !== 'string') return this.#everywhere[action].firstEverywhere(search);
    if (this.size === 0) return undefined;
    let best: CompiledRule | undefined;
    this.#repositories.find(subject, search.user, (lists) => {
      const rule = lists[action].first(best === undefined ? search : { ...search, before: best.number });
      if (rule !== undefined) best = rule;
    });
    return best;
  }
}

function isRegistryAction(action: Action): action is RegistryAction {
  return action === 'catalog' || action === 'search' || action === 'admin';
}
