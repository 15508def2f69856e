import { open } from 'node:fs/promises';
import { JoinedWork } from './joined-work.js';
import { asStoreError, codeOf } from './system-error.js';

/** Waits until what was done to the entries of a directory is on the disk. @throws with code ENOENT without it. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems cannot sync a directory, and have it stored when rename returns.
    const code = codeOf(error);
    if (code !== 'EINVAL' && code !== 'ENOTSUP') throw asStoreError(error);
  } finally {
    await handle.close();
  }
}

/** Syncs directories; whoever asks while a sync of the same directory runs shares the next one with all who ask then. */
export class DirectorySyncs {
  readonly #syncs = new JoinedWork<void>();

  /** Waits until what was done to the entries of a directory is on the disk. @throws with code ENOENT without it. */
  sync(directory: string): Promise<void> {
    return this.#syncs.join(directory, () => syncDirectory(directory));
  }
}
