import { type CompiledRule, fitsEverywhere, fitsNetwork } from './compiled-rule.js';

/** Rules that may decide where nothing is left to look at but actions and networks, in their order. */
export class RuleList {
  readonly #rules: CompiledRule[] = [];
  /** Actions for which no rule that follows is ever asked. */
  #settled = 0;

  /** @param isCertain it fits everybody who comes to this list from one of its networks */
  add(rule: CompiledRule, isCertain = true): void {
    if ((rule.actions & ~this.#settled) === 0 || this.#rules.at(-1) === rule) return;
    this.#rules.push(rule);
    if (isCertain && rule.networks === undefined) this.#settled |= rule.actions;
  }

  /** The first rule for an action, if its number is less than `before`. */
  first(action: number, address: string, before: number): CompiledRule | undefined {
    for (const rule of this.#rules) {
      if (rule.number >= before) return undefined;
      if ((rule.actions & action) !== 0 && fitsNetwork(rule, address)) return rule;
    }
    return undefined;
  }

  /** The first rule for an action in every repository at once. */
  firstEverywhere(action: number, address: string, user: string | undefined): CompiledRule | undefined {
    return this.#rules.find(
      (rule) => (rule.actions & action) !== 0 && fitsNetwork(rule, address) && fitsEverywhere(rule, user),
    );
  }
}
