import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { orUndefined } from './system-error.js';

/**
 * Opens a file to read it; undefined when it is not there. A named pipe in its place is opened too: waiting for somebody to
 * write to it would hold up everybody else.
 */
export function openToRead(path: string): Promise<FileHandle | undefined> {
  return orUndefined(open(path, constants.O_RDONLY | constants.O_NONBLOCK));
}
