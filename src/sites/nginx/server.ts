import { type Directive, named } from '../directive.js';
import { allLocations, type Location, locationsIn } from './location.js';
import { Scope } from './scope.js';
import { type Target, targetOf } from './target.js';

/** A server block. */
export interface Server {
  readonly directive: Directive;
  readonly scope: Scope;
  readonly locations: readonly Location[];
  /** Where it passes most of what a registry is asked. */
  readonly target: Target | undefined;
  readonly score: number;
  /** Every request gets this address instead of an answer. */
  readonly redirect: string | undefined;
}

/** All directives of http blocks, and of files that stand in one. */
export function httpScope(directives: readonly Directive[]): Scope {
  return new Scope(
    directives.flatMap((one) => (one.name === 'http' && one.block !== undefined ? one.block : [one])),
  );
}

/** The servers of the http block, those that look most like a registry's first. */
export function serversIn(http: Scope): readonly Server[] {
  return named(http.block, 'server')
    .map((directive) => readServer(directive, http))
    .toSorted((a, b) => b.score - a.score);
}

function readServer(directive: Directive, http: Scope): Server {
  const scope = http.inner(directive);
  const locations = locationsIn(scope);
  const all = allLocations(locations);
  const returned = named(scope.block, 'return').at(0);
  const found = returned === undefined ? best(all) : undefined;
  const whole = returned ?? onlyRedirect(all);
  return {
    directive,
    scope,
    locations,
    target: found?.target,
    score: found?.score ?? 0,
    redirect: found === undefined ? whole?.args.at(-1) : undefined,
  };
}

function onlyRedirect(locations: readonly Location[]): Directive | undefined {
  const root = locations.find(({ text }) => text === '/');
  return named(root?.scope.block, 'return').at(0);
}

/** The place that most speaks for a registry. */
function best(
  locations: readonly Location[],
): { readonly target: Target; readonly score: number } | undefined {
  const sums = new Map<string, { target: Target; score: number }>();
  for (const location of locations) {
    const target = targetOf(location);
    if (target === undefined) continue;
    const key = keyOf(target);
    const known = sums.get(key) ?? { target, score: /registry|docker|distribution|hub/.test(key) ? 3 : 0 };
    known.score += scoreOf(location, target);
    sums.set(key, known);
  }
  return [...sums.values()].toSorted((a, b) => b.score - a.score)[0];
}

function scoreOf({ text }: Location, { authority }: Target): number {
  if (/^\^?\/v[12](?:\/|$)|_ping|manifests|blobs/.test(text)) return 10;
  return (text === '/' ? 1 : 0) + (/:500\d$/.test(authority) ? 2 : 0);
}

/** Two targets with the same key are the same program. */
export function keyOf({ scheme, authority }: Target): string {
  return `${scheme}://${authority}`;
}

/** For messages. */
export function describeServer({ scope, directive }: Server): string {
  const names = named(scope.block, 'server_name').flatMap(({ args }) => args);
  const listens = named(scope.block, 'listen').map(({ args: [address = ''] }) => address);
  const what = [names.join(' '), listens.join(', ')].filter((part) => part !== '').join(' on ');
  return `the server of line ${directive.place.line}${what === '' ? '' : ` (${what})`}`;
}
