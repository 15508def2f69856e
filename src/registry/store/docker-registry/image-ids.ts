import { ImageId } from '../../model/v1/image-id.js';
import { entriesOf } from '../filesystem/directory-entries.js';

/** Bytes of an id of 64 digits. Shorter ones are filled up, and their length is kept before them. */
const BYTES = 33;

/** Ids in little memory, in parts by their first two digits: a million take 33 MB. */
export class ImageIds {
  readonly #parts = Array.from({ length: 256 }, () => ({ ids: Buffer.alloc(0), length: 0 }));

  add({ hex }: ImageId): void {
    const part = this.#parts[Number.parseInt(hex.slice(0, 2), 16)];
    if (part === undefined) return;
    if (part.length === part.ids.length) {
      const ids = Buffer.alloc(Math.max(8 * BYTES, part.length * 2));
      part.ids.copy(ids);
      part.ids = ids;
    }
    part.ids[part.length] = hex.length;
    part.ids.write(hex, part.length + 1, 'hex');
    part.length += BYTES;
  }

  /** In the order of their texts. A part at a time is made into texts. */
  *sorted(): Generator<ImageId> {
    for (const { ids, length } of this.#parts) {
      const texts: string[] = [];
      for (let at = 0; at < length; at += BYTES) {
        texts.push(ids.toString('hex', at + 1, at + 1 + (ids[at] ?? 0) / 2));
      }
      for (const text of texts.sort()) {
        const id = ImageId.read(text);
        if (id !== undefined) yield id;
      }
    }
  }
}

/** The ids in a directory of images, in no order. */
export async function* idsIn(images: string): AsyncGenerator<ImageId> {
  for await (const name of entriesOf(images)) {
    const id = ImageId.read(name);
    if (id !== undefined) yield id;
  }
}
