import type { RuleAction } from '../../configuration/access.js';
import type { Problem } from '../../configuration/problem.js';
import type { Directive } from '../directive.js';
import { sourcesText } from '../ledger.js';
import { isWithinRepository, literalStart, repositoryPatterns, sampleNames } from './path-pattern.js';
import { always, both, DENIED, isSame, type Policy } from './policy.js';
import { requestsOf, type SampleRequest } from './sample-requests.js';
import type { Part, SitePolicy } from './site-policy.js';

/** Repositories about which one thing is decided, or the rest and the registry as a whole. */
export interface Region {
  /** undefined: all that no region before it has. */
  readonly patterns: readonly string[] | undefined;
  readonly policies: ReadonlyMap<RuleAction, Policy>;
  /** What it comes from. */
  readonly from: readonly Directive[];
}

/** Which of the two APIs the site passes on. */
export interface Served {
  readonly v1: boolean;
  readonly v2: boolean;
  /** Paths of the v1 API beside the ping are named, and not only passed on with all others. */
  readonly isV1Named: boolean;
}

const ofRepository = ['pull', 'push', 'delete'] as const;
const all = [...ofRepository, 'catalog', 'search', 'admin'] as const;

/** Which of the APIs the site passes on to the registry. */
export function servedBy(site: SitePolicy): Served {
  const isAsked = (path: string): boolean => site.answer('GET', path).policy !== undefined;
  return {
    v2: isAsked('/v2/q7x/manifests/q7t') || isAsked('/v2/'),
    v1: isAsked('/v1/repositories/q7x/r8y/images'),
    isV1Named: site.parts.some(({ paths }) => paths.some(({ path }) => /^\/v1(?:\/(?!_ping)|$)/.test(path))),
  };
}

/** Regions from the most particular to the rest. What cannot be told apart gets the strictest of what it may be. */
export function regionsOf(site: SitePolicy, served: Served, problems: Problem[]): readonly Region[] {
  const found = new Map<string, { patterns: readonly string[]; from: Directive[] }>();
  const wide: Part[] = [];
  for (const part of site.parts) {
    if (part.isWider) wide.push(part);
    for (const path of part.paths) {
      const patterns = repositoryPatterns(path);
      if (patterns.length === 0) continue;
      const known = found.get(patterns.join(' '));
      if (known === undefined) found.set(patterns.join(' '), { patterns, from: [part.directive] });
      else if (!known.from.includes(part.directive)) known.from.push(part.directive);
    }
  }
  const named = [...found.values()].sort((a, b) => rank(b.patterns) - rank(a.patterns));
  const places = [...named, { patterns: undefined, from: [] as Directive[] }];
  const missed = missedParts(
    site,
    places.map(({ patterns }) => patterns),
    served,
  );
  const regions = places.map(({ patterns, from }): Region => {
    const reached = new Set<Directive>(from);
    const mixed: RuleAction[] = [];
    const own = patterns === undefined ? served : apiOf(from, served);
    const policies = new Map<RuleAction, Policy>();
    for (const action of patterns === undefined ? all : ofRepository) {
      const { policy, isMixed } = judge(site, action, patterns, own, reached);
      if (isMixed) mixed.push(action);
      policies.set(
        action,
        wide
          .filter((part) => touches(part, patterns))
          .reduce((sum, part) => withPart(sum, site, part, action, own), policy),
      );
    }
    for (const part of missed.filter((one) => touches(one, patterns))) {
      let isClosed = false;
      for (const [action, policy] of policies) {
        if (!ofRepository.some((one) => one === action)) continue;
        const closed = withPart(policy, site, part, action, own);
        isClosed ||= !isSame(closed, policy);
        policies.set(action, closed);
      }
      if (isClosed) problems.push(tooNarrow(part, patterns));
    }
    if (mixed.length > 0) problems.push(mixture(mixed, patterns, [...reached]));
    const region = { patterns, policies, from: [...reached] };
    if (own !== served && served.v1) noteOtherApi(site, region, served, problems);
    return region;
  });
  return joined(regions);
}

/** Parts about single tags or digests, which no request comes to that stands for all of its kind. */
function missedParts(
  site: SitePolicy,
  places: readonly (readonly string[] | undefined)[],
  served: Served,
): readonly Part[] {
  const narrow = site.parts.filter(({ isWider, paths }) => !isWider && paths.some(isWithinRepository));
  if (narrow.length === 0) return [];
  const reached = new Set<Directive>();
  for (const patterns of places)
    for (const action of ofRepository) judge(site, action, patterns, served, reached);
  return narrow.filter(({ directive }) => !reached.has(directive));
}

function tooNarrow({ directive }: Part, patterns: readonly string[] | undefined): Problem {
  const where = patterns === undefined ? 'all repositories' : patterns.join(', ');
  return {
    place: directive.place,
    message: `This is about a part of what a repository has, and rules name repositories as a whole. The strictest of it was taken for all of ${where}: look whether it is what you mean.`,
  };
}

/** A location below /v2/ says nothing of the v1 API, unless that has locations of its own. */
function apiOf(from: readonly Directive[], served: Served): Served {
  if (!served.v1 || !served.v2 || served.isV1Named) return served;
  const isOfV1 = from.some(({ args }) => args.some((word) => word.includes('/v1')));
  return isOfV1 ? served : { ...served, v1: false };
}

/** What is meant by a part cannot be told from what it may be: it counts for both. */
function withPart(sum: Policy, site: SitePolicy, part: Part, action: RuleAction, served: Served): Policy {
  return requestsOf(action, ['q7x'], served, true).reduce(
    (policy, { method }) => both(policy, site.own(part, method) ?? always(DENIED)),
    sum,
  );
}

function noteOtherApi(
  site: SitePolicy,
  { patterns, policies, from }: Region,
  served: Served,
  problems: Problem[],
): void {
  const isWider = [...policies].some(([action, policy]) => {
    const other = judge(site, action, patterns, { ...served, v2: false }, new Set()).policy;
    return !isSame(both(policy, other), policy);
  });
  if (!isWider) return;
  problems.push({
    place: from[0]?.place,
    message: `The rules for ${patterns?.join(', ')} hold for the paths of the v1 API as well, where it was stricter. If the registry knows that API, look whether it is what you mean.`,
  });
}

/** Neighbours that come from the same and say the same are one. */
function joined(regions: readonly Region[]): readonly Region[] {
  const result: Region[] = [];
  for (const region of regions) {
    const last = result.at(-1);
    const isAlike =
      last?.patterns !== undefined &&
      region.patterns !== undefined &&
      last.from.length === region.from.length &&
      last.from.every((one) => region.from.includes(one)) &&
      [...last.policies].every(([action, policy]) => isSame(policy, region.policies.get(action) ?? []));
    if (isAlike)
      result[result.length - 1] = {
        ...last,
        patterns: [...(last.patterns ?? []), ...(region.patterns ?? [])],
      };
    else result.push(region);
  }
  return result;
}

interface Judgement {
  readonly policy: Policy;
  /** One action of dockgate is several requests, and they are not decided alike. */
  readonly isMixed: boolean;
}

function judge(
  site: SitePolicy,
  action: RuleAction,
  patterns: readonly string[] | undefined,
  served: Served,
  reached: Set<Directive>,
): Judgement {
  let policy: Policy | undefined;
  let isMixed = false;
  const names = (patterns ?? ['**']).flatMap(sampleNames);
  for (const request of requestsOf(action, names, served, patterns === undefined)) {
    const { policy: own, from } = answerTo(site, request);
    if (from !== undefined) reached.add(from);
    if (policy === undefined) policy = own;
    else {
      // Who may do the one and not the other loses both.
      if (!isSame(own, policy)) isMixed = action !== 'admin';
      policy = both(policy, own);
    }
  }
  return { policy: policy ?? always(DENIED), isMixed };
}

function answerTo(
  site: SitePolicy,
  { method, path }: SampleRequest,
): { policy: Policy; from: Directive | undefined } {
  const { policy, from } = site.answer(method, path);
  return { policy: policy ?? always(DENIED), from };
}

function mixture(
  actions: readonly RuleAction[],
  patterns: readonly string[] | undefined,
  from: readonly Directive[],
): Problem {
  const where = patterns === undefined ? '' : ` in ${patterns.join(', ')}`;
  return {
    place: from[0]?.place,
    message: `The requests that make up ${actions.join(', ')}${where} are not decided alike there (${sourcesText(from)}). The strictest of it was taken for all of them: look whether it is what you mean.`,
  };
}

/** Whether a part whose paths are not known exactly may concern repositories. */
function touches(part: Part, patterns: readonly string[] | undefined): boolean {
  // What has patterns of its own has a region of its own, too.
  if (patterns === undefined) return part.paths.some((path) => repositoryPatterns(path).length === 0);
  return part.paths.some((path) => {
    const others = repositoryPatterns(path);
    if (others.length === 0) return true;
    return others.some((other) =>
      patterns.some((pattern) => {
        const [one, two] = [literalStart(other), literalStart(pattern)];
        return one.startsWith(two) || two.startsWith(one);
      }),
    );
  });
}

/** The longer the fixed text, the more particular. */
function rank(patterns: readonly string[]): number {
  const [first = ''] = patterns;
  return first.replaceAll('*', '').length * 2 + (first.includes('*') ? 0 : 1);
}
