import type { RuleConfiguration } from '../configuration/access.js';
import type { Action } from '../exchange/action.js';
import type { Subject } from '../exchange/rights.js';

/** Who asks, as rules see it. */
export interface Asker {
  /** Undefined: a stranger. A robot's name begins with `robot:`, which no user's can. */
  readonly user: string | undefined;
  /** IP address of the client. */
  readonly address: string;
}

/** What the rules say. */
export interface Decision {
  readonly allowed: boolean;
  /** The rule that decides; undefined when none fits: then users may do everything where there is no rule, and nothing where there is. */
  readonly rule: RuleConfiguration | undefined;
}

/** The rules that hold now. */
export interface Policy {
  /** There is no rule. */
  readonly isOpen: boolean;
  /** Some rule allows something to strangers. */
  readonly admitsStrangers: boolean;
  /** For every repository at once (`EVERYWHERE`) a rule allows only when it is for all of them, and denies whenever it denies some. */
  decide(asker: Asker, action: Action, subject: Subject): Decision;
}
