import type { SearchResults } from '../v1/services.js';
import type { MatchRequest } from './job.js';
import type { SearchThread } from './search-thread.js';

/** Names that somebody is asked about before others have their turn. */
const GROUP = 500;

/** Finds only what somebody may see: the results come in groups and each is judged, so that the total is exact. */
export class AllowedMatches {
  readonly #thread: SearchThread;
  /** One after the other: the thread keeps the results of one query. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(thread: SearchThread) {
    this.#thread = thread;
  }

  find(request: MatchRequest, isAllowed: (name: string) => boolean): Promise<SearchResults> {
    const found = this.#last.then(() => this.#find(request, isAllowed));
    this.#last = found.catch(() => undefined);
    return found;
  }

  async #find(
    { words, skip, limit }: MatchRequest,
    isAllowed: (name: string) => boolean,
  ): Promise<SearchResults> {
    const matches = await this.#thread.run('open', words);
    const page: string[] = [];
    let total = 0;
    for (let at = 0; at < matches; at += GROUP) {
      const names = await this.#thread.run('more', at, GROUP);
      for (const name of names.filter(isAllowed)) {
        if (total >= skip && page.length < limit) page.push(name);
        total += 1;
      }
      // The database was replaced meanwhile.
      if (names.length === 0) break;
    }
    const descriptions = await this.#thread.run('descriptions', page);
    return { results: page.map((name, index) => ({ name, description: descriptions[index] ?? '' })), total };
  }
}
