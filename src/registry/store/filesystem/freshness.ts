import type { Stats } from 'node:fs';
import { stat, utimes } from 'node:fs/promises';
import { codeOf, isAbsent } from './system-error.js';

/*
 * The time of last modification of a link and of a content file says when somebody last relied on it. Clean-up removes
 * nothing that is younger than its grace, so it can run beside pushes, in other processes, without a lock.
 */

/** Milliseconds: younger than this is fresh enough. Far below the least grace, so that busy files are rarely touched. */
export const FRESHEN_AFTER = 60_000;

/** A directory that cannot be written to cannot be cleaned up either. */
const READ_ONLY: ReadonlySet<string | undefined> = new Set(['EROFS', 'EACCES', 'EPERM']);

/**
 * Makes a file fresh, unless it is.
 *
 * @returns its status; undefined when it is not there.
 */
export async function freshen(path: string): Promise<Stats | undefined> {
  try {
    const status = await stat(path);
    if (Date.now() - status.mtimeMs < FRESHEN_AFTER) return status;
    await touch(path);
    // Clean-up may have moved the file away between the look and the touch. What is in its place after the touch is
    // seen as fresh by whoever moves it away from now on.
    return await stat(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Makes a file fresh. @throws with code ENOENT when it is not there. */
export async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch((error: unknown) => {
    if (!READ_ONLY.has(codeOf(error))) throw error;
  });
}
