import { Failure } from '../../exchange/failure.js';
import type { Stores } from '../store/contracts.js';
import type { V1Stores } from '../store/v1-contracts.js';
import type { Search, SearchQuery, SearchResults } from '../v1/services.js';
import { AllowedMatches } from './allowed-matches.js';
import { type Comparison, IndexKeeper } from './index-keeper.js';
import { withinTime } from './patience.js';
import { wordsOf } from './query.js';
import { SearchThread, SearchTrouble } from './search-thread.js';
import { Upkeep } from './upkeep.js';

/** Of what, and where, an index is made. */
export interface SearchOptions {
  /** Both as they lie on the disk; see {@link EntryReader}. */
  readonly stores: Stores;
  readonly v1?: V1Stores | undefined;
  /** Path of the database, `<directory>/<name>.sqlite`; see `DatabaseFile` for the names it really has. */
  readonly file: string;
  /** Called with a sentence when the search, and the search alone, cannot work, and again when the reason is another. */
  readonly onProblem?: (sentence: string) => void;
  /** Milliseconds between comparisons with the repositories; 4 hours by default. 0: there are none, not even at first. */
  readonly compareEvery?: number;
  /** Milliseconds that a query waits for what was written before it, and for an index that is being made; 3 seconds. */
  readonly patience?: number;
  /** The package that holds SQLite, in place of `libsql`. */
  readonly library?: string;
}

const DEFAULT_EVERY = 4 * 3_600_000;
const DEFAULT_PATIENCE = 3_000;

/** Queries that wait for the thread. */
const MOST_WAITING = 64;

/** An index of all repositories of both APIs, derived from them, in a database that several processes share. */
export class SearchIndex implements Search {
  readonly #thread: SearchThread;
  readonly #keeper: IndexKeeper;
  readonly #upkeep: Upkeep;
  readonly #allowed: AllowedMatches;
  readonly #patience: number;
  #waiting = 0;

  constructor(options: SearchOptions) {
    this.#thread = new SearchThread(options.library ?? 'libsql', options.file);
    this.#keeper = new IndexKeeper(options.stores, options.v1, this.#thread);
    this.#upkeep = new Upkeep(
      this.#thread,
      this.#keeper,
      options.compareEvery ?? DEFAULT_EVERY,
      options.onProblem ?? (() => undefined),
    );
    this.#allowed = new AllowedMatches(this.#thread);
    this.#patience = options.patience ?? DEFAULT_PATIENCE;
  }

  /** Has a repository read again soon. @param name as it is in the index. */
  note(name: string): void {
    this.#upkeep.note(name);
  }

  /**
   * Finds repositories as they were when this was called, or later. An empty text finds all of them.
   *
   * @throws {Failure} 503 while the index is being made or cannot be used; 400 for a text of too many words.
   */
  async find(query: SearchQuery): Promise<SearchResults> {
    if (this.#waiting >= MOST_WAITING) throw unavailable('too many searches are waiting', 1);
    this.#waiting += 1;
    try {
      return await this.#find(query);
    } catch (error) {
      if (!(error instanceof SearchTrouble)) throw error;
      this.#upkeep.trouble(error);
      throw unavailable('the search cannot be used at present', 30, error);
    } finally {
      this.#waiting -= 1;
    }
  }

  /**
   * Reads all repositories again.
   *
   * @returns how many there are.
   * @throws {SearchTrouble} when the database cannot be used; the reason of the signal when it is aborted.
   */
  rebuild(options: Omit<Comparison, 'all'> = {}): Promise<number> {
    return this.#keeper.compare({ ...options, all: true });
  }

  /** Writes what was noted, and ends the thread. */
  async close(): Promise<void> {
    await this.#upkeep.close();
    await this.#thread.close();
  }

  async #find({ text, page, size, mayPull }: SearchQuery): Promise<SearchResults> {
    const words = wordsOf(text);
    const end = Date.now() + this.#patience;
    await withinTime(this.#upkeep.settled(), end);
    if (!(await this.#thread.run('state')).isComplete) {
      await withinTime(this.#upkeep.completed(), end);
      if (!(await this.#thread.run('state')).isComplete) {
        throw unavailable('the index of the repositories is being made', 5);
      }
    }
    const part = { words, skip: (page - 1) * size, limit: size };
    return mayPull === undefined ? this.#thread.run('match', part) : this.#allowed.find(part, mayPull);
  }
}

/** Opens the index, and makes it, or what is missing of it, in the background. It never fails: `onProblem` tells. */
export async function openSearch(options: SearchOptions): Promise<SearchIndex> {
  return new SearchIndex(options);
}

function unavailable(reason: string, seconds: number, cause?: unknown): Failure {
  return new Failure(503, 'UNAVAILABLE', `${reason}; try again in a moment`, {
    cause,
    headers: { 'retry-after': String(seconds) },
  });
}
