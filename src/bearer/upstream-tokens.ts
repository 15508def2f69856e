import type { Action } from '../exchange/action.js';
import type { Subject } from '../exchange/rights.js';
import type { AccessEntry } from './access-claim.js';
import type { TokenIssuer } from './token-issuer.js';

/** One thing that a request to the upstream needs. */
export interface UpstreamNeed {
  readonly action: Action;
  readonly subject: Subject;
}

export interface UpstreamTokensOptions {
  readonly issuer: TokenIssuer;
  /** The upstream's name in tokens. */
  readonly service: string;
  /** Milliseconds. */
  readonly lifetime: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Values that are kept. */
const MOST = 10_000;

interface Kept {
  readonly value: string | Promise<string>;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** The gateway's own tokens for the registry behind it, which takes them in place of the client's credentials. */
export class UpstreamTokens {
  readonly #options: UpstreamTokensOptions;
  readonly #kept = new Map<string, Kept>();

  constructor(options: UpstreamTokensOptions) {
    this.#options = options;
  }

  /**
   * The value of `Authorization` for a request to the upstream; the same one again until half of its life is over.
   *
   * @param user undefined: a stranger. @param needs what the request has been allowed
   */
  authorization(user: string | undefined, needs: readonly UpstreamNeed[]): string | Promise<string> {
    const { lifetime, now = Date.now } = this.#options;
    const key = keyOf(user, needs);
    const kept = this.#kept.get(key);
    if (kept !== undefined && kept.until > now()) return kept.value;
    const value = this.#issue(user, needs);
    const until = now() + lifetime / 2;
    this.#keep(key, { value, until });
    value.then(
      (text) => {
        if (this.#kept.get(key)?.value === value) this.#kept.set(key, { value: text, until });
      },
      () => this.#kept.delete(key),
    );
    return value;
  }

  /** Forgets what it has: another key signs. */
  forget(): void {
    this.#kept.clear();
  }

  async #issue(user: string | undefined, needs: readonly UpstreamNeed[]): Promise<string> {
    const { issuer, service, lifetime } = this.#options;
    const { text } = await issuer.issueOutbound(user, service, accessOf(needs), lifetime);
    return `Bearer ${text}`;
  }

  #keep(key: string, kept: Kept): void {
    this.#kept.delete(key);
    if (this.#kept.size >= MOST) {
      const [oldest] = this.#kept.keys();
      if (oldest !== undefined) this.#kept.delete(oldest);
    }
    this.#kept.set(key, kept);
  }
}

function keyOf(user: string | undefined, needs: readonly UpstreamNeed[]): string {
  let key = user === undefined ? '' : `=${user}`;
  for (const { action, subject } of needs)
    key += `\n${action}${typeof subject === 'string' ? ` ${subject}` : ''}`;
  return key;
}

/** What a token cannot say, such as every repository at once, is left out: the upstream refuses it. */
function accessOf(needs: readonly UpstreamNeed[]): readonly AccessEntry[] {
  const repositories = new Map<string, Set<string>>();
  const registry: AccessEntry[] = [];
  for (const { action, subject } of needs) {
    if (typeof subject === 'string') {
      const known = repositories.get(subject) ?? new Set();
      // Registries want to see both for a push.
      if (action === 'push') known.add('pull');
      known.add(action);
      repositories.set(subject, known);
    } else if (subject === undefined && action === 'catalog')
      registry.push({ type: 'registry', name: 'catalog', actions: ['*'] });
  }
  const named = [...repositories].map(([name, actions]) => ({
    type: 'repository',
    name,
    actions: [...actions],
  }));
  return [...named, ...registry];
}
