import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { orUndefined } from './system-error.js';

/** How to open a file to read it: waiting for somebody to write to a named pipe in its place would hold up everybody else. */
export const TO_READ = constants.O_RDONLY | constants.O_NONBLOCK;

/** Opens a file to read it, even when it is a named pipe; undefined when it is not there. */
export function openToRead(path: string): Promise<FileHandle | undefined> {
  return orUndefined(open(path, TO_READ));
}
