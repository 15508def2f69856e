import type { CompiledRule } from './compiled-rule.js';
import { RuleIndex } from './rule-index.js';

/** Whom some rules are for, by name or by a group: the rules, with an index that is made when it is first asked for. */
export class Audience {
  readonly rules: CompiledRule[] = [];
  /** Made for one user out of several. */
  readonly isMerged: boolean;
  #index: RuleIndex | undefined;

  constructor(isMerged = false) {
    this.isMerged = isMerged;
  }

  /** All rules have to be there. */
  get index(): RuleIndex {
    this.#index ??= new RuleIndex(this.rules);
    return this.#index;
  }

  /** One audience in place of several. */
  static merge(audiences: readonly Audience[]): Audience {
    const merged = new Audience(true);
    const rules = new Set(audiences.flatMap((audience) => audience.rules));
    for (const rule of [...rules].sort((one, other) => one.number - other.number)) merged.rules.push(rule);
    return merged;
  }
}

/** Adds a rule to the audience of a name. Rules have to come in their order. */
export function addTo(audiences: Map<string, Audience>, name: string, rule: CompiledRule): void {
  const audience = audiences.get(name) ?? new Audience();
  audiences.set(name, audience);
  audience.rules.push(rule);
}
