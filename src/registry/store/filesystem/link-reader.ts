import { Digest } from '../../model/digest.js';
import { NearFiles, statusOf } from './file-status.js';
import { openToRead } from './opening.js';

/** Links remembered; the one remembered first is forgotten first. */
const REMEMBERED = 4096;

/** Milliseconds: a file changed more lately than this may change again without its time stamps showing it. */
const SETTLED = 2000;

interface Known {
  readonly ino: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly digest: Digest;
}

/** Bytes of a link that are looked at: the longest digest has 135. */
export const LINK_BYTES = 256;

/** The digest that the first bytes of a link hold; undefined when they hold none. */
export function digestInLink(bytes: Buffer, length: number): Digest | undefined {
  return Digest.read(bytes.toString('latin1', 0, length).trim());
}

/** Reads where a link leads; undefined when it is not there or holds no digest. */
export async function readLink(path: string): Promise<Digest | undefined> {
  const link = await examineLink(path);
  return link === 'broken' ? undefined : link;
}

/** What a link holds: `broken` when that is no digest, undefined when there is no such file. */
export async function examineLink(path: string): Promise<Digest | 'broken' | undefined> {
  const file = await openToRead(path);
  if (file === undefined) return undefined;
  try {
    if (!(await file.stat()).isFile()) return 'broken';
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(LINK_BYTES), 0, LINK_BYTES, 0);
    return digestInLink(buffer, bytesRead) ?? 'broken';
  } finally {
    await file.close();
  }
}

/** Reads links that are read often: looks at the file every time, but reads it only when it is another than before. */
export class LinkReader {
  readonly #known = new Map<string, Known>();
  readonly #near = new NearFiles();

  /** As {@link readLink}. */
  async read(path: string): Promise<Digest | undefined> {
    const known = this.#known.get(path);
    const stats = await (known === undefined ? statusOf(path) : this.#near.status(path));
    if (stats === undefined) {
      this.#known.delete(path);
      return undefined;
    }
    const { ino, mtimeMs, ctimeMs } = stats;
    if (known?.ino === ino && known.mtimeMs === mtimeMs && known.ctimeMs === ctimeMs) return known.digest;
    // The status is older than the content read here, so content that comes later is never taken for this one.
    const digest = await readLink(path);
    this.#known.delete(path);
    if (digest !== undefined && Date.now() - ctimeMs > SETTLED) {
      this.#remember(path, { ino, mtimeMs, ctimeMs, digest });
    }
    return digest;
  }

  #remember(path: string, known: Known): void {
    for (const oldest of this.#known.keys()) {
      if (this.#known.size < REMEMBERED) break;
      this.#known.delete(oldest);
    }
    this.#known.set(path, known);
  }
}
