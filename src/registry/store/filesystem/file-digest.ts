import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Digest, type DigestAlgorithm } from '../../model/digest.js';

/** Bytes read at a time when no buffer is given. */
const CHUNK = 256 * 1024;

/** How a file is read to make its digest. */
export interface FileReading {
  /** Bytes after which to stop; without it, at the end of the file. */
  readonly size?: number;
  /** To read into; in use until the promise is fulfilled. */
  readonly buffer?: Buffer;
  readonly signal?: AbortSignal | undefined;
}

/** The digest of a file's bytes from its beginning. @throws the signal's reason, and the system's error. */
export async function digestOfFile(
  file: FileHandle,
  algorithm: DigestAlgorithm,
  { size = Number.POSITIVE_INFINITY, buffer = Buffer.allocUnsafe(CHUNK), signal }: FileReading = {},
): Promise<Digest> {
  const hash = createHash(algorithm);
  for (let position = 0; position < size; ) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
  return Digest.from(hash, algorithm);
}
