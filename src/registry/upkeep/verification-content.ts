import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Digest } from '../model/digest.js';
import { digestOfFile } from '../store/filesystem/file-digest.js';
import { openToRead } from '../store/filesystem/opening.js';
import { isLost, orUndefined } from '../store/filesystem/system-error.js';
import type { DamageReason } from './verification-report.js';

/** How often to look at content again that was replaced while it was read. */
const ATTEMPTS = 3;

/** Content that was read to its end, or as far as it could be. */
export interface ExaminedContent {
  readonly status: Stats;
  /** Undefined when it is whole. */
  readonly damage: DamageReason | undefined;
}

/**
 * Reads a content file and compares it with its digest.
 *
 * @param buffer to read into; in use until the promise is fulfilled.
 * @returns undefined when it is not there, or not any more.
 * @throws the signal's reason, and the system's error when the file cannot be opened for a reason that is not its own.
 */
export async function examineContent(
  path: string,
  digest: Digest,
  buffer: Buffer,
  signal: AbortSignal | undefined,
): Promise<ExaminedContent | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const examined = await readOnce(path, digest, buffer, signal);
    if (examined?.damage === undefined) return examined;
    const now = await orUndefined(stat(path));
    if (now === undefined) return undefined;
    // A push may have put a whole file in the place of the one that was read.
    if (now.ino === examined.status.ino || attempt === ATTEMPTS) return examined;
  }
}

async function readOnce(
  path: string,
  digest: Digest,
  buffer: Buffer,
  signal: AbortSignal | undefined,
): Promise<ExaminedContent | undefined> {
  let status: Stats | undefined;
  try {
    const file = await openToRead(path);
    if (file === undefined) return undefined;
    try {
      status = await file.stat();
      const found = await digestOfFile(file, digest.algorithm, { size: status.size, buffer, signal });
      if (found.equals(digest)) return { status, damage: undefined };
      return { status, damage: status.size === 0 ? 'empty' : 'digest' };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!isLost(error)) throw error;
    status ??= await orUndefined(stat(path));
    return status === undefined ? undefined : { status, damage: 'unreadable' };
  }
}
