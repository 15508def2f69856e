import type { Stats } from 'node:fs';
import type { StoredImage } from '../v1-contracts.js';

/** Bytes that an id takes in memory, with what belongs to it. */
const ID_BYTES = 200;

/** Bytes that an image takes beside its json and ancestry. */
const OWN_BYTES = 1024;

interface Known {
  readonly state: string;
  readonly image: StoredImage;
}

/** Keeps the images that were asked for last, up to a number of bytes. They hold while their directory is as it was. */
export class ImageCache {
  readonly #limit: number;
  readonly #known = new Map<string, Known>();
  #bytes = 0;

  /** @param limit bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @param directory what its status is now; undefined when it is not there. */
  get(hex: string, directory: Stats | undefined): StoredImage | undefined {
    const known = this.#known.get(hex);
    if (known === undefined) return undefined;
    this.#known.delete(hex);
    if (directory !== undefined && known.state === stateOf(directory)) {
      this.#known.set(hex, known);
      return known.image;
    }
    this.#bytes -= sizeOf(known.image);
    return undefined;
  }

  /** Tells whether there is anything of this image, so that a look at its directory may be worth the time. */
  has(hex: string): boolean {
    return this.#known.has(hex);
  }

  /** @param directory its status before the image was read. */
  add(hex: string, directory: Stats, image: StoredImage): void {
    const size = sizeOf(image);
    if (this.#known.has(hex) || size > this.#limit / 4) return;
    this.#known.set(hex, { state: stateOf(directory), image });
    this.#bytes += size;
    for (const [oldest, known] of this.#known) {
      if (this.#bytes <= this.#limit) break;
      this.#known.delete(oldest);
      this.#bytes -= sizeOf(known.image);
    }
  }
}

function sizeOf({ json, ancestry }: StoredImage): number {
  return OWN_BYTES + json.length + ancestry.length * ID_BYTES;
}

function stateOf({ ino, mtimeMs, ctimeMs }: Stats): string {
  return `${ino} ${mtimeMs} ${ctimeMs}`;
}
