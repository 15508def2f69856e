import type { Stats } from 'node:fs';
import { BoundedMap } from '../../bounded-map.js';
import { statusOf } from '../filesystem/file-status.js';
import type { ListedImage } from '../v1-contracts.js';
import { LIST_LIMIT, readList } from './listed-images.js';
import { readSmallFile } from './small-files.js';

/** Entries remembered; a list may have 10,000. */
const REMEMBERED = 50_000;

/** Milliseconds: a file changed more lately than this may change again without its time stamps showing it. */
const SETTLED = 2000;

interface Known {
  readonly state: string;
  readonly images: readonly ListedImage[];
}

/** Reads a list of announced images as it is now; undefined when there is none. */
export async function readAnnounced(path: string): Promise<readonly ListedImage[] | undefined> {
  const bytes = await readSmallFile(path, LIST_LIMIT);
  if (bytes === undefined) return undefined;
  return bytes === 'unusable' ? [] : readList(bytes);
}

/**
 * The lists of announced images. Whoever has a token can ask again and again for images that a long list does not have, so
 * a list is read again only when its file is another than before.
 */
export class AnnouncedLists {
  readonly #known = new BoundedMap<Known>(REMEMBERED, ({ images }) => images.length + 1);

  /** As {@link readAnnounced}. */
  async read(path: string): Promise<readonly ListedImage[] | undefined> {
    // Older than the content read here, so content that comes later is never taken for this one.
    const status = await statusOf(path);
    if (status === undefined) return undefined;
    const state = stateOf(status);
    const known = this.#known.get(path);
    if (known?.state === state) return known.images;
    const images = await readAnnounced(path);
    if (images !== undefined && Date.now() - Math.max(status.ctimeMs, status.mtimeMs) > SETTLED)
      this.#known.set(path, { state, images });
    return images;
  }
}

function stateOf({ ino, size, mtimeMs, ctimeMs }: Stats): string {
  return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
}
