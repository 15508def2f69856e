import { commonPart, type Network } from './network.js';

/** Some of those who have a name. */
export interface Who {
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

/** What becomes of a request: nobody gets in, whoever has a name (or some of them), or everybody. */
export type Outcome =
  | { readonly kind: 'denied' }
  | { readonly kind: 'named'; readonly only: Who | undefined }
  | { readonly kind: 'open' };

/** An outcome for those who come from somewhere. */
export interface Step {
  /** undefined: anywhere. */
  readonly network: Network | undefined;
  readonly outcome: Outcome;
}

/** The first step that fits decides. The last one is for everybody. */
export type Policy = readonly Step[];

export const DENIED: Outcome = { kind: 'denied' };
export const OPEN: Outcome = { kind: 'open' };
export const NAMED: Outcome = { kind: 'named', only: undefined };

/** One outcome wherever one comes from. */
export function always(outcome: Outcome): Policy {
  return [{ network: undefined, outcome }];
}

/** Both have to let somebody in. */
export function both(one: Policy, other: Policy): Policy {
  return combined(one, other, stricter);
}

/** One of them has to let somebody in. */
export function either(one: Policy, other: Policy): Policy {
  return combined(one, other, looser);
}

/** Whether two policies are written alike. */
export function isSame(one: Policy, other: Policy): boolean {
  return textOf(one) === textOf(other);
}

/** For comparing. */
export function textOf(policy: Policy): string {
  return policy.map(({ network, outcome }) => `${network?.text ?? ''} ${outcomeText(outcome)}`).join('\n');
}

function outcomeText(outcome: Outcome): string {
  if (outcome.kind !== 'named' || outcome.only === undefined) return outcome.kind;
  return JSON.stringify([outcome.only.users.toSorted(), outcome.only.groups.toSorted()]);
}

/** Steps are taken in pairs, in the order of both: the first pair that an address fits is made of the first of each. */
function combined(one: Policy, other: Policy, choose: (a: Outcome, b: Outcome) => Outcome): Policy {
  const steps: Step[] = [];
  for (const a of one) {
    for (const b of other) {
      const network = meeting(a.network, b.network);
      if (network !== 'nowhere') steps.push({ network, outcome: choose(a.outcome, b.outcome) });
    }
  }
  return simplified(steps);
}

function meeting(a: Network | undefined, b: Network | undefined): Network | undefined | 'nowhere' {
  if (a === undefined || b === undefined) return a ?? b;
  return commonPart(a, b) ?? 'nowhere';
}

/** Leaves out what is never reached, and what the last step says anyway. */
export function simplified(policy: Policy): Policy {
  const seen = new Set<string>();
  const steps: Step[] = [];
  for (const step of policy) {
    const key = step.network?.text ?? '';
    if (!seen.has(key)) steps.push(step);
    seen.add(key);
    if (step.network === undefined) break;
  }
  const last = steps.at(-1);
  while (steps.length > 1) {
    const before = steps.at(-2);
    if (before === undefined || last === undefined) break;
    if (outcomeText(before.outcome) !== outcomeText(last.outcome)) break;
    steps.splice(-2, 1);
  }
  return steps;
}

function stricter(a: Outcome, b: Outcome): Outcome {
  if (a.kind === 'denied' || b.kind === 'denied') return DENIED;
  if (a.kind === 'open') return b;
  if (b.kind === 'open') return a;
  if (a.only === undefined || b.only === undefined) return a.only === undefined ? b : a;
  if (outcomeText(a) === outcomeText(b)) return a;
  const [mine, others] = [a.only, b.only];
  // Who is in a group is not known here.
  if (mine.groups.length > 0 || others.groups.length > 0) return DENIED;
  const users = mine.users.filter((user) => others.users.includes(user));
  return users.length === 0 ? DENIED : { kind: 'named', only: { users, groups: [] } };
}

function looser(a: Outcome, b: Outcome): Outcome {
  if (a.kind === 'open' || b.kind === 'open') return OPEN;
  if (a.kind === 'denied') return b;
  if (b.kind === 'denied') return a;
  if (a.only === undefined || b.only === undefined) return NAMED;
  const users = [...new Set([...a.only.users, ...b.only.users])];
  return { kind: 'named', only: { users, groups: [...new Set([...a.only.groups, ...b.only.groups])] } };
}
