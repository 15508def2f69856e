import type { Exchange } from '../../exchange/exchange.js';
import type { V1Repository } from '../model/v1/v1-repository.js';

/** Who is remembered, and repositories for each: some 20 MB at most. */
const ASKERS = 10_000;
const REPOSITORIES = 16;

/** Remembers in which repositories somebody was last: that is where the images are that they ask for next. */
export class RecentRepositories {
  readonly #byAsker = new Map<string, readonly V1Repository[]>();

  note(exchange: Exchange, repository: V1Repository): void {
    const key = askerOf(exchange);
    const name = repository.toString();
    const others = this.of(exchange).filter((other) => other.toString() !== name);
    this.#byAsker.delete(key);
    this.#byAsker.set(key, [repository, ...others].slice(0, REPOSITORIES));
    if (this.#byAsker.size <= ASKERS) return;
    const [oldest] = this.#byAsker.keys();
    if (oldest !== undefined) this.#byAsker.delete(oldest);
  }

  /** The last one first. */
  of(exchange: Exchange): readonly V1Repository[] {
    return this.#byAsker.get(askerOf(exchange)) ?? [];
  }
}

/** Strangers are told apart by their address. No user's name begins as theirs do. */
export function askerOf({ user, address }: Exchange): string {
  return user === undefined ? `@${address}` : `=${user}`;
}
