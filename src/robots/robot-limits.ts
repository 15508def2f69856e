import { Pattern } from '../access/pattern.js';
import type { Action } from '../exchange/action.js';
import { EVERYWHERE, type Limits, type Subject } from '../exchange/rights.js';
import { needsRepositories, type Robot } from './robot.js';

/** What a robot's token opens: its actions in the repositories of its patterns, and of the whole registry what it names. */
export class RobotLimits implements Limits {
  readonly #actions: ReadonlySet<Action>;
  readonly #patterns: readonly Pattern[];

  /** @throws {RangeError} for a pattern that is none */
  constructor({ actions, repositories }: Pick<Robot, 'actions' | 'repositories'>) {
    this.#actions = new Set(actions);
    this.#patterns = repositories.map(compile);
  }

  allows(action: Action, subject: Subject): boolean {
    if (!this.#actions.has(action)) return false;
    if (!needsRepositories([action])) return typeof subject !== 'string';
    if (subject === EVERYWHERE) return this.#patterns.some(({ isUniversal }) => isUniversal);
    if (subject === undefined || subject === '') return false;
    return this.#patterns.some((pattern) => pattern.matches(subject, undefined));
  }
}

function compile(text: string): Pattern {
  const pattern = new Pattern(text);
  if (pattern.usesUser) {
    throw new RangeError(`the pattern ${JSON.stringify(text)} names a user, and a robot is none`);
  }
  return pattern;
}
