import { open } from 'node:fs/promises';
import { CommandFailure } from './command-failure.js';

/** Writes a file that was not there before: one that is may be in use. @param name as it was typed. */
export async function writeNewFile(path: string, name: string, text: string): Promise<void> {
  try {
    const handle = await open(path, 'wx', 0o644);
    try {
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const why = code === 'EEXIST' ? 'exists already; nothing was written' : `cannot be written (${code})`;
    throw new CommandFailure(`${name} ${why}.`);
  }
}
