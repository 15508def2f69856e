import type { Stats } from 'node:fs';
import { link, mkdir, readdir, rename, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Terms } from '../upkeep.js';
import type { DurableFiles } from './durable-files.js';
import type { Layout } from './layout.js';
import { codeOf, isAbsent, orUndefined } from './system-error.js';

/** Some file systems have no second names for a file. */
const NO_LINKS: ReadonlySet<string | undefined> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
]);

/** What became of a file: its status when it has gone, or why it has not. */
export type Outcome = Stats | 'fresh' | 'absent';

/**
 * Where files wait until it is certain that nobody relies on them: whoever comes to rely on one does so by its path,
 * and in the trash it has none that others know. A file keeps its path as its name there, so whatever is in the trash
 * when a process dies can be put back.
 */
export class Trash {
  readonly #layout: Layout;
  readonly #files: DurableFiles;

  constructor(layout: Layout, files: DurableFiles) {
    this.#layout = layout;
    this.#files = files;
  }

  /** Removes a file unless somebody has relied on it lately. In a dry run it only says so. */
  async removeIfStale(path: string, terms: Terms): Promise<Outcome> {
    const outcome = await this.withdrawIfStale(path, terms);
    if (typeof outcome !== 'object' || terms.dryRun) return outcome;
    if (await this.isStillStale(path, terms)) {
      await this.remove(path);
      return outcome;
    }
    await this.putBack(path);
    return 'fresh';
  }

  /** Moves a file into the trash unless somebody has relied on it lately. In a dry run it only says so. */
  async withdrawIfStale(path: string, terms: Terms): Promise<Outcome> {
    const status = await orUndefined(stat(path));
    if (status === undefined) return 'absent';
    if (!isStale(status, terms)) return 'fresh';
    return terms.dryRun || (await this.#withdraw(path, terms)) ? status : 'absent';
  }

  async #withdraw(path: string, terms: Terms): Promise<boolean> {
    if (!terms.mayRemove()) throw new Error('another clean-up may have taken over');
    const aside = this.#aside(path);
    try {
      return await moved(path, aside);
    } catch (error) {
      if (!isAbsent(error)) throw error;
      await mkdir(dirname(aside), { recursive: true });
      return (await orUndefined(moved(path, aside))) ?? false;
    }
  }

  /** Tells whether nobody has relied on a file until it was withdrawn. */
  async isStillStale(path: string, terms: Terms): Promise<boolean> {
    const status = await orUndefined(stat(this.#aside(path)));
    // The move itself has changed the time of the last change, so that says nothing here.
    return status !== undefined && status.mtimeMs < terms.cutoff;
  }

  /** Removes a withdrawn file for good, and its directory when that is empty now. */
  async remove(path: string): Promise<void> {
    await orUndefined(unlink(this.#aside(path)));
    await removeEmpty(dirname(path));
  }

  /** Puts a withdrawn file back, unless there is a newer one by now. @returns false when there is none to put back. */
  async putBack(path: string): Promise<boolean> {
    const aside = this.#aside(path);
    if ((await orUndefined(stat(aside))) === undefined) return false;
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await mkdir(dirname(path), { recursive: true });
      const isDone = await orUndefined(linked(aside, path));
      if (isDone !== undefined) break;
    }
    await this.#files.syncParent(path);
    await orUndefined(unlink(aside));
    return true;
  }

  /** Puts everything back. Nobody else may be at work in the trash. */
  async recover(): Promise<void> {
    await this.#recover(this.#layout.trash);
  }

  async #recover(directory: string): Promise<void> {
    for (const entry of (await orUndefined(readdir(directory, { withFileTypes: true }))) ?? []) {
      const path = `${directory}/${entry.name}`;
      if (entry.isDirectory()) await this.#recover(path);
      else await this.putBack(this.#origin(path));
    }
    await removeEmpty(directory);
  }

  #aside(path: string): string {
    const { registry, trash } = this.#layout;
    // One directory less to make: the one that a link or content has to itself becomes a part of the name.
    return trash + path.slice(registry.length).replace(/\/(link|data)$/, '.$1');
  }

  #origin(aside: string): string {
    const { registry, trash } = this.#layout;
    return registry + aside.slice(trash.length).replace(/\.(link|data)$/, '/$1');
  }
}

function isStale({ mtimeMs, ctimeMs }: Stats, { cutoff, began }: Terms): boolean {
  return mtimeMs < cutoff && ctimeMs < began;
}

async function moved(from: string, to: string): Promise<true> {
  await rename(from, to);
  return true;
}

async function linked(from: string, to: string): Promise<true> {
  try {
    await link(from, to);
  } catch (error) {
    const code = codeOf(error);
    if (NO_LINKS.has(code)) await rename(from, to);
    else if (code !== 'EEXIST') throw error;
  }
  return true;
}

/** Removes a directory if nothing is in it. @returns false when it stays. */
export async function removeEmpty(directory: string): Promise<boolean> {
  try {
    await rmdir(directory);
    return true;
  } catch (error) {
    if (isAbsent(error)) return true;
    const code = codeOf(error);
    // POSIX lets a system say either.
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}
