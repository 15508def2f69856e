import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isSealed } from './sealed-text.js';

/** How a file stands to the text that it should have. `edited`: somebody has changed what was written here. */
export type FileState = 'missing' | 'same' | 'outdated' | 'edited';

/** Who a file belongs to; undefined leaves it to whoever writes it. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Compares a file with its text; one of an older version is told from one that was edited by its seal. */
export async function stateOf(path: string, text: string): Promise<FileState> {
  const present = await contentOf(path);
  if (present === undefined) return 'missing';
  if (present === text) return 'same';
  return isSealed(present) ? 'outdated' : 'edited';
}

/** What a file holds; undefined when there is none. */
export async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Puts a file there in one step: whoever reads it sees all of it or nothing. Makes its directory for everybody to read. */
export async function placeFile(path: string, text: string, mode: number, owner?: Owner): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await fill(file, text, mode, owner);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function fill(file: FileHandle, text: string, mode: number, owner: Owner | undefined): Promise<void> {
  await file.writeFile(text);
  if (owner !== undefined) await file.chown(owner.uid, owner.gid);
  // Not at the opening: the umask would have its say.
  await file.chmod(mode);
  await file.sync();
}
