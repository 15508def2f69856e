import type { Problem } from '../../configuration/problem.js';
import type { Directive } from '../directive.js';
import { pathsOfExpression } from '../nginx/expression.js';
import type { PasswordFiles } from '../password-files.js';
import { always, both, DENIED, either, type Outcome, type Policy } from '../policy/policy.js';
import type { Answer, Part, SitePolicy } from '../policy/site-policy.js';
import { hasOldAccess, oldAccess } from './old-access.js';
import { type ApacheTarget, isBelow, pathsOfSection, sectionPath } from './proxy-target.js';
import { forMethod, hasRequirement, last, requirementOf } from './requirement.js';

/** What has to be known of the server beside its sections. */
export interface VirtualHostAccess {
  /** Sections in the order in which they count: those of the proxy, then those of paths. */
  readonly sections: readonly Directive[];
  readonly targets: readonly ApacheTarget[];
  readonly isRegistry: (url: string) => boolean;
  readonly passwords: PasswordFiles;
  readonly passwordFile: (directive: Directive) => string;
  /** A file says who is in which group. */
  readonly hasGroups: boolean;
  /** Addresses of clients are not known as Apache knows them, so that they must not open anything. */
  readonly hasOtherAddresses: boolean;
}

/** What sections have said so far. */
interface State {
  readonly kind: Directive | undefined;
  readonly file: Directive | undefined;
  /** For the method. */
  readonly required: readonly Directive[];
  readonly old: readonly Directive[];
}

const nothing: State = { kind: undefined, file: undefined, required: [], old: [] };

/** Who may ask for what at a virtual host of Apache. */
export class ApachePolicy implements SitePolicy {
  readonly parts: readonly Part[];
  readonly problems: Problem[] = [];
  readonly #access: VirtualHostAccess;

  constructor(access: VirtualHostAccess) {
    this.#access = access;
    this.parts = access.sections
      .filter(({ name }) => name === 'location' || name === 'locationmatch')
      .map((directive) => ({ directive, ...pathsOfSection(directive) }))
      .map((part) => ({ ...part, isWider: part.isWider || sectionPath(part.directive) === undefined }))
      .concat(exceptedParts(access.targets));
    for (const one of access.sections.filter(({ name }) => name === 'if')) {
      this.#note(
        one,
        'Conditions are not known here. Look whether it kept somebody out, and write rules (docs/access.md).',
      );
    }
  }

  answer(method: string, path: string): Answer {
    const target = this.#access.targets.find((one) => isBelow(path, one.path));
    if (target?.url === undefined || !this.#access.isRegistry(target.url))
      return { policy: undefined, from: undefined };
    const sections = this.#access.sections.filter((section) => fits(section, path));
    const from =
      sections.findLast(({ block = [] }) => hasRequirement(block) || hasOldAccess(block)) ?? sections.at(-1);
    return { policy: this.#policy(sections, method), from: from ?? target.directive };
  }

  own(part: Part, method: string): Policy | undefined {
    if (part.directive.name.startsWith('proxypass')) return undefined;
    return this.#policy([part.directive], method);
  }

  #policy(sections: readonly Directive[], method: string): Policy {
    const state = sections.reduce((before, section) => merged(before, section, method), nothing);
    const note = (directive: Directive, message: string): void => this.#note(directive, message);
    const old = oldAccess(state.old, note);
    const asked = requirementOf(state.required, {
      method,
      named: this.#named(state),
      hasGroups: this.#access.hasGroups,
      note,
    });
    if (old === undefined) return this.#safe(asked);
    const isAny = last(state.old, 'satisfy')?.args[0]?.toLowerCase() === 'any';
    // Where nothing is required there is nothing that could satisfy.
    return this.#safe(isAny && state.required.length > 0 ? either(old, asked) : both(old, asked));
  }

  /** The strictest of what it may be where nobody knows where clients come from. */
  #safe(policy: Policy): Policy {
    return this.#access.hasOtherAddresses
      ? policy.map(({ outcome }) => always(outcome)).reduce(both)
      : policy;
  }

  #named({ kind, file }: State): Outcome {
    const type = kind?.args[0]?.toLowerCase() ?? 'basic';
    if (kind !== undefined && type !== 'basic') {
      this.#note(
        kind,
        `AuthType ${type.slice(0, 40)} is not known here. Nobody gets in by it: make users with "dockgate user add", and write rules (docs/access.md).`,
      );
      return DENIED;
    }
    return this.#access.passwords.outcome(file === undefined ? undefined : this.#access.passwordFile(file));
  }

  #note({ place }: Directive, message: string): void {
    if (!this.problems.some((one) => one.message === message && one.place?.line === place.line)) {
      this.problems.push({ place, message });
    }
  }
}

/** What `ProxyPass PATH !` keeps from being passed on. */
function exceptedParts(targets: readonly ApacheTarget[]): Part[] {
  return targets.flatMap(({ directive, path, url }) => {
    // Of a section it is known already.
    if (url !== undefined || directive.args[0] === '!') return [];
    const known =
      typeof path === 'string'
        ? { paths: [{ path: path.endsWith('/') ? path : `${path}/`, isWhole: false }], isWider: false }
        : pathsOfExpression(path.source.replaceAll('\\/', '/'));
    return [{ directive, ...known }];
  });
}

function fits(section: Directive, path: string): boolean {
  if (section.name === 'proxy' || section.name === 'proxymatch') return true;
  if (section.name !== 'location' && section.name !== 'locationmatch') return false;
  const start = sectionPath(section);
  return start !== undefined && isBelow(path, start === '/' ? /^\// : start);
}

/** A later section replaces what it says anew; of what is required all, unless `AuthMerging` says otherwise. */
function merged(before: State, { block = [] }: Directive, method: string): State {
  const directives = forMethod(block, method);
  const merging = last(block, 'authmerging')?.args[0]?.toLowerCase();
  const own = directives.filter(({ name }) => name === 'require' || name.startsWith('require'));
  const isKept = merging === 'and' || merging === 'or';
  const joined = isKept ? together(merging, before.required, own) : own;
  return {
    kind: last(block, 'authtype') ?? before.kind,
    file: last(block, 'authuserfile') ?? before.file,
    required: hasRequirement(block) ? joined : before.required,
    old: hasOldAccess(block) || hasOldAccess(directives) ? directives : before.old,
  };
}

/** What is asked of another method alone changes nothing for this one. */
function together(
  merging: string,
  one: readonly Directive[],
  other: readonly Directive[],
): readonly Directive[] {
  if (one.length === 0 || other.length === 0) return one.length === 0 ? other : one;
  return [wrapped(merging, one, other)];
}

function wrapped(merging: string, one: readonly Directive[], other: readonly Directive[]): Directive {
  const place = one[0]?.place ?? { file: '', line: 0, column: 0 };
  const any = (block: readonly Directive[]): Directive => ({
    name: 'requireany',
    title: '',
    args: [],
    place,
    block,
  });
  return {
    name: merging === 'and' ? 'requireall' : 'requireany',
    title: '',
    args: [],
    place,
    block: [any(one), any(other)],
  };
}
