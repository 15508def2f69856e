import type { Limits, Rights } from '../exchange/rights.js';
import type { Need, Operation } from './operation.js';
import type { Asker, Policy } from './policy.js';

/** Begins the names of robots, and of no user. */
const ROBOT = 'robot:';

/** Brings together what the rules say and what the credentials open. */
export class Authorization {
  readonly #policy: { readonly current: Policy };

  /** @param policy that is asked anew each time, so that other rules hold at once */
  constructor(policy: { readonly current: Policy }) {
    this.#policy = policy;
  }

  /** @returns undefined when everything is allowed and nothing need be asked: no rules, and a user by password. */
  rightsOf(asker: Asker, limits: Limits | undefined): Rights | undefined {
    if (
      this.#policy.current.isOpen &&
      limits === undefined &&
      asker.user !== undefined &&
      !isRobot(asker.user)
    ) {
      return undefined;
    }
    return { may: (action, repository) => this.isAllowed(asker, limits, { action, subject: repository }) };
  }

  /**
   * Whether one thing is allowed. A robot may do what its token says, as far as no rule that comes first for it denies
   * it; everybody else what the rules say, as far as their credentials open it.
   */
  isAllowed(asker: Asker, limits: Limits | undefined, { action, subject }: Need): boolean {
    // No repository has this name: it stands for one that cannot be.
    if (subject === '' || limits?.allows(action, subject) === false) return false;
    const { allowed, rule } = this.#policy.current.decide(asker, action, subject);
    if (asker.user === undefined || !isRobot(asker.user)) return allowed;
    return limits !== undefined && rule?.effect !== 'deny';
  }

  /** Whether all that an operation needs is allowed. */
  allows(asker: Asker, limits: Limits | undefined, { needs }: Operation): boolean {
    if (needs.length === 0) return asker.user !== undefined || this.#policy.current.admitsStrangers;
    return needs.every((need) => this.isAllowed(asker, limits, need));
  }
}

function isRobot(user: string): boolean {
  return user.startsWith(ROBOT);
}
