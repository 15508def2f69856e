// biome-ignore-all lint/suspicious/noTemplateCurlyInString: operators write it so.

import type { Below } from '../harness/seeded-random.js';

/**
 * Another way to say whether a pattern matches: by all that it could mean, as slow as it may be. Only for short names.
 *
 * @param user name put in place of `${user}`; undefined: nobody
 */
export function matchesNaively(pattern: string, name: string, user: string | undefined): boolean {
  const follow = (segments: readonly string[], names: readonly string[]): boolean => {
    const [segment, ...others] = segments;
    const [first, ...rest] = names;
    if (segment === undefined) return first === undefined;
    if (segment === '**') {
      if (others.length === 0) return first !== undefined;
      return follow(others, names) || (first !== undefined && follow(segments, rest));
    }
    return first !== undefined && fits(tokens(segment), first, user) && follow(others, rest);
  };
  return follow(pattern.split('/'), name.split('/'));
}

function tokens(segment: string): string[] {
  return segment.match(/\$\{user\}|./g) ?? [];
}

function fits(pattern: readonly string[], text: string, user: string | undefined): boolean {
  const [token, ...others] = pattern;
  if (token === undefined) return text === '';
  if (token === '*') return fits(others, text, user) || (text !== '' && fits(pattern, text.slice(1), user));
  const literal = token === '${user}' ? user : token;
  return literal !== undefined && text.startsWith(literal) && fits(others, text.slice(literal.length), user);
}

const TOKENS = ['a', 'b', 'ab', '*', '${user}'];

/** A pattern over few letters, so that it matches something now and then. */
export function randomPattern(below: Below): string {
  let deep = 0;
  const segments = Array.from({ length: 1 + below(4) }, () => {
    if (below(4) === 0 && deep < 3) {
      deep += 1;
      return '**';
    }
    const parts = Array.from({ length: 1 + below(3) }, () => TOKENS[below(TOKENS.length)] ?? 'a');
    return parts.join('').replace(/\*{2,}/g, '*');
  });
  return segments.join('/');
}

export function randomName(below: Below): string {
  return Array.from({ length: 1 + below(4) }, () =>
    Array.from({ length: 1 + below(3) }, () => 'ab'[below(2)] ?? 'a').join(''),
  ).join('/');
}
