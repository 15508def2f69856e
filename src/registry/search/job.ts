/** What is known of a repository. */
export interface IndexEntry {
  readonly name: string;
  /** Undefined when there is no such repository any more. */
  readonly description: string | undefined;
}

/** Which results are wanted. */
export interface MatchRequest {
  readonly words: readonly string[];
  /** Results to leave out. */
  readonly skip: number;
  /** Results wanted. */
  readonly limit: number;
}

/** A part of the results. */
export interface Matches {
  readonly results: readonly { readonly name: string; readonly description: string }[];
  readonly total: number;
}

/** What the index is like. */
export interface IndexState {
  /** It has been compared with all repositories since it was made. */
  readonly isComplete: boolean;
  readonly repositories: number;
  /** Number of the last writing; see {@link Work.apply}. */
  readonly writing: number;
}

/** What the thread with the database does; see `search-worker.ts`. */
export interface Work {
  /** Opens the database, or makes it. */
  state(): IndexState;
  /** A page of results, the best first. */
  match(request: MatchRequest): Matches;
  /** As `match`, and keeps all of the results for `more` until the next `open`. @returns how many there are. */
  open(words: readonly string[]): number;
  /** Names of results that `open` has kept; none when it keeps them no longer. */
  more(skip: number, limit: number): readonly string[];
  descriptions(names: readonly string[]): readonly string[];
  /**
   * Writes what was read from the repositories.
   *
   * @param since the last writing before they were read. @returns the names that somebody else has written since then:
   * they have to be read again.
   */
  apply(entries: readonly IndexEntry[], since: number): readonly string[];
  /** Names in byte order: after one, at most up to another. */
  names(after: string, upTo: string | undefined, limit: number): readonly string[];
  /** Those of some names that are not in the index. */
  missing(names: readonly string[]): readonly string[];
  /** Says that the index has been compared with all repositories. */
  complete(): void;
  close(): void;
}

/** A call of one of the functions of {@link Work}. */
export interface Job {
  readonly id: number;
  readonly name: keyof Work;
  readonly args: readonly unknown[];
}

/** Why something failed. */
export type Trouble =
  /** The library has no binary for this platform. */
  | 'no library'
  /** The database cannot be opened, read or written. */
  | 'unavailable'
  /** The code is wrong. */
  | 'failed';

/** What became of a job. */
export type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly trouble: Trouble; readonly reason: string };
