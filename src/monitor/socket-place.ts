import { link, lstat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Which file it is, whatever it is called. */
export interface FileIdentity {
  readonly dev: number;
  readonly ino: number;
}

/** Somebody listens at the path. */
export class PlaceTaken extends Error {
  override readonly name = 'PlaceTaken';
}

/** There is something at the path that is no socket. */
export class NoSocket extends Error {
  override readonly name = 'NoSocket';
}

/** Times that others may come first, and milliseconds to wait for one who does the same. */
const ATTEMPTS = 200;
const PAUSE = 10;

/** Answers that mean that nobody listens at a socket, and nobody ever will. */
const DEAD = new Set(['ECONNREFUSED', 'ENOENT']);

/**
 * Gives a listening socket its name. A socket that a dead process has left is taken away, one behind which somebody listens
 * never is, whoever else does the same at the same time.
 *
 * @param made the socket's path so far
 * @throws {PlaceTaken} @throws {NoSocket} and what the system says
 */
export async function place(made: string, path: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (await takesName(made, path)) return;
    const there = await identityOf(path);
    if (there === undefined) continue;
    if (!there.isSocket) throw new NoSocket();
    if (await isAlive(path)) throw new PlaceTaken();
    await removeDead(made, path, there);
  }
  throw new PlaceTaken();
}

/** Removes the socket if it is still that one. */
export async function remove(path: string, own: FileIdentity): Promise<void> {
  const there = await identityOf(path);
  if (there !== undefined && isSame(there, own)) await unlink(path).catch(ignoreMissing);
}

/** What lies at a path; undefined: nothing. */
export async function identityOf(path: string): Promise<(FileIdentity & { isSocket: boolean }) | undefined> {
  try {
    const stats = await lstat(path);
    return { dev: stats.dev, ino: stats.ino, isSocket: stats.isSocket() };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** A further name for the same file: unlike renaming, it fails where the name is taken. */
async function takesName(made: string, path: string): Promise<boolean> {
  try {
    await link(made, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes what lies at a path if it is still that dead socket. A name alone cannot be removed safely: a moment later it may
 * be that of somebody alive. So whoever wants to remove a file needs a lock that is named after the file itself, and looks
 * again when they have it. The lock is a further name for their own listening socket: whether they live can be asked there.
 */
async function removeDead(made: string, path: string, dead: FileIdentity): Promise<void> {
  const lock = join(dirname(path), `.c-${dead.ino}`);
  if (await takesName(made, lock)) {
    try {
      const there = await identityOf(path);
      // Another file may have got the number of one that is gone.
      if (there !== undefined && isSame(there, dead) && !(await isAlive(path))) await unlink(path);
    } finally {
      await unlink(lock).catch(ignoreMissing);
    }
    return;
  }
  const holder = await identityOf(lock);
  if (holder?.isSocket === true && !(await isAlive(lock))) await removeDead(made, lock, holder);
  else await delay(PAUSE);
}

function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // What cannot be found out (no right to ask, too many wait) may be alive.
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(!DEAD.has(error.code ?? '')));
  });
}

function isSame(one: FileIdentity, other: FileIdentity): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

function ignoreMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error;
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
