import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { ImageId } from '../../model/v1/image-id.js';
import { NearFiles } from '../filesystem/file-status.js';
import { openToRead } from '../filesystem/opening.js';
import { isLost } from '../filesystem/system-error.js';
import type { StoredTag } from '../v1-contracts.js';

/** Tags remembered; the one remembered first is forgotten first. */
const REMEMBERED = 16_384;

/** Milliseconds: a file changed more lately than this may change again without its time stamps showing it. */
const SETTLED = 2000;

/** Bytes of the file of a tag that are looked at: an id has 64. */
const TAG_BYTES = 256;

interface Known {
  readonly ino: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  /** Undefined when the file holds no id. */
  readonly tag: StoredTag | undefined;
}

/** The part of a writing that stays when its file is moved. */
export function writingOf({ ino, mtimeMs }: Stats, image: ImageId): string {
  return createHash('sha256').update(`${ino} ${mtimeMs} ${image}`).digest('base64url').slice(0, 22);
}

/** Reads the file of a tag; undefined when it is not there or holds no id. */
export async function readTag(path: string): Promise<StoredTag | undefined> {
  const file = await openToRead(path);
  if (file === undefined) return undefined;
  try {
    const status = await file.stat();
    if (!status.isFile()) return undefined;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(TAG_BYTES), 0, TAG_BYTES, 0);
    const image = ImageId.read(buffer.toString('latin1', 0, bytesRead).trim());
    return image && { image, writing: writingOf(status, image), written: status.mtimeMs };
  } catch (error) {
    if (isLost(error)) return undefined;
    throw error;
  } finally {
    await file.close();
  }
}

/**
 * Reads tags: looks at the file every time, on this thread while the disk answers from memory, but reads it only when it
 * is another than before. That there is no such tag is known at once.
 */
export class TagReader {
  readonly #known = new Map<string, Known>();
  readonly #near = new NearFiles();

  /** As {@link readTag}. */
  read(path: string): StoredTag | undefined | Promise<StoredTag | undefined> {
    const status = this.#near.status(path);
    return status instanceof Promise
      ? status.then((each) => this.#continue(path, each))
      : this.#continue(path, status);
  }

  #continue(path: string, status: Stats | undefined): StoredTag | undefined | Promise<StoredTag | undefined> {
    const known = this.#known.get(path);
    if (status === undefined) {
      if (known !== undefined) this.#known.delete(path);
      return undefined;
    }
    const { ino, mtimeMs, ctimeMs } = status;
    if (known?.ino === ino && known.mtimeMs === mtimeMs && known.ctimeMs === ctimeMs) return known.tag;
    return this.#read(path, status);
  }

  async #read(path: string, { ino, mtimeMs, ctimeMs }: Stats): Promise<StoredTag | undefined> {
    // The status is older than the content read here, so content that comes later is never taken for this one.
    const tag = await readTag(path);
    this.#known.delete(path);
    if (Date.now() - Math.max(ctimeMs, mtimeMs) > SETTLED)
      this.#remember(path, { ino, mtimeMs, ctimeMs, tag });
    return tag;
  }

  #remember(path: string, known: Known): void {
    for (const oldest of this.#known.keys()) {
      if (this.#known.size < REMEMBERED) break;
      this.#known.delete(oldest);
    }
    this.#known.set(path, known);
  }
}
