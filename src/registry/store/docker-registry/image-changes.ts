import { setTimeout as delay } from 'node:timers/promises';
import type { ImageId } from '../../model/v1/image-id.js';
import { asStoreError, orUndefined } from '../filesystem/system-error.js';
import { Turns } from '../filesystem/turns.js';
import { type WritingRight, WritingRights } from '../filesystem/writing-rights.js';
import type { DockerRegistryLayout } from './docker-registry-layout.js';

/** Milliseconds between two tries to get the right that another process has. */
const AGAIN_AFTER = 25;

/** Leases for which to wait at most. */
const LEASES = 6;

/**
 * Changes of an image's files, one at a time in all processes. Each takes some milliseconds: bodies are received before.
 */
export class ImageChanges {
  readonly #layout: DockerRegistryLayout;
  readonly #lease: number;
  readonly #rights: WritingRights;
  readonly #turns = new Turns();

  /** @param lease milliseconds until the image of a process that died can be changed by others. */
  constructor(layout: DockerRegistryLayout, lease: number) {
    this.#layout = layout;
    this.#lease = lease;
    this.#rights = new WritingRights(lease);
  }

  /** Works while nobody else can. @returns undefined when the image has no directory. */
  make<Value>(id: ImageId, work: (right: WritingRight) => Promise<Value>): Promise<Value | undefined> {
    return this.#turns.take(id.hex, async () => {
      const right = await this.#take(id);
      if (right === undefined) return undefined;
      try {
        return await work(right);
      } finally {
        await right.release();
      }
    });
  }

  async #take(id: ImageId): Promise<WritingRight | undefined> {
    const end = Date.now() + LEASES * this.#lease;
    for (;;) {
      const right = await orUndefined(this.#tryTake(id));
      if (right !== 'busy') return right;
      if (Date.now() > end) throw new Error(`other processes keep changing the image ${id}`);
      await delay(AGAIN_AFTER);
    }
  }

  async #tryTake(id: ImageId): Promise<WritingRight | 'busy'> {
    try {
      return (await this.#rights.take(this.#layout.writer(id))) ?? 'busy';
    } catch (error) {
      throw asStoreError(error);
    }
  }
}
