import { copyFile, link, open, rename, unlink, writeFile } from 'node:fs/promises';
import type { ImageId } from '../../model/v1/image-id.js';
import type { DurableFiles } from '../filesystem/durable-files.js';
import { touch } from '../filesystem/freshness.js';
import { codeOf, orUndefined } from '../filesystem/system-error.js';
import type { WritingRight } from '../filesystem/writing-rights.js';
import type { DockerRegistryLayout } from './docker-registry-layout.js';

/** Why a file cannot have a second name: another file system, none at all, or too many already. */
const NO_LINK: ReadonlySet<string | undefined> = new Set([
  'EXDEV',
  'EPERM',
  'EACCES',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
]);

/** The layer that makes an image complete. */
export interface ProvenLayer {
  /** Path of the file, on the disk already. It stays where it is. */
  readonly file: string;
  /** Payload checksum, `sha256:<hex>`. */
  readonly payload: string;
}

/**
 * Makes images complete, in an order that leaves them under way until everything is on the disk: whoever is killed before
 * the marker has gone can do it all once more.
 */
export class ImageCompletion {
  readonly #layout: DockerRegistryLayout;
  readonly #files: DurableFiles;
  /** Waits until the names of new images are on the disk. */
  readonly #root: string;

  constructor(layout: DockerRegistryLayout, files: DurableFiles, root: string) {
    this.#layout = layout;
    this.#files = files;
    this.#root = root;
  }

  /** Puts a json and an ancestry in their places. They need not be on the disk yet. */
  async begin(id: ImageId, json: Uint8Array, ancestry: readonly ImageId[]): Promise<void> {
    // The marker is the first, so that what follows is never taken for a whole image.
    await writeFile(this.#layout.marker(id), 'true');
    for (const path of [this.#layout.checksum(id), this.#layout.layer(id), ...this.#layout.derived(id)]) {
      await orUndefined(unlink(path));
    }
    await this.#replace(this.#layout.ancestry(id), JSON.stringify(ancestry.map(({ hex }) => hex)));
    await this.#replace(this.#layout.json(id), json);
  }

  async #replace(path: string, content: string | Uint8Array): Promise<void> {
    const next = `${path}-next`;
    await writeFile(next, content);
    await rename(next, path);
  }

  /** Completes an image with a layer that has been proven to belong to its json. */
  async complete(id: ImageId, { file, payload }: ProvenLayer, right: WritingRight): Promise<void> {
    const [checksum] = await Promise.all([
      this.#files.stage(JSON.stringify([payload])),
      sync(this.#layout.json(id)),
      sync(this.#layout.ancestry(id)),
      this.#layLayer(id, file),
    ]);
    try {
      if (!right.isHeld()) throw new Error('the right to change the image was lost');
      await rename(checksum, this.#layout.checksum(id));
    } catch (error) {
      await this.#files.discard(checksum);
      throw error;
    }
    await touch(this.#layout.json(id));
    const directory = this.#layout.image(id);
    await Promise.all(
      [directory, this.#layout.images, this.#root].map((each) => this.#files.syncDirectory(each)),
    );
    if (!right.isHeld()) throw new Error('the right to change the image was lost');
    await orUndefined(unlink(this.#layout.marker(id)));
    await this.#files.syncDirectory(directory);
  }

  async #layLayer(id: ImageId, file: string): Promise<void> {
    const next = `${this.#layout.layer(id)}-next`;
    await orUndefined(unlink(next));
    await linkOrCopy(file, next);
    await rename(next, this.#layout.layer(id));
    // A second name of the same file is taken for no change by rename, and stays.
    await orUndefined(unlink(next));
  }
}

/** Gives a file a second name where the system can, and makes a copy of it, on the disk, where it cannot. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!NO_LINK.has(codeOf(error))) throw error;
    await copyFile(from, to);
  }
  await sync(to);
}

/** Waits until a file is on the disk. */
async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
