import type { Action, RepositoryAction } from './action.js';

/** In place of a repository's name: each and every one, also those that do not exist yet. */
export const EVERYWHERE: unique symbol = Symbol('everywhere');

/** What an action concerns: a repository by its name in the v2 API, all of them, or, undefined, the registry itself. */
export type Subject = string | typeof EVERYWHERE | undefined;

/** What whoever asks may do. Handlers ask it where one request concerns repositories that its path does not name. */
export interface Rights {
  /** @param repository name in the v2 API; `library/x` of the v1 API is both `x` and `library/x`. */
  may(action: RepositoryAction, repository: string): boolean;
}

/** What credentials open by themselves, whatever the rules say: a token for one repository, for example. */
export interface Limits {
  /** For {@link EVERYWHERE} only what opens every repository. */
  allows(action: Action, subject: Subject): boolean;
}
