import type { RuleAction } from '../../configuration/access.js';
import { type Directive, placeText } from '../directive.js';
import { isSame, type Policy, type Step, textOf } from './policy.js';
import type { Region } from './regions.js';

/** A rule as the file has it. */
export interface WrittenRule {
  readonly allow?: RuleWords;
  readonly deny?: RuleWords;
  readonly repositories?: string | readonly string[];
  readonly anonymous?: true;
  readonly users?: string | readonly string[];
  readonly groups?: string | readonly string[];
  readonly networks?: string | readonly string[];
}

type RuleWords = string | readonly string[];

/** A rule, and what it comes from. */
export interface RuleWithSource {
  readonly rule: WrittenRule;
  readonly source: string;
}

const everything = 6;
const ofRepository = 3;

/** Whether everybody with a name may do everything, and nobody else anything: then there need be no rules. */
export function isPlain(regions: readonly Region[]): boolean {
  return regions.every(({ policies }) =>
    [...policies.values()].every((policy) => textOf(policy) === ' named'),
  );
}

/** The rules of all regions. What no rule allows is denied, so that denials behind the last permission are left out. */
export function rulesOf(regions: readonly Region[]): readonly RuleWithSource[] {
  const made = merged(regions).flatMap((region) => regionRules(region));
  return made.filter(({ rule }, index) => {
    if (rule.deny === undefined) return true;
    const denied = words(rule.deny);
    return made
      .slice(index + 1)
      .some(
        ({ rule: { allow } }) => allow !== undefined && words(allow).some((one) => overlaps(one, denied)),
      );
  });
}

/** A region that says what the rest says anyway needs no rules, unless one that says something else lies between. */
function merged(regions: readonly Region[]): readonly Region[] {
  const rest = regions.at(-1);
  const kept: Region[] = [];
  for (const region of regions.toReversed()) {
    const isRest = region === rest;
    const isSaid = [...region.policies].every(([action, policy]) =>
      isSame(policy, rest?.policies.get(action) ?? []),
    );
    if (isRest || !isSaid || kept.length > 1) kept.unshift(region);
  }
  return kept;
}

function overlaps(one: string, others: readonly string[]): boolean {
  return one === 'all' || others.includes('all') || others.includes(one);
}

function words(written: RuleWords): readonly string[] {
  return typeof written === 'string' ? [written] : written;
}

function regionRules({ patterns, policies, from }: Region): readonly RuleWithSource[] {
  const groups: { policy: Policy; actions: RuleAction[] }[] = [];
  for (const [action, policy] of policies) {
    const group = groups.find((one) => isSame(one.policy, policy));
    if (group === undefined) groups.push({ policy, actions: [action] });
    else group.actions.push(action);
  }
  const source = sourceOf(from);
  return groups.flatMap(({ policy, actions }) => {
    const isAll = actions.length === (patterns === undefined ? everything : ofRepository);
    const about = {
      actions: isAll ? 'all' : short(actions),
      ...(patterns === undefined ? {} : { repositories: short(patterns) }),
    };
    return joined(policy).flatMap((step) => stepRules(step, about).map((rule) => ({ rule, source })));
  });
}

interface About {
  readonly actions: RuleWords;
  readonly repositories?: RuleWords;
}

/** Steps beside each other that differ in the network only become one. */
function joined(
  policy: Policy,
): readonly (Omit<Step, 'network'> & { readonly networks: readonly string[] })[] {
  const steps: { outcome: Step['outcome']; networks: string[] }[] = [];
  for (const { network, outcome } of policy) {
    const last = steps.at(-1);
    const isAlike =
      last !== undefined &&
      network !== undefined &&
      last.networks.length > 0 &&
      JSON.stringify(last.outcome) === JSON.stringify(outcome);
    if (isAlike) last.networks.push(network.text);
    else steps.push({ outcome, networks: network === undefined ? [] : [network.text] });
  }
  return steps;
}

/** Behind a permission for some, the others must not fall through to what is said of others. */
function stepRules(
  { outcome, networks }: { readonly outcome: Step['outcome']; readonly networks: readonly string[] },
  { actions, repositories }: About,
): readonly WrittenRule[] {
  const where = networks.length === 0 ? {} : { networks: short(networks) };
  const what = repositories === undefined ? {} : { repositories };
  const deny: WrittenRule = { deny: actions, ...what, ...where };
  if (outcome.kind === 'denied') return [deny];
  if (outcome.kind === 'open') return [{ allow: actions, ...what, anonymous: true, ...where }];
  const { only } = outcome;
  if (only === undefined) return [{ allow: actions, ...what, ...where }, deny];
  const { users, groups } = only;
  const who = {
    ...(users.length === 0 ? {} : { users: short(users) }),
    ...(groups.length === 0 ? {} : { groups: short(groups) }),
  };
  return users.length + groups.length === 0 ? [deny] : [{ allow: actions, ...what, ...who, ...where }, deny];
}

function short<Word extends string>(list: readonly Word[]): Word | readonly Word[] {
  const [first] = list;
  return first !== undefined && list.length === 1 ? first : list;
}

function sourceOf(from: readonly Directive[]): string {
  return from.map((directive) => `${placeText(directive)} ${nameWithPath(directive)}`).join('; ');
}

/** A location with its path; of a condition nothing more, since it may hold a secret. */
function nameWithPath({ name, title, args }: Directive): string {
  return name.startsWith('location') ? `${title} ${args.join(' ')}` : title;
}
