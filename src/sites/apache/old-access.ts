import { type Directive, named } from '../directive.js';
import { DENIED, OPEN, type Policy, type Step, simplified } from '../policy/policy.js';
import { type Note, networks } from './requirement.js';

const names = ['order', 'allow', 'deny'] as const;

/** Whether a section says who gets in, in the way of Apache 2.2. */
export function hasOldAccess(directives: readonly Directive[]): boolean {
  return named(directives, ...names, 'satisfy').length > 0;
}

/**
 * Who gets in by `Order`, `Allow` and `Deny`; undefined: nothing is said.
 *
 * `Order deny,allow` asks `Allow` first and lets in whom nothing names, `Order allow,deny` asks `Deny` first and does not.
 */
export function oldAccess(directives: readonly Directive[], note: Note): Policy | undefined {
  if (named(directives, ...names).length === 0) return undefined;
  const order = named(directives, 'order').at(-1)?.args.join('').toLowerCase() ?? 'deny,allow';
  const allowed = stepsOf(named(directives, 'allow'), note);
  const denied = stepsOf(named(directives, 'deny'), note);
  return order === 'deny,allow'
    ? simplified([...allowed, ...denied, { network: undefined, outcome: OPEN }])
    : simplified([...denied, ...allowed, { network: undefined, outcome: DENIED }]);
}

function stepsOf(directives: readonly Directive[], note: Note): readonly Step[] {
  return directives.flatMap((directive): readonly Step[] => {
    const outcome = directive.name === 'allow' ? OPEN : DENIED;
    const words = directive.args.filter((word, index) => index > 0 || word.toLowerCase() !== 'from');
    if (words.some((word) => word.toLowerCase() === 'all')) return [{ network: undefined, outcome }];
    const found = networks(directive, words, note).map((network) => ({ network, outcome }));
    // Who is kept out by a name is not known: everybody is.
    return outcome === DENIED && found.length < words.length ? [{ network: undefined, outcome }] : found;
  });
}
