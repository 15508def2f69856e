import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isBelow } from './locations.js';
import type { Owner } from './placed-file.js';

const READ = 4;
const WRITE = 2;
const ENTER = 1;
const temporary = ['/tmp', '/var/tmp'];

/** Why another user cannot run a program; undefined when nothing is in the way. @param path without symbolic links */
export async function obstacleTo(path: string): Promise<string | undefined> {
  const place = temporary.find((directory) => isBelow(path, directory));
  if (place !== undefined) return `${path} is in ${place}, and the service has a ${place} of its own`;
  if (!(await allowsOthers(path, READ))) return `${path} may not be read by everybody`;
  for (let directory = dirname(path); directory !== '/'; directory = dirname(directory)) {
    if (!(await allowsOthers(directory, ENTER))) return `${directory} may not be entered by everybody`;
  }
  return undefined;
}

async function allowsOthers(path: string, right: number): Promise<boolean> {
  const { mode } = await stat(path);
  return (mode & right) === right;
}

/** Whether a user may make and replace files in a directory; undefined when there is no such directory. */
export async function mayWrite(directory: string, user: Owner): Promise<boolean | undefined> {
  const found = await stat(directory).catch(() => undefined);
  if (found === undefined) return undefined;
  const shift = found.uid === user.uid ? 6 : found.gid === user.gid ? 3 : 0;
  const needed = WRITE | ENTER;
  return found.isDirectory() && ((found.mode >> shift) & needed) === needed;
}
