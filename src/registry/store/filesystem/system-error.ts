import { constants } from 'node:os';
import { StorageFull } from '../failure.js';

/** The code of an error of the operating system, such as `ENOENT`; undefined for other errors. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Tells whether an error says that a path is not there: a part of it is missing, is a file, or links to itself. */
export function isAbsent(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP';
}

/** What the system says of a file whose bytes are lost. Anything else, such as missing rights, says nothing of the bytes. */
const LOST: ReadonlySet<string | undefined> = new Set(['EIO', 'EUCLEAN', 'EBADMSG', 'EISDIR']);

/** Tells whether an error says that the bytes of a file are lost, or that it is a directory. */
export function isLost(error: unknown): boolean {
  return LOST.has(codeOf(error));
}

/** Waits for file work; undefined when the path is not there. */
export async function orUndefined<Value>(work: Promise<Value>): Promise<Value | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** The same error, or {@link StorageFull} when a disk or a quota is exhausted. */
export function asStoreError(error: unknown): unknown {
  return codeOf(error) === 'ENOSPC' || isOverQuota(error) ? new StorageFull({ cause: error }) : error;
}

/** Node has no name for this error: its code is `Unknown system error` and the number. */
function isOverQuota(error: unknown): boolean {
  return error instanceof Error && 'errno' in error && error.errno === -constants.errno.EDQUOT;
}
