import type { Stats } from 'node:fs';
import { appendFile, mkdir, open, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isAbsent, orUndefined } from './system-error.js';

/** Bytes of a journal after which a new one is begun. */
const LONGEST = 1024 * 1024;

/** What the journal says since it was read last. */
export interface JournalNews {
  /** Names of repositories that may have come or gone, in the order in which it was noted. */
  readonly names: readonly string[];
  /** It is another journal than before: what was known has to be found anew. */
  readonly isNew: boolean;
}

/**
 * The repositories that have come or gone, so that every process on a directory learns what the others do without
 * walking through it. A shortcut only: it is never synced, and may be removed at any time.
 */
export class CatalogJournal {
  readonly #path: string;
  #identity: string | undefined;
  #position = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Notes that a repository may have come or gone; to be called after it has. */
  async note(name: string): Promise<void> {
    await this.#append(`${name}\n`);
    const status = await orUndefined(stat(this.#path));
    // Who has opened the old one writes to it in vain, but what it tells happened before: whoever finds a new journal
    // walks, and sees it.
    if (status !== undefined && status.size > LONGEST) await unlink(this.#path).catch(() => undefined);
  }

  async #append(line: string): Promise<void> {
    try {
      await appendFile(this.#path, line);
    } catch (error) {
      if (!isAbsent(error)) throw error;
      await mkdir(dirname(this.#path), { recursive: true });
      await appendFile(this.#path, line);
    }
  }

  /** Reads what has been noted since the last call. */
  async news(): Promise<JournalNews> {
    const status = await orUndefined(stat(this.#path));
    const identity = status === undefined ? undefined : identityOf(status);
    const isNew = this.#identity !== undefined && this.#identity !== identity;
    if (this.#identity !== identity) this.#position = 0;
    this.#identity = identity;
    const names = (status?.size ?? 0) > this.#position ? await this.#read() : [];
    return { names, isNew };
  }

  async #read(): Promise<string[]> {
    const file = await orUndefined(open(this.#path, 'r'));
    if (file === undefined) return [];
    try {
      const status = await file.stat();
      // It has been replaced since it was looked at; the next call sees that.
      if (identityOf(status) !== this.#identity) return [];
      const length = status.size - this.#position;
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, this.#position);
      // A line that is still being written is read the next time.
      const end = buffer.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
      this.#position += end;
      return buffer.toString('utf8', 0, end).split('\n').slice(0, -1);
    } finally {
      await file.close();
    }
  }
}

/** Inode numbers are used again, so the time of birth belongs to what tells two files apart. */
function identityOf({ ino, birthtimeMs }: Stats): string {
  return `${ino}:${birthtimeMs}`;
}
