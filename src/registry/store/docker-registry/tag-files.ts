import type { Stats } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { BoundedMap } from '../../bounded-map.js';
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
  readonly #known = new BoundedMap<Known>(REMEMBERED, sizeOf, Number.POSITIVE_INFINITY);
  readonly #reads = new JoinedWork<readonly Tag[] | undefined>();

  /** @param directory of a repository. @returns in the order of their names; undefined when there is nothing in it. */
  list(directory: string): Promise<readonly Tag[] | undefined> {
    return this.#reads.join(directory, () => this.#list(directory));
  }

  async #list(directory: string): Promise<readonly Tag[] | undefined> {
    const status = await statusOf(directory);
    const known = this.#known.get(directory);
    this.#known.delete(directory);
    if (status?.isDirectory() !== true) return undefined;
    const state = stateOf(status);
    if (known?.state === state) {
      this.#known.set(directory, known);
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
    if (Date.now() - status.ctimeMs > SETTLED) this.#known.set(directory, { state, tags });
    return tags;
  }
}

function sizeOf({ tags }: Known): number {
  return tags.length + 1;
}

function stateOf({ ino, mtimeMs, ctimeMs }: Stats): string {
  return `${ino} ${mtimeMs} ${ctimeMs}`;
}
