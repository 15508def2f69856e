import { type Directive, named } from '../directive.js';
import { expressionOf, pathsOfExpression } from '../nginx/expression.js';

/** Where paths are passed on to. */
export interface ApacheTarget {
  readonly directive: Directive;
  /** Beginning of the paths, or an expression. */
  readonly path: string | RegExp;
  /** undefined: these paths are not passed on. */
  readonly url: string | undefined;
}

/** What `ProxyPass` says, in the order in which it is asked. @param locations sections of paths */
export function targetsOf(server: readonly Directive[], main: readonly Directive[]): readonly ApacheTarget[] {
  const within = [...server, ...main].filter(({ name }) => name === 'location' || name === 'locationmatch');
  const ofSections = within.toReversed().flatMap((section) => {
    const path = sectionPath(section);
    return named(section.block, 'proxypass').flatMap(({ args, ...rest }): ApacheTarget[] =>
      path === undefined
        ? []
        : [{ directive: { args, ...rest }, path, url: args[0] === '!' ? undefined : args[0] }],
    );
  });
  const ofServers = [...server, ...main].flatMap((directive): ApacheTarget[] => {
    const [first = '', second] = directive.args;
    if (directive.name === 'proxypass') {
      return [{ directive, path: first, url: second === '!' ? undefined : second }];
    }
    if (directive.name !== 'proxypassmatch') return [];
    const expression = expressionOf(first, false);
    return expression === undefined
      ? []
      : [{ directive, path: expression, url: second === '!' ? undefined : second?.replace(/\$\d.*$/, '') }];
  });
  return [...ofSections, ...ofServers];
}

/** The beginning or the expression of a section of paths; undefined: it cannot be tried. */
export function sectionPath({ name, args }: Directive): string | RegExp | undefined {
  const [first = '', second = ''] = args;
  if (name === 'locationmatch') return expressionOf(first, false);
  return first === '~' ? expressionOf(second, false) : first;
}

/** The text of the expression of a section; undefined: it has none. */
function sectionExpression({ name, args }: Directive): string | undefined {
  if (name === 'locationmatch') return args[0] ?? '';
  return args[0] === '~' ? (args[1] ?? '') : undefined;
}

/** Whether a path begins with another one, part by part. */
export function isBelow(path: string, start: string | RegExp): boolean {
  if (typeof start !== 'string') return start.test(path);
  if (start.endsWith('/')) return path.startsWith(start);
  return path === start || path.startsWith(`${start}/`);
}

/** The paths of a section. */
export function pathsOfSection(section: Directive): ReturnType<typeof pathsOfExpression> {
  const expression = sectionExpression(section);
  if (expression !== undefined) return pathsOfExpression(expression);
  const [path = ''] = section.args;
  if (/[*?[]/.test(path)) return { paths: [{ path: '/', isWhole: false }], isWider: true };
  return { paths: [{ path: path.endsWith('/') ? path : `${path}/`, isWhole: false }], isWider: false };
}
