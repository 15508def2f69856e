import type { Directive } from '../directive.js';
import { named } from '../directive.js';
import type { Location } from './location.js';
import type { Scope } from './scope.js';
import { constantText } from './variables.js';

/** Where a location passes its requests. */
export interface Target {
  readonly directive: Directive;
  readonly scheme: 'http' | 'https';
  /** `HOST`, `HOST:PORT`, the name of an upstream block, or `unix:/PATH`. */
  readonly authority: string;
  /** What takes the place of the location's path; empty: the path is passed on as it is. */
  readonly uri: string;
}

/** What a location does with its requests; undefined: something else than passing them on by HTTP. */
export function targetOf({ scope }: Pick<Location, 'scope'>): Target | undefined {
  // What is internal is so with all within.
  if (named(scope.block, 'return').length > 0 || scope.one('internal') !== undefined) return undefined;
  const directive = named(scope.block, 'proxy_pass').at(-1);
  return directive === undefined ? undefined : readTarget(directive, scope);
}

function readTarget(directive: Directive, scope: Scope): Target | undefined {
  const text = constantText(directive.args[0] ?? '', scope) ?? withoutUri(directive.args[0] ?? '', scope);
  const match = /^(https?):\/\/(?:(unix:[^:]+)(?::(.*))?|([^/?#]+)(.*))$/is.exec(text ?? '');
  if (match === null) return undefined;
  const [, scheme = '', socket, socketUri = '', authority = '', uri = ''] = match;
  return {
    directive,
    scheme: scheme.toLowerCase() === 'https' ? 'https' : 'http',
    authority: socket ?? authority.toLowerCase(),
    uri: socket === undefined ? uri : socketUri,
  };
}

/** `http://registry$request_uri` passes the path on as it is. */
function withoutUri(text: string, scope: Scope): string | undefined {
  const short = text.replace(/\$(?:request_uri|\{request_uri\})$/, '');
  return short === text ? undefined : constantText(short, scope);
}
