import { setTimeout as delay } from 'node:timers/promises';
import { inBatches, inGroups } from '../batches.js';
import type { Stores } from '../store/contracts.js';
import type { V1Stores } from '../store/v1-contracts.js';
import { EntryReader } from './entry-reader.js';
import { nameOfV1 } from './names.js';
import type { SearchThread } from './search-thread.js';

/** Repositories read side by side. */
const WIDTH = 16;

/** Repositories written at once: the thread answers queries in between. */
const GROUP = 200;

/** Names compared at once. */
const PAGE = 1_000;

/** How often a repository is read again because another process has written it meanwhile. */
const TRIES = 5;

/** How a comparison of the index with the repositories is done. */
export interface Comparison {
  /** Reads all repositories again; otherwise only those that are not in the index, or there by mistake. */
  readonly all: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to leave between the groups to others. */
  readonly pause?: number;
  /** Called with the repositories looked at so far. */
  readonly onProgress?: ((repositories: number) => void) | undefined;
}

/** Keeps the index as the repositories are. */
export class IndexKeeper {
  readonly #stores: Stores;
  readonly #v1: V1Stores | undefined;
  readonly #reader: EntryReader;
  readonly #thread: SearchThread;

  constructor(stores: Stores, v1: V1Stores | undefined, thread: SearchThread) {
    this.#stores = stores;
    this.#v1 = v1;
    this.#reader = new EntryReader(stores, v1);
    this.#thread = thread;
  }

  /** Reads repositories again and writes what there is of them. */
  async update(names: readonly string[]): Promise<void> {
    for (let start = 0; start < names.length; start += GROUP) {
      await this.#updateGroup(names.slice(start, start + GROUP));
    }
  }

  async #updateGroup(names: readonly string[]): Promise<void> {
    let left = names;
    for (let tries = 0; left.length > 0 && tries < TRIES; tries += 1) {
      // Whoever writes one of them after this was later to read it, or may have been: then it is read again.
      const { writing } = await this.#thread.run('state');
      const entries = await inBatches(left, WIDTH, (name) => this.#reader.read(name));
      left = await this.#thread.run('apply', entries, writing);
    }
  }

  /**
   * Compares the index with the repositories, and repairs it.
   *
   * @returns the repositories that there are.
   */
  async compare({ all, signal, pause = 0, onProgress }: Comparison): Promise<number> {
    let count = 0;
    for await (const { present, differing } of this.#differences(all)) {
      signal?.throwIfAborted();
      await this.update(differing);
      count += present;
      onProgress?.(count);
      if (pause > 0) await delay(pause, undefined, { ref: false });
    }
    signal?.throwIfAborted();
    await this.#thread.run('complete');
    return (await this.#thread.run('state')).repositories;
  }

  async *#differences(all: boolean): AsyncGenerator<{ present: number; differing: string[] }> {
    for (let after = ''; ; ) {
      const { names, more } = await this.#stores.catalog.list({ after, limit: PAGE });
      const last = names.at(-1);
      const upTo = more ? last : undefined;
      const known = await this.#known(after, upTo);
      const listed = new Set(names);
      const others = known.filter((name) => !listed.has(name));
      if (all) {
        yield { present: names.length, differing: [...names, ...others] };
      } else {
        const indexed = new Set(known);
        const gone = await inBatches(others, WIDTH, async (name) =>
          (await this.#reader.exists(name)) ? [] : [name],
        );
        yield {
          present: names.length,
          differing: [...names.filter((name) => !indexed.has(name)), ...gone.flat()],
        };
      }
      if (last === undefined || !more) break;
      after = last;
    }
    if (this.#v1 === undefined) return;
    for await (const group of inGroups(this.#v1.repositories.list(), PAGE)) {
      const missing = await this.#thread.run('missing', group.map(nameOfV1));
      yield { present: missing.length, differing: [...missing] };
    }
  }

  /** Names in the index after one and up to another. */
  async #known(after: string, upTo: string | undefined): Promise<string[]> {
    const known: string[] = [];
    for (let last = after; ; ) {
      const names = await this.#thread.run('names', last, upTo, PAGE);
      known.push(...names);
      last = names.at(-1) ?? last;
      if (names.length < PAGE) return known;
    }
  }
}
