import { rename } from 'node:fs/promises';
import { inBatches } from '../../batches.js';
import type { ImageId } from '../../model/v1/image-id.js';
import { freshen } from '../filesystem/freshness.js';
import { codeOf, isAbsent } from '../filesystem/system-error.js';
import type { DockerRegistryLayout } from './docker-registry-layout.js';

/** Milliseconds for which an image that somebody relied on is not looked at again. */
const AGAIN_AFTER = 30_000;

/** Images remembered. */
const REMEMBERED = 16_384;

/** Images looked at side by side. */
const WIDTH = 16;

/**
 * Notes that somebody relies on images, in the time of last modification of their json: clean-up leaves them alone for
 * as long as its grace lasts.
 */
export class Reliance {
  readonly #layout: DockerRegistryLayout;
  /** When each was made fresh last, milliseconds since the epoch. */
  readonly #noted = new Map<string, number>();

  constructor(layout: DockerRegistryLayout) {
    this.#layout = layout;
  }

  /** What is not there is passed over. What a clean-up has in its hands is put back. */
  async note(ids: readonly ImageId[]): Promise<void> {
    const now = Date.now();
    const due = ids.filter(({ hex }) => now - (this.#noted.get(hex) ?? 0) >= AGAIN_AFTER);
    await inBatches(due, WIDTH, async (id) => {
      if (!(await this.#freshen(id))) return;
      if (this.#noted.size >= REMEMBERED) this.#noted.clear();
      this.#noted.set(id.hex, now);
    });
  }

  async #freshen(id: ImageId): Promise<boolean> {
    const path = this.#layout.json(id);
    if ((await freshen(path)) !== undefined) return true;
    return (await putBack(this.#layout, id)) && (await freshen(path)) !== undefined;
  }
}

/** Puts an image back that a clean-up has in its hands. @returns false when there is none, or a newer one by now. */
export async function putBack(layout: DockerRegistryLayout, id: ImageId): Promise<boolean> {
  try {
    await rename(layout.trashed(id), layout.image(id));
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (isAbsent(error) || code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}
