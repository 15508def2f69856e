import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Tag } from '../model/reference.js';
import type { V1Repository } from '../model/v1/v1-repository.js';
import { asStoreError } from '../store/filesystem/system-error.js';
import { Turns } from '../store/filesystem/turns.js';
import { type WritingRight, WritingRights } from '../store/filesystem/writing-rights.js';

/** Milliseconds after which the lock of a process that died is taken over. */
const LEASE = 10_000;

/** Milliseconds between two tries to get a lock that another process has. */
const AGAIN_AFTER = 10;

/** Leases for which to wait at most. */
const LEASES = 6;

/**
 * Lets tags that both APIs know change one at a time, in all processes: between the look at a v1 tag and the writing of
 * the v2 tag that follows from it, nobody else may push, move or delete the tag.
 */
export class TagLocks {
  readonly #directory: string;
  readonly #rights = new WritingRights(LEASE);
  readonly #turns = new Turns();

  /** @param directory of the lock files; made when it is needed. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Works while nobody else changes the tags. */
  async hold<Value>(
    repository: V1Repository,
    tags: readonly Tag[],
    work: () => Promise<Value>,
  ): Promise<Value> {
    // Everybody takes them in the same order, so nobody waits for somebody who waits for them.
    const [first, ...others] = [...tags].sort((one, other) => (one.name < other.name ? -1 : 1));
    if (first === undefined) return work();
    const key = `${repository}:${first}`;
    return this.#turns.take(key, async () => {
      const right = await this.#take(key);
      try {
        return await this.hold(repository, others, work);
      } finally {
        await right.release();
      }
    });
  }

  async #take(key: string): Promise<WritingRight> {
    const path = `${this.#directory}/${createHash('sha256').update(key).digest('hex')}`;
    const end = Date.now() + LEASES * LEASE;
    try {
      await mkdir(this.#directory, { recursive: true });
      for (;;) {
        const right = await this.#rights.take(path);
        if (right !== undefined) return right;
        if (Date.now() > end) throw new Error(`other processes keep changing the tag ${key}`);
        await delay(AGAIN_AFTER);
      }
    } catch (error) {
      throw asStoreError(error);
    }
  }
}

/** The locks of a bridge. @param directory of what it has found out. */
export function tagLocksIn(directory: string): TagLocks {
  return new TagLocks(join(directory, 'locks'));
}
