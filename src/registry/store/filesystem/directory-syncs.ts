import { open } from 'node:fs/promises';
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

interface Syncing {
  /** Covers what was done before it began. */
  readonly running: Promise<void>;
  /** Covers what is done before the running one has ended. */
  next: Promise<void> | undefined;
}

/** Syncs directories; whoever asks while a sync of the same directory runs shares the next one with all who ask then. */
export class DirectorySyncs {
  readonly #syncing = new Map<string, Syncing>();

  /** Waits until what was done to the entries of a directory is on the disk. @throws with code ENOENT without it. */
  sync(directory: string): Promise<void> {
    const syncing = this.#syncing.get(directory);
    if (syncing === undefined) return this.#run(directory);
    const after = (): Promise<void> => this.#run(directory);
    syncing.next ??= syncing.running.then(after, after);
    return syncing.next;
  }

  #run(directory: string): Promise<void> {
    const running = syncDirectory(directory);
    const syncing: Syncing = { running, next: undefined };
    this.#syncing.set(directory, syncing);
    const ended = (): void => {
      if (syncing.next === undefined) this.#syncing.delete(directory);
    };
    running.then(ended, ended);
    return running;
  }
}
