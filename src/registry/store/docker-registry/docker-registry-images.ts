import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { FileBody } from '../../../exchange/reply.js';
import type { ImageId } from '../../model/v1/image-id.js';
import type { StoredBlob } from '../contracts.js';
import { NearFiles, statusOf } from '../filesystem/file-status.js';
import { JoinedWork } from '../filesystem/joined-work.js';
import { openToRead } from '../filesystem/opening.js';
import { isPresent } from '../filesystem/presence.js';
import { orUndefined } from '../filesystem/system-error.js';
import type { ImageStore, StoredImage } from '../v1-contracts.js';
import { readAncestry, readJson } from './ancestry.js';
import { CHECKSUMS_LIMIT, readChecksums } from './checksums.js';
import type { DockerRegistryLayout } from './docker-registry-layout.js';
import { ImageCache } from './image-cache.js';
import { ImageIds, idsIn } from './image-ids.js';
import type { Reliance } from './reliance.js';
import { readSmallFile } from './small-files.js';

/** Bytes of images kept in memory. */
const CACHED = 32 * 1024 * 1024;

/** Milliseconds: a directory changed more lately than this may change again without its time stamps showing it. */
const SETTLED = 2000;

/** Images in docker-registry's layout. */
export class DockerRegistryImages implements ImageStore {
  readonly #layout: DockerRegistryLayout;
  readonly #reliance: Reliance;
  readonly #near = new NearFiles();
  readonly #cache = new ImageCache(CACHED);
  readonly #reads = new JoinedWork<StoredImage | undefined>();

  constructor(layout: DockerRegistryLayout, reliance: Reliance) {
    this.#layout = layout;
    this.#reliance = reliance;
  }

  async find(id: ImageId): Promise<StoredImage | undefined> {
    const path = this.#layout.image(id);
    const directory = await (this.#cache.has(id.hex) ? this.#near.status(path) : statusOf(path));
    const known = this.#cache.get(id.hex, directory);
    if (known !== undefined || directory === undefined) return known;
    return this.#reads.join(id.hex, () => this.#read(id));
  }

  async #read(id: ImageId): Promise<StoredImage | undefined> {
    // Older than what is read here, so what comes later is never taken for this.
    const directory = await statusOf(this.#layout.image(id));
    const stored = await readJson(this.#layout, id);
    if (directory === undefined || stored === undefined) return undefined;
    const [ancestry, checksums, isUploading] = await Promise.all([
      readAncestry(this.#layout, stored.json),
      readSmallFile(this.#layout.checksum(id), CHECKSUMS_LIMIT),
      isPresent(this.#layout.marker(id)),
    ]);
    const image = {
      json: stored.bytes,
      ancestry,
      isUploading,
      checksums: checksums instanceof Buffer ? readChecksums(checksums) : [],
    };
    // While it is uploaded its files change, and other servers write them in place.
    if (!isUploading && Date.now() - directory.ctimeMs > SETTLED) this.#cache.add(id.hex, directory, image);
    return image;
  }

  async keep(id: ImageId): Promise<StoredImage | undefined> {
    // Before it is looked for: what is found then stays.
    await this.#reliance.note([id]);
    const image = await this.find(id);
    if (image !== undefined) await this.#reliance.note(image.ancestry);
    return image;
  }

  async layer(id: ImageId): Promise<StoredBlob | undefined> {
    const path = this.#layout.layer(id);
    const status = await orUndefined(stat(path));
    if (status?.isFile() !== true) return undefined;
    return { size: status.size, open: (start, length) => openPart(path, status, start, length) };
  }

  async layerFile(id: ImageId): Promise<string | undefined> {
    const path = this.#layout.layer(id);
    return (await orUndefined(stat(path)))?.isFile() === true ? path : undefined;
  }

  async *ids(): AsyncGenerator<ImageId> {
    const ids = new ImageIds();
    for await (const id of idsIn(this.#layout.images)) ids.add(id);
    for (const id of ids.sorted()) if (await isPresent(this.#layout.json(id))) yield id;
  }
}

/** @returns undefined when it is another file by now. */
async function openPart(
  path: string,
  { ino, size }: Stats,
  start: number,
  length: number,
): Promise<FileBody | undefined> {
  const file = await openToRead(path);
  if (file === undefined) return undefined;
  try {
    const status = await file.stat();
    if (status.ino === ino && status.size === size) return { file, start, length };
  } catch (error) {
    await file.close();
    throw error;
  }
  await file.close();
  return undefined;
}
