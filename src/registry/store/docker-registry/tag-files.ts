import type { Stats } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { Tag } from '../../model/reference.js';
import { statusOf } from '../filesystem/file-status.js';
import { JoinedWork } from '../filesystem/joined-work.js';
import { orUndefined } from '../filesystem/system-error.js';
import { TAG } from './docker-registry-layout.js';

/** Names and directories remembered; the directory that was listed first is forgotten first. */
const REMEMBERED = 100_000;

/** Milliseconds: a directory changed more lately than this may change again without its time stamps showing it. */
const SETTLED = 2000;

interface Known {
  readonly state: string;
  readonly tags: readonly Tag[];
}

/** The tags that there are files of, by repository. A directory is read again when it is another than before. */
export class TagFiles {
  readonly #known = new Map<string, Known>();
  readonly #reads = new JoinedWork<readonly Tag[] | undefined>();
  #size = 0;

  /** @param directory of a repository. @returns in the order of their names; undefined when there is nothing in it. */
  list(directory: string): Promise<readonly Tag[] | undefined> {
    return this.#reads.join(directory, () => this.#list(directory));
  }

  async #list(directory: string): Promise<readonly Tag[] | undefined> {
    const status = await statusOf(directory);
    const known = this.#known.get(directory);
    if (known !== undefined) this.#forget(directory, known);
    if (status?.isDirectory() !== true) return undefined;
    const state = stateOf(status);
    if (known?.state === state) {
      this.#remember(directory, known);
      return known.tags;
    }
    // The status is older than the names read here, so names that come later are never taken for these.
    const names = (await orUndefined(readdir(directory))) ?? [];
    if (names.length === 0) return undefined;
    const tags = names
      .filter((name) => name.startsWith(TAG))
      .map((name) => Tag.read(name.slice(TAG.length)))
      .filter((tag) => tag !== undefined)
      .sort((one, other) => (one.name < other.name ? -1 : 1));
    if (Date.now() - status.ctimeMs > SETTLED) this.#remember(directory, { state, tags });
    return tags;
  }

  #remember(directory: string, known: Known): void {
    for (const [oldest, each] of this.#known) {
      if (this.#size + sizeOf(known) <= REMEMBERED) break;
      this.#forget(oldest, each);
    }
    this.#known.set(directory, known);
    this.#size += sizeOf(known);
  }

  #forget(directory: string, known: Known): void {
    if (this.#known.delete(directory)) this.#size -= sizeOf(known);
  }
}

function sizeOf({ tags }: Known): number {
  return tags.length + 1;
}

function stateOf({ ino, mtimeMs, ctimeMs }: Stats): string {
  return `${ino} ${mtimeMs} ${ctimeMs}`;
}
