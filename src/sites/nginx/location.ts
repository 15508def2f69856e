import type { Directive } from '../directive.js';
import { named } from '../directive.js';
import { type ExpressionPaths, expressionOf, pathsOfExpression } from './expression.js';
import type { Scope } from './scope.js';

/** How a location finds its requests. */
type Manner = 'exact' | 'prefix' | 'strong prefix' | 'expression' | 'name';

/** A location of a server or of another location. */
export interface Location {
  readonly scope: Scope;
  readonly directive: Directive;
  readonly manner: Manner;
  /** The path, the expression or the name. */
  readonly text: string;
  /** undefined for an expression that could not be tried. */
  readonly expression: RegExp | undefined;
  readonly paths: ExpressionPaths;
  readonly inner: readonly Location[];
}

const manners: Readonly<Record<string, Manner>> = {
  '=': 'exact',
  '^~': 'strong prefix',
  '~': 'expression',
  '~*': 'expression',
};

/** The locations of a block, with those in them. */
export function locationsIn(scope: Scope): readonly Location[] {
  return named(scope.block, 'location').map((directive) => locationOf(directive, scope));
}

function locationOf(directive: Directive, parent: Scope): Location {
  const scope = parent.inner(directive);
  const [manner, text, isInsensitive] = readHead(directive.args);
  const isExpression = manner === 'expression';
  return {
    scope,
    directive,
    manner,
    text,
    expression: isExpression ? expressionOf(text, isInsensitive) : undefined,
    paths: isExpression
      ? pathsOfExpression(isInsensitive ? text.toLowerCase() : text)
      : { paths: manner === 'name' ? [] : [{ path: text, isWhole: manner === 'exact' }], isWider: false },
    inner: locationsIn(scope),
  };
}

/** `location =/path` is as good as `location = /path`. */
function readHead([first = '', second]: readonly string[]): readonly [Manner, string, boolean] {
  const known = second === undefined ? undefined : manners[first];
  if (known !== undefined && second !== undefined) return [known, second, first === '~*'];
  const joined = /^(=|\^~|~\*|~)(.+)$/s.exec(first);
  const [, sign = '', rest = ''] = joined ?? [];
  if (joined !== null) return [manners[sign] ?? 'prefix', rest, sign === '~*'];
  return [first.startsWith('@') ? 'name' : 'prefix', first, false];
}

/**
 * The location that nginx takes: an exact one, else the longest prefix, else within and behind it the first expression
 * that fits, unless the prefix is a strong one.
 */
export function locate(locations: readonly Location[], path: string): Location | undefined {
  return search(locations, path).location;
}

interface Found {
  readonly location: Location | undefined;
  /** Nothing further is looked for. */
  readonly isFinal: boolean;
}

function search(locations: readonly Location[], path: string): Found {
  let location: Location | undefined;
  for (const one of locations) {
    if (one.manner === 'exact' && one.text === path) return { location: one, isFinal: true };
    const isPrefix = one.manner === 'prefix' || one.manner === 'strong prefix';
    if (isPrefix && path.startsWith(one.text) && one.text.length >= (location?.text.length ?? 0))
      location = one;
  }
  const isStrong = location?.manner === 'strong prefix';
  if (location !== undefined) {
    const within = search(location.inner, path);
    location = within.location ?? location;
    if (within.isFinal) return within;
  }
  if (isStrong) return { location, isFinal: false };
  const fitting = locations.find(
    ({ manner, expression }) => manner === 'expression' && expression?.test(path),
  );
  if (fitting === undefined) return { location, isFinal: false };
  return { location: search(fitting.inner, path).location ?? fitting, isFinal: true };
}

/** All locations, those within others too. */
export function allLocations(locations: readonly Location[]): readonly Location[] {
  return locations.flatMap((location) => [location, ...allLocations(location.inner)]);
}
