import type { Grant } from '../../exchange/grant.js';

/** Issues tokens that the gateway takes in place of a password. */
export interface TokenIssue {
  /**
   * @param user who is to be known by the token.
   * @returns value of `X-Docker-Token`: `Token signature=…,repository="ns/name",access=read`.
   */
  issue(user: string, grant: Pick<Grant, 'repository' | 'access'>): string;
}

/** What became of an account. */
export type AccountOutcome =
  | 'done'
  /** There is one of that name. */
  | 'exists'
  /** There is none of that name. */
  | 'unknown'
  /** Accounts cannot be made or changed by their users here. */
  | 'closed'
  /** Too many at once. */
  | 'busy';

/** The users' accounts. */
export interface Accounts {
  /** Whether strangers may make themselves an account. */
  readonly isOpen: boolean;
  /**
   * @param address for mail, as the client gave it; may be empty.
   * @throws {Failure} 400 with the reason, for a name or password that cannot be one.
   */
  register(user: string, password: string, address: string): Promise<AccountOutcome>;
  /** @throws {Failure} as `register`. */
  changePassword(user: string, password: string): Promise<AccountOutcome>;
}

/** A repository that was found. */
export interface FoundRepository {
  readonly name: string;
  readonly description: string;
}

/** What to look for. */
export interface SearchQuery {
  readonly text: string;
  /** From 1. */
  readonly page: number;
  /** Results on a page. */
  readonly size: number;
  /** Only repositories that it allows are found and counted; all are without it. */
  readonly mayPull?: ((repository: string) => boolean) | undefined;
}

/** A page of results, the best first. */
export interface SearchResults {
  readonly results: readonly FoundRepository[];
  /** On all pages. */
  readonly total: number;
}

/** Finds repositories by parts of their name or description. */
export interface Search {
  /** @throws {Failure} 503 while the index is being made. */
  find(query: SearchQuery): Promise<SearchResults>;
}
