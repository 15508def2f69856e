import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readlink, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { systemCode } from './file-content.js';

const MOST_LINKS = 40;
const NEW_FILE_MODE = 0o600;
const PERMISSIONS = 0o7777;
const OWNER_ONLY = 0o700;

/** Where writing has to happen: the end of a chain of symbolic links, which need not exist. */
export async function writeTarget(path: string): Promise<string> {
  let target = resolve(path);
  for (let links = 0; links < MOST_LINKS; links += 1) {
    const next = await readlink(target).catch(() => undefined);
    if (next === undefined) break;
    target = resolve(dirname(target), next);
  }
  return target;
}

/**
 * Puts new bytes in a file's place in one step: whoever reads it sees all of the old or all of the new, also after a
 * crash. Mode and owner stay; a new file is for its owner alone. One that root makes belongs to the owner of its directory:
 * the service that runs there has to read it.
 *
 * @param target Not a symbolic link, see {@link writeTarget}.
 */
export async function replaceFile(target: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`);
  try {
    await write(temporary, target, bytes);
    await rename(temporary, target);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await using directory = await open(dirname(target));
  await directory.sync();
}

async function write(temporary: string, target: string, bytes: Uint8Array): Promise<void> {
  await using file = await open(temporary, 'wx', NEW_FILE_MODE);
  await file.writeFile(bytes);
  await keepAccess(file, target);
  await file.sync();
}

async function keepAccess(file: FileHandle, target: string): Promise<void> {
  const old = await stat(target).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (old === undefined) return giveToDirectory(file, dirname(target));
  const hasGroup = await give(file, old.uid, old.gid);
  // Without its group, the group's rights would go to another group.
  await file.chmod(old.mode & PERMISSIONS & (hasGroup ? PERMISSIONS : OWNER_ONLY));
}

async function giveToDirectory(file: FileHandle, directory: string): Promise<void> {
  if (process.geteuid?.() !== 0) return;
  const { uid, gid } = await stat(directory);
  await give(file, uid, gid);
}

/** Only root may give a file away, but members may give it to their group. Returns whether the group is right. */
async function give(file: FileHandle, uid: number, gid: number): Promise<boolean> {
  const mine = await file.stat();
  if (mine.uid === uid && mine.gid === gid) return true;
  for (const user of [uid, mine.uid]) {
    try {
      await file.chown(user, gid);
      return true;
    } catch (error) {
      if (systemCode(error) !== 'EPERM') throw error;
    }
  }
  return false;
}
