import type { Problem } from '../../configuration/problem.js';
import { type Directive, named } from '../directive.js';
import type { PasswordFiles } from '../password-files.js';
import { parseNetwork } from '../policy/network.js';
import { always, both, DENIED, either, OPEN, type Policy, type Step, simplified } from '../policy/policy.js';
import type { Answer, Part, SitePolicy } from '../policy/site-policy.js';
import { endingStatus, holds, isHarmless } from './condition.js';
import { allLocations, type Location, locate } from './location.js';
import type { Scope } from './scope.js';

/** What has to be known of the server beside its locations. */
export interface ServerAccess {
  readonly server: Scope;
  readonly locations: readonly Location[];
  /** Whether a location passes requests on to the registry. */
  readonly isRegistry: (location: Location) => boolean;
  readonly passwords: PasswordFiles;
  /** Path of a password file that a directive names. */
  readonly passwordFile: (directive: Directive, scope: Scope) => string | undefined;
  /** Addresses of clients are not known as nginx knows them, so that they must not open anything. */
  readonly hasOtherAddresses: boolean;
}

/** Who may ask for what at a server of nginx. */
export class NginxPolicy implements SitePolicy {
  readonly parts: readonly Part[];
  readonly problems: Problem[] = [];
  readonly #access: ServerAccess;
  readonly #byDirective: ReadonlyMap<Directive, Location>;

  constructor(access: ServerAccess) {
    this.#access = access;
    const locations = allLocations(access.locations).filter(({ manner }) => manner !== 'name');
    this.#byDirective = new Map(locations.map((location) => [location.directive, location]));
    this.parts = locations.map(({ directive, paths, text, manner, expression }) => ({
      directive,
      paths: paths.paths,
      // No repository has a part that begins with a dot.
      isWider:
        manner === 'expression' && !/^\^?\/\\\./.test(text) && (paths.isWider || expression === undefined),
    }));
  }

  answer(method: string, path: string): Answer {
    const location = locate(this.#access.locations, path);
    if (location === undefined) return { policy: undefined, from: undefined };
    const ending = this.#ending(location, method, path);
    if (ending !== undefined) return { policy: always(DENIED), from: ending };
    return { policy: this.#own(location, method), from: location.directive };
  }

  own(part: Part, method: string): Policy | undefined {
    const location = this.#byDirective.get(part.directive);
    return location === undefined ? undefined : this.#own(location, method);
  }

  #own(location: Location, method: string): Policy | undefined {
    if (!this.#access.isRegistry(location)) return undefined;
    const limit = named(location.scope.block, 'limit_except').at(-1);
    const isLimited = limit !== undefined && !allowedMethods(limit).has(method);
    return this.#policy(isLimited ? location.scope.inner(limit) : location.scope);
  }

  /** The `if` that turns a request away. What nobody knows in advance turns everybody away. */
  #ending(location: Location, method: string, path: string): Directive | undefined {
    for (const scope of [this.#access.server, location.scope]) {
      for (const condition of named(scope.block, 'if')) {
        const status = endingStatus(condition);
        if (status === undefined || status < 400 || isHarmless(condition)) continue;
        const verdict = holds(condition, method, path);
        if (verdict === false) continue;
        if (verdict === true) return condition;
        if (/^\(?\$ssl_client_verify$/.test(condition.args[0] ?? '')) continue;
        this.#note(
          condition,
          'What this condition asks is not known here, and it turns requests away. Everything that it may turn away is denied: write rules in its place (docs/access.md).',
        );
        return condition;
      }
    }
    return undefined;
  }

  #policy(scope: Scope): Policy {
    const networks = this.#networks(scope);
    const password = this.#password(scope);
    const isAny = scope.one('satisfy')?.args[0] === 'any';
    if (networks === undefined) return password ?? always(OPEN);
    if (password === undefined) return simplified([...networks, { network: undefined, outcome: OPEN }]);
    // Whom no line names has to show a password, whatever comes then.
    return isAny
      ? either(simplified([...networks, { network: undefined, outcome: DENIED }]), password)
      : both(simplified([...networks, { network: undefined, outcome: OPEN }]), password);
  }

  #password(scope: Scope): Policy | undefined {
    const realm = scope.one('auth_basic');
    const request = scope.one('auth_request');
    const isAsked = realm !== undefined && realm.args[0] !== 'off';
    if (request !== undefined && request.args[0] !== 'off') {
      this.#note(
        request,
        'Another program decided here who gets in. Whoever is in the password file gets in instead: write rules (docs/access.md) for what it decided beyond that.',
      );
      return always(this.#access.passwords.outcome(undefined));
    }
    if (!isAsked) return undefined;
    const file = scope.one('auth_basic_user_file');
    if (file === undefined) {
      this.#note(
        realm,
        'There is no auth_basic_user_file beside it, so that nginx asked nobody. A password is asked for here.',
      );
      return always(this.#access.passwords.outcome(undefined));
    }
    return always(this.#access.passwords.outcome(this.#access.passwordFile(file, scope)));
  }

  /** The steps of `allow` and `deny`; undefined: there are none. */
  #networks(scope: Scope): readonly Step[] | undefined {
    const directives = scope.inherited('allow', 'deny');
    if (directives.length === 0) return undefined;
    const steps: Step[] = [];
    for (const directive of directives) {
      const [text = ''] = directive.args;
      const outcome = directive.name === 'allow' ? OPEN : DENIED;
      const network = parseNetwork(text);
      if (text === 'unix:') continue;
      if (text === 'all') steps.push({ network: undefined, outcome });
      else if (network !== undefined && !this.#access.hasOtherAddresses) steps.push({ network, outcome });
      else {
        this.#note(
          directive,
          this.#access.hasOtherAddresses
            ? 'nginx learned the address of the client in a way that is not known here. Nobody gets in by an address, and nobody but those who are denied none.'
            : `${JSON.stringify(text.slice(0, 64))} is no address. Nobody gets in by it.`,
        );
        if (outcome === DENIED) steps.push({ network: undefined, outcome: DENIED });
      }
    }
    return steps;
  }

  #note({ place }: Directive, message: string): void {
    if (!this.problems.some((one) => one.message === message && one.place?.line === place.line)) {
      this.problems.push({ place, message });
    }
  }
}

function allowedMethods({ args }: Directive): ReadonlySet<string> {
  const methods = args.map((method) => method.toUpperCase());
  return new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods);
}
