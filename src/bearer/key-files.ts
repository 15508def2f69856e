import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Bytes that a file of keys may have. */
const LONGEST = 1_048_576;
/** A file system without hard links. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK']);

/** The text of a file; undefined when there is none. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    if (size > LONGEST) throw new Error('it is too long');
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** What tells one writing of a file from the next; undefined when there is none. */
export async function stampOf(path: string): Promise<string | undefined> {
  try {
    const { ino, mtimeMs, size } = await stat(path);
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    return undefined;
  }
}

/**
 * Makes a file as a whole if it is not there. Of processes that do so at once one wins.
 *
 * @returns the text that is there now, ours or the winner's
 */
export async function placeOnce(path: string, text: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = await writeBeside(path, text, 0o600);
  try {
    await link(temporary, path).catch((error: unknown) => {
      if (!NO_LINKS.has(codeOf(error) ?? '')) throw error;
      return writeNew(path, text, 0o600);
    });
    await syncDirectory(path);
    return text;
  } catch (error) {
    const theirs = codeOf(error) === 'EEXIST' ? await readText(path) : undefined;
    if (theirs === undefined) throw error;
    return theirs;
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
}

/** Writes a file as a whole, in the place of the one that is there. */
export async function replaceText(path: string, text: string, mode: number): Promise<void> {
  const temporary = await writeBeside(path, text, mode);
  try {
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncDirectory(path);
}

/** Removes a file, if it is there. */
export async function removeFile(path: string): Promise<void> {
  await unlink(path).catch(() => undefined);
}

async function writeBeside(path: string, text: string, mode: number): Promise<string> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  await writeNew(temporary, text, mode);
  return temporary;
}

async function writeNew(path: string, text: string, mode: number): Promise<void> {
  await using file = await open(path, 'wx', mode);
  // Whatever the process's mask is: some files are for others to read.
  await file.chmod(mode);
  await file.writeFile(text);
  await file.sync();
}

async function syncDirectory(path: string): Promise<void> {
  await using folder = await open(dirname(path), 'r');
  await folder.sync();
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
