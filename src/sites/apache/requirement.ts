import { settings } from '../../configuration/settings.js';
import { groupName, userName } from '../../configuration/values/rule-values.js';
import { type Directive, named } from '../directive.js';
import { isFit } from '../fit.js';
import { type Network, parseNetwork } from '../policy/network.js';
import {
  always,
  both,
  DENIED,
  either,
  OPEN,
  type Outcome,
  type Policy,
  simplified,
} from '../policy/policy.js';

/** Notes what could not be said. */
export type Note = (directive: Directive, message: string) => void;

/** What has to be known to read what is required. */
export interface Asking {
  readonly method: string;
  /** Who has a name where this is asked. */
  readonly named: Outcome;
  /** A file says who is in which group. */
  readonly hasGroups: boolean;
  readonly note: Note;
}

const containers = new Set(['requireall', 'requireany', 'requirenone']);

/** Whether a directive says who gets in, in Apache's newer way. */
function isRequirement({ name }: Directive): boolean {
  return name === 'require' || containers.has(name);
}

/** The directives that hold for a method: those in `<Limit>` and `<LimitExcept>` only where it is meant. */
export function forMethod(block: readonly Directive[], method: string): readonly Directive[] {
  return block.flatMap((directive) => {
    if (directive.name !== 'limit' && directive.name !== 'limitexcept') return [directive];
    const methods = directive.args.map((word) => word.toUpperCase());
    const isNamed = methods.includes(method) || (method === 'HEAD' && methods.includes('GET'));
    return isNamed === (directive.name === 'limit') ? forMethod(directive.block ?? [], method) : [];
  });
}

/** Whether anything is required, by whichever method. */
export function hasRequirement(block: readonly Directive[]): boolean {
  return block.some(
    (one) =>
      isRequirement(one) ||
      ((one.name === 'limit' || one.name === 'limitexcept') && hasRequirement(one.block ?? [])),
  );
}

/** Who gets in by all that a section requires; nothing for this method is nothing required. */
export function requirementOf(directives: readonly Directive[], asking: Asking): Policy {
  const own = directives.filter(isRequirement);
  return own.length === 0 ? always(OPEN) : anyOf(own, asking);
}

function anyOf(directives: readonly Directive[], asking: Asking): Policy {
  return directives.map((one) => requirement(one, asking)).reduce(either, always(DENIED));
}

function requirement(directive: Directive, asking: Asking): Policy {
  const inside = forMethod(directive.block ?? [], asking.method).filter(isRequirement);
  switch (directive.name) {
    case 'requireall':
      return inside.map((one) => requirement(one, asking)).reduce(both, always(OPEN));
    case 'requireany':
      return anyOf(inside, asking);
    case 'requirenone':
      return inside.map((one) => not(one, asking, one.args)).reduce(both, always(OPEN));
    default:
      return directive.args[0]?.toLowerCase() === 'not'
        ? not(directive, asking, directive.args.slice(1))
        : required(directive, asking, directive.args);
  }
}

function required(
  directive: Directive,
  { named: known, hasGroups, method, note }: Asking,
  words: readonly string[],
): Policy {
  const [kind = '', ...rest] = words;
  switch (kind.toLowerCase()) {
    case 'all':
      return always(rest[0]?.toLowerCase() === 'granted' ? OPEN : DENIED);
    case 'valid-user':
      return always(known);
    case 'user':
      return some(directive, 'users', rest, known, note);
    case 'group':
      if (!hasGroups) {
        note(directive, 'There is no AuthGroupFile, so that nobody is in a group. Nobody gets in by it.');
        return always(DENIED);
      }
      return some(directive, 'groups', rest, known, note);
    case 'ip':
      return fromNetworks(networks(directive, rest, note), OPEN, DENIED);
    case 'local':
      return fromNetworks(networks(directive, ['127.0.0.0/8', '::1'], note), OPEN, DENIED);
    case 'method':
      return always(
        rest.map((word) => word.toUpperCase()).includes(method) || (method === 'HEAD' && rest.includes('GET'))
          ? OPEN
          : DENIED,
      );
    default:
      note(directive, `"Require ${kind.slice(0, 40)}" asks what rules cannot ask. Nobody gets in by it.`);
      return always(DENIED);
  }
}

/** Only addresses can be excepted from something. */
function not(directive: Directive, { note, method }: Asking, words: readonly string[]): Policy {
  const [kind = '', ...rest] = words;
  if (kind.toLowerCase() === 'ip') {
    const list = networks(directive, rest, note);
    return list.length === rest.length ? fromNetworks(list, DENIED, OPEN) : always(DENIED);
  }
  if (kind.toLowerCase() === 'all') return always(rest[0]?.toLowerCase() === 'denied' ? OPEN : DENIED);
  if (kind.toLowerCase() === 'method')
    return always(rest.map((word) => word.toUpperCase()).includes(method) ? DENIED : OPEN);
  note(
    directive,
    `Who is excepted here by "${kind.slice(0, 40)}" cannot be said. Nobody gets in beside it: write rules (docs/access.md).`,
  );
  return always(DENIED);
}

function some(
  directive: Directive,
  kind: 'users' | 'groups',
  names: readonly string[],
  known: Outcome,
  note: Note,
): Policy {
  const form = kind === 'users' ? userName : groupName;
  const usable = names.filter((name) => name !== '*' && isFit(form, name));
  if (usable.length < names.length) note(directive, 'A name in it cannot stand in rules, and was left out.');
  if (usable.length === 0) return always(DENIED);
  const only = { users: [], groups: [], [kind]: usable };
  return both(always({ kind: 'named', only }), always(known));
}

/** Addresses as Apache writes them: `10.1`, `10.0.0.0/8`, `10.0.0.0/255.0.0.0`. */
export function networks(directive: Directive, words: readonly string[], note: Note): readonly Network[] {
  return words.flatMap((word) => {
    const parts = word.replace(/\.$/, '').split('.');
    const isPart = /^\d{1,3}(?:\.\d{1,3}){0,2}\.?$/.test(word);
    const text = isPart
      ? `${[...parts, ...Array<string>(4 - parts.length).fill('0')].join('.')}/${parts.length * 8}`
      : word;
    const network = parseNetwork(text);
    if (network !== undefined && isFit(settings.trustedProxies.kind, network.text)) return [network];
    note(directive, `${JSON.stringify(word.slice(0, 64))} is no address. Nobody gets in by it.`);
    return [];
  });
}

/** One outcome from somewhere, another from elsewhere. */
function fromNetworks(list: readonly Network[], there: Outcome, elsewhere: Outcome): Policy {
  return simplified([
    ...list.map((network) => ({ network, outcome: there })),
    { network: undefined, outcome: elsewhere },
  ]);
}

/** All directives of these names, those for single methods too. */
export function deepNamed(block: readonly Directive[], ...names: readonly string[]): readonly Directive[] {
  return block.flatMap((one) =>
    names.includes(one.name) ? [one] : one.block === undefined ? [] : deepNamed(one.block, ...names),
  );
}

/** What the newest of these directives says. */
export function last(block: readonly Directive[], name: string): Directive | undefined {
  return named(block, name).at(-1);
}
