import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { BoundedMap } from '../../bounded-map.js';
import { Tag } from '../../model/reference.js';
import { JoinedWork } from './joined-work.js';
import { SortedNames } from './sorted-names.js';
import { orUndefined } from './system-error.js';

/** Names and directories remembered; the directory that was listed first is forgotten first. */
const REMEMBERED = 300_000;

/** Milliseconds: a directory changed more lately than this may change again without its time stamps showing it. */
const SETTLED = 2000;

/** The entries of one directory of tags, in the order of their keys. */
export interface KnownTags {
  readonly keys: SortedNames;
  /** Keys of tags that have been seen to lead to a manifest; until the directory changes they still do. */
  readonly seen: Set<string>;
}

interface Known extends KnownTags {
  /** When the directory was changed last before it was read; undefined when it may have changed since unseen. */
  state: string | undefined;
}

/** The names in directories of tags. A directory is read again when it is another than before. */
export class TagNames {
  readonly #known = new BoundedMap<Known>(REMEMBERED, sizeOf, Number.POSITIVE_INFINITY);
  readonly #reads = new JoinedWork<KnownTags | undefined>();

  /** @param directory of tags. @returns undefined when it is not there. */
  read(directory: string): Promise<KnownTags | undefined> {
    // A directory of 100,000 takes a second and 50 MB: a hundred who ask at once must not take a hundred times as much.
    return this.#reads.join(directory, () => this.#read(directory));
  }

  async #read(directory: string): Promise<KnownTags | undefined> {
    const status = await orUndefined(stat(directory));
    const known = this.#known.get(directory);
    this.#known.delete(directory);
    if (status === undefined) return undefined;
    // The status is older than the names read here, so names that come later are never taken for these.
    const state = Date.now() - status.mtimeMs > SETTLED ? stateOf(status) : undefined;
    if (known !== undefined && state !== undefined && known.state === state) {
      this.#known.set(directory, known);
      return known;
    }
    const keys = await keysIn(directory);
    const next = known ?? { keys: new SortedNames(), seen: new Set<string>(), state };
    next.keys.become(keys);
    next.state = state;
    for (const key of next.seen) if (!keys.has(key)) next.seen.delete(key);
    this.#known.set(directory, next);
    return next;
  }
}

function sizeOf({ keys }: Known): number {
  return keys.size + 1;
}

async function keysIn(directory: string): Promise<Set<string>> {
  const keys = new Set<string>();
  for (const name of (await orUndefined(readdir(directory))) ?? []) {
    if (Tag.read(name) !== undefined) keys.add(keyOf(name));
  }
  return keys;
}

function stateOf({ ino, mtimeMs, ctimeMs }: Stats): string {
  return `${ino} ${mtimeMs} ${ctimeMs}`;
}

/** Orders without regard to case, and names that differ in case alone by their bytes. */
export function keyOf(name: string): string {
  return `${name.toLowerCase()} ${name}`;
}

/** The name that a key was made of. */
export function nameOf(key: string): string {
  return key.slice((key.length + 1) / 2);
}
