import type { RuleConfiguration } from '../configuration/access.js';
import { BITS } from './action-bits.js';
import { readAddress } from './ip-address.js';
import { Networks } from './networks.js';
import { Pattern } from './pattern.js';
import type { Decision } from './policy.js';
import { isNameComponent } from './repository-name.js';

/** A rule as it is asked. */
export interface CompiledRule {
  /** Its place among all rules: the least that fits decides. */
  readonly number: number;
  readonly source: RuleConfiguration;
  readonly decision: Decision;
  /** In bits. */
  readonly actions: number;
  /** Undefined: every repository, and the registry as a whole. */
  readonly patterns: readonly Pattern[] | undefined;
  /** Undefined: clients from anywhere. */
  readonly networks: Networks | undefined;
}

/** @throws {RangeError} for a pattern or a network that is none */
export function compileRule(source: RuleConfiguration, number: number): CompiledRule {
  return {
    number,
    source,
    decision: { allowed: source.effect === 'allow', rule: source },
    actions: source.actions.reduce((bits, action) => bits | BITS[action], 0),
    patterns: source.repositories?.map((text) => new Pattern(text)),
    networks: source.networks.length === 0 ? undefined : new Networks(source.networks),
  };
}

/**
 * Whether the rule is for clients from there. What cannot be read as an address is from nowhere that is allowed, and
 * from everywhere that is denied.
 */
export function fitsNetwork({ networks, source }: CompiledRule, address: string): boolean {
  if (networks === undefined) return true;
  const read = readAddress(address);
  return read === undefined ? source.effect === 'deny' : networks.contains(read);
}

/**
 * Whether the rule decides for every repository at once: allowing, when it is for all of them; denying, when it is for
 * some.
 */
export function fitsEverywhere({ patterns, source }: CompiledRule, user: string | undefined): boolean {
  if (patterns === undefined) return true;
  if (source.effect === 'allow') return patterns.some(({ isUniversal }) => isUniversal);
  return user !== undefined || patterns.some(({ usesUser }) => !usesUser);
}

/** What `${user}` stands for in patterns: undefined for strangers, robots and whoever's name no repository could have. */
export function nameInPatterns(user: string | undefined): string | undefined {
  return user !== undefined && isNameComponent(user) ? user : undefined;
}

/** Whether the rule is for everybody who has a name. */
export function isForEveryUser({ users, groups, anonymous }: RuleConfiguration): boolean {
  return anonymous || users.includes('*') || (users.length === 0 && groups.length === 0);
}

/** Whether the rule is for strangers. */
export function isForStrangers({ effect, users, groups, anonymous }: RuleConfiguration): boolean {
  return anonymous || (effect === 'deny' && users.length === 0 && groups.length === 0);
}
