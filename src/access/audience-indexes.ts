import type { CompiledRule } from './compiled-rule.js';
import { RuleIndex } from './rule-index.js';

const NO_RULES: readonly CompiledRule[] = [];

/** Rules by the user or group that they name, each with an index that is made when it is first asked for. */
export class AudienceIndexes {
  readonly #rules = new Map<string, CompiledRule[]>();
  readonly #indexes = new Map<string, RuleIndex>();

  /** Rules have to come in their order. */
  add(name: string, rule: CompiledRule): void {
    const known = this.#rules.get(name);
    if (known === undefined) this.#rules.set(name, [rule]);
    else known.push(rule);
  }

  rules(name: string): readonly CompiledRule[] {
    return this.#rules.get(name) ?? NO_RULES;
  }

  /** Undefined when no rule names whoever it is. */
  get(name: string): RuleIndex | undefined {
    const known = this.#indexes.get(name);
    if (known !== undefined) return known;
    const rules = this.#rules.get(name);
    if (rules === undefined) return undefined;
    const index = new RuleIndex(rules);
    this.#indexes.set(name, index);
    return index;
  }
}
