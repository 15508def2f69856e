import { openToRead } from '../filesystem/opening.js';
import { isLost } from '../filesystem/system-error.js';

/**
 * Reads a file that has to fit into memory.
 *
 * @param limit bytes. @returns `unusable` when it is longer, is no file or cannot be read any more; undefined when it is
 * not there.
 */
export async function readSmallFile(path: string, limit: number): Promise<Buffer | 'unusable' | undefined> {
  const file = await openToRead(path);
  if (file === undefined) return undefined;
  try {
    const status = await file.stat();
    if (!status.isFile() || status.size > limit) return 'unusable';
    const { buffer, bytesRead } = await file.read(Buffer.alloc(status.size), 0, status.size, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if (isLost(error)) return 'unusable';
    throw error;
  } finally {
    await file.close();
  }
}
