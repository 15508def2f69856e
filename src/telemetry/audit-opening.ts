import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { ConfigurationError } from '../configuration/problem.js';
import { openingFault } from './opening-fault.js';

/** A pipe that nobody reads must not hold up the start. */
const FLAGS = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;
const NEWLINE = 0x0a;

/**
 * Opens an audit log for appending, and makes it, for its owner alone, where there is none. Its directory has to be there.
 *
 * A line that a crash has cut short is ended first, so that the next one begins where readers expect it.
 *
 * @throws {ConfigurationError} when it cannot be written to
 */
export async function openAuditFile(path: string): Promise<FileHandle> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, FLAGS, 0o600);
    const status = await handle.stat();
    if (!status.isFile()) throw problem(path, 'is no regular file');
    if (status.size > 0) {
      const last = Buffer.alloc(1);
      await handle.read(last, 0, 1, status.size - 1);
      if (last[0] !== NEWLINE) await handle.write('\n');
    }
    return handle;
  } catch (error) {
    await handle?.close();
    throw error instanceof ConfigurationError ? error : problem(path, openingFault(error), error);
  }
}

function problem(path: string, reason: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError([{ place: { file: path }, message: `audit.file ${reason}` }], { cause });
}
