import { randomBytes } from 'node:crypto';
import { type FileHandle, link, open, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A file to be written whole. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
  /** True for private keys: mode 0600 from the first moment on. */
  readonly secret: boolean;
}

/** A file is there already and nobody allowed to replace it. */
export class ExistingFile extends Error {
  readonly path: string;

  constructor(path: string) {
    super(`${path} exists already.`);
    this.name = 'ExistingFile';
    this.path = path;
  }
}

/**
 * Writes files that appear whole or not at all, one after the other in the order given, all in one directory.
 * @param replace Take the place of files that exist. Otherwise none is touched when one of them exists.
 * @throws ExistingFile, or the file system's error.
 */
export async function writeFiles(files: readonly NewFile[], replace: boolean): Promise<void> {
  const staged: { readonly file: NewFile; readonly temporary: string }[] = [];
  const placed: string[] = [];
  try {
    for (const file of files) {
      const temporary = join(dirname(file.path), `.${basename(file.path)}.${randomBytes(6).toString('hex')}`);
      staged.push({ file, temporary });
      await stage(file, temporary);
    }
    for (const { file, temporary } of staged) {
      if (replace) await rename(temporary, file.path);
      else {
        await place(file, temporary);
        placed.push(file.path);
      }
    }
  } catch (error) {
    for (const path of placed) await unlink(path).catch(() => undefined);
    throw error;
  } finally {
    for (const { temporary } of staged) await unlink(temporary).catch(() => undefined);
  }
  await syncDirectory(dirname(files[0]?.path ?? '.'));
}

async function stage(file: NewFile, temporary: string): Promise<void> {
  const handle = await open(temporary, 'wx', file.secret ? 0o600 : 0o644);
  try {
    await fill(handle, file);
  } finally {
    await handle.close();
  }
}

async function fill(handle: FileHandle, file: NewFile): Promise<void> {
  await giveToOwner(handle, file.path);
  await handle.writeFile(file.text);
  await handle.sync();
}

/** A link fails where a file exists, unlike a rename. */
async function place(file: NewFile, temporary: string): Promise<void> {
  try {
    await link(temporary, file.path);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') throw new ExistingFile(file.path);
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    // The file system has no hard links.
    await stage(file, file.path).catch((cause: unknown) => {
      throw codeOf(cause) === 'EEXIST' ? new ExistingFile(file.path) : cause;
    });
  }
}

/** What root makes in another account's directory would be unreadable for the service that runs there. */
async function giveToOwner(handle: FileHandle, path: string): Promise<void> {
  if (process.geteuid?.() !== 0) return;
  const model = await stat(path).catch(() => stat(dirname(path)));
  if (model.uid !== 0 || model.gid !== 0) await handle.chown(model.uid, model.gid);
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The system's name of a file system error: `ENOENT`, `EACCES` … */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
