import { mkdir, readFile, stat } from 'node:fs/promises';
import { fileProblem, unreadable } from './pair-problem.js';
import { codeOf, ExistingFile, type NewFile, writeFiles } from './stored-file.js';

/** Makes the directory of certificates where it is missing. */
export async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (error) {
    throw fileProblem(
      directory,
      `this directory cannot be made (${codeOf(error) ?? 'unknown error'}).`,
      error,
    );
  }
}

/** Writes files as {@link writeFiles} does; what the file system says becomes a sentence. */
export async function store(files: readonly NewFile[], replace: boolean): Promise<void> {
  try {
    await writeFiles(files, replace);
  } catch (error) {
    const code = codeOf(error);
    if (error instanceof ExistingFile || code === undefined) throw error;
    const message = `cannot be written (${code}). The directory has to belong to the account that dockgate runs under, and have room.`;
    throw fileProblem(files[0]?.path ?? '', message, error);
  }
}

/** Reads a small file; what the file system says becomes a sentence. */
export async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** Whether something, readable or not, is there. */
export async function exists(path: string): Promise<boolean> {
  const failure = await stat(path).then(() => undefined, codeOf);
  return failure !== 'ENOENT' && failure !== 'ENOTDIR';
}
