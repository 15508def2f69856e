import { createHash, type Hash } from 'node:crypto';
import type { DigestAlgorithm } from '../../model/digest.js';
import type { UploadId } from '../../model/upload-id.js';

/** A digest in the making. */
export interface RunningHash {
  readonly algorithm: DigestAlgorithm;
  readonly hash: Hash;
  /** Bytes it has seen: all of the upload, from its first byte. */
  size: number;
}

/** Uploads whose running hash is remembered; the hash of any other is made anew from its file when it ends. */
const REMEMBERED = 1024;

/** The hashes of uploads between two requests: a shortcut only, since the files alone are the truth. */
export class RunningHashes {
  readonly #hashes = new Map<string, RunningHash>();

  /** Begins the hash of an upload that has no bytes yet. */
  begin(id: UploadId, algorithm: DigestAlgorithm): void {
    this.keep(id, { algorithm, hash: createHash(algorithm), size: 0 });
  }

  /** Takes out the hash of an upload; undefined when it is not known or has not seen exactly the bytes in the file. */
  take(id: UploadId, size: number): RunningHash | undefined {
    const running = this.#hashes.get(id.text);
    this.#hashes.delete(id.text);
    if (running?.size === size) return running;
    return size === 0 ? { algorithm: 'sha256', hash: createHash('sha256'), size: 0 } : undefined;
  }

  /** Puts a hash back for the next request. */
  keep(id: UploadId, running: RunningHash): void {
    for (const oldest of this.#hashes.keys()) {
      if (this.#hashes.size < REMEMBERED) break;
      this.#hashes.delete(oldest);
    }
    this.#hashes.set(id.text, running);
  }
}
