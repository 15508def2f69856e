import type { Problem } from '../../configuration/problem.js';
import { type Directive, named } from '../directive.js';
import type { PasswordFiles } from '../password-files.js';
import { parseNetwork } from '../policy/network.js';
import { always, both, DENIED, either, OPEN, type Policy, type Step, simplified } from '../policy/policy.js';
import type { Answer, Part, SitePolicy } from '../policy/site-policy.js';
import { asksForCertificate, conditionOf, endingStatus, holds, isHarmless } from './condition.js';
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
    const { server } = this.#access;
    for (const scope of [server, location.scope]) {
      for (const condition of named(scope.block, 'if')) {
        const status = endingStatus(condition);
        if (status === undefined || status < 400 || isHarmless(condition)) continue;
        const verdict = holds(condition, method, path);
        if (verdict === false) {
          if (isAboutPath(condition))
            this.#note(
              condition,
              'This condition turns requests away by their paths, and rules name repositories alone. None of it is in the rules: write them for what it kept from somebody (docs/access.md).',
            );
          continue;
        }
        if (verdict === true) return condition;
        if (isAboutCertificate(condition) && this.#demandsCertificate(scope, condition)) continue;
        this.#note(
          condition,
          'What this condition asks is not known here, and it turns requests away. Everything that it may turn away is denied: write rules in its place (docs/access.md).',
        );
        return condition;
      }
    }
    return undefined;
  }

  /** Whether nobody comes here without a certificate, because the server wants one of everybody; that is a setting. */
  #demandsCertificate(scope: Scope, condition: Directive): boolean {
    const { server } = this.#access;
    const mode = server.one('ssl_verify_client')?.args[0] ?? 'off';
    if (mode === 'on') return true;
    return mode !== 'off' && scope === server && asksForCertificate(condition);
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
    const isAsked = realm !== undefined && realm.args[0] !== 'off';
    const guards = guardsOf(scope);
    for (const guard of guards)
      this.#note(
        guard,
        'Another program decided here who gets in. Whoever is in the password file gets in instead: write rules (docs/access.md) for what it decided beyond that.',
      );
    if (!isAsked) return guards.length > 0 ? always(this.#access.passwords.outcome(undefined)) : undefined;
    const file = scope.one('auth_basic_user_file');
    if (file === undefined) {
      this.#note(
        realm,
        'There is no auth_basic_user_file beside it, so that nginx asked nobody. A password is asked for here.',
      );
      return always(this.#access.passwords.outcome(undefined));
    }
    const path = this.#access.passwordFile(file, scope);
    if (path !== undefined) return always(this.#access.passwords.outcome(path));
    this.#note(
      file,
      'The name of this password file is known only when a request comes. Nobody gets in by it: write rules (docs/access.md).',
    );
    return always(DENIED);
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

/** Modules beyond nginx's own two that keep people out. */
const GUARD =
  /^auth_(?!basic|request_set|delay|jwt_\w|digest_\w|ldap_\w|gss_\w|pam_\w)|^(?:access_by_|js_access)/;

/** What else decides about requests in a block, unless it is switched off. */
function guardsOf(scope: Scope): readonly Directive[] {
  const names = new Set([...scope.chain()].flatMap(({ block }) => block.map(({ name }) => name)));
  return [...names]
    .filter((name) => GUARD.test(name))
    .flatMap((name) => scope.one(name) ?? [])
    .filter(({ args }) => args[0] !== 'off');
}

/** Whether a condition is about paths, other than those of a whole API. */
function isAboutPath(condition: Directive): boolean {
  const [variable, , value = ''] = conditionOf(condition);
  return /^\$(?:request_)?uri$/.test(variable ?? '') && !/^\^?\/(?:v[12]\/?)?(?:_\w*)?\$?$/.test(value);
}

function isAboutCertificate(condition: Directive): boolean {
  return conditionOf(condition)[0] === '$ssl_client_verify';
}

function allowedMethods({ args }: Directive): ReadonlySet<string> {
  const methods = args.map((method) => method.toUpperCase());
  return new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods);
}
