import { randomUUID } from 'node:crypto';
import { open, readFile, readlink, stat, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { systemCode } from './file-content.js';
import { HtpasswdFileError } from './problem.js';
import { unwritable } from './unwritable.js';

/** Milliseconds after which a lock is no longer believed: an edit takes a few. */
const STALE_AFTER = 30_000;
const PATIENCE = 10_000;
const SHORTEST_WAIT = 5;
const WAIT_SPREAD = 40;

/**
 * Runs an edit while no other process edits the same file, by a lock file beside it.
 *
 * A lock that its owner left behind, because it was killed, is recognised and broken.
 *
 * @param edit Gets a check to await right before its last step: it throws when the lock was lost, as to one who slept.
 * @throws {HtpasswdFileError} `HTPASSWD_LOCKED` when somebody else holds the lock for ten seconds.
 */
export async function withLock<T>(
  path: string,
  edit: (confirm: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const lock = `${path}.lock`;
  const token = `${process.pid} ${await place()} ${randomUUID()}\n`;
  const deadline = Date.now() + PATIENCE;
  while (!(await create(lock, token, path))) {
    if (await isStale(lock)) await breakLock(lock, path);
    else if (Date.now() > deadline) throw locked(path, lock);
    else await wait(SHORTEST_WAIT + Math.random() * WAIT_SPREAD);
  }
  try {
    return await edit(async () => {
      if ((await owner(lock)) !== token) throw locked(path, lock);
    });
  } finally {
    // Somebody may have believed us dead: then the lock is theirs.
    if ((await owner(lock)) === token) await unlink(lock).catch(() => undefined);
  }
}

/** Where process numbers mean the same: a host, and on Linux one of its containers. */
async function place(): Promise<string> {
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return `${hostname()}/${namespace}`;
}

/** False when the lock exists. */
async function create(lock: string, token: string, path: string): Promise<boolean> {
  try {
    await using file = await open(lock, 'wx', 0o644);
    await file.writeFile(token);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw unwritable(path, error);
  }
}

async function owner(lock: string): Promise<string | undefined> {
  return readFile(lock, 'utf8').catch(() => undefined);
}

async function isStale(lock: string): Promise<boolean> {
  const [text, stats] = await Promise.all([owner(lock), stat(lock).catch(() => undefined)]);
  if (text === undefined || stats === undefined) return false;
  if (Date.now() - stats.mtimeMs > STALE_AFTER) return true;
  const [pid, where] = text.trim().split(' ');
  return where === (await place()) && !isRunning(Number(pid));
}

function isRunning(pid: number): boolean {
  try {
    // Signal 0 asks without sending anything.
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return systemCode(error) !== 'ESRCH';
  }
}

/** Two who break one lock at once could remove the new owner's: so breaking has a lock of its own. */
async function breakLock(lock: string, path: string): Promise<void> {
  const breaking = `${lock}.breaking`;
  if (!(await create(breaking, `${process.pid} ${await place()}\n`, path))) {
    if (await isStale(breaking)) throw locked(path, breaking);
    await wait(SHORTEST_WAIT);
    return;
  }
  try {
    if (await isStale(lock)) await unlink(lock);
  } finally {
    await unlink(breaking);
  }
}

function locked(path: string, lock: string): HtpasswdFileError {
  const reason = `another program is changing the password file; if none is, remove ${lock} and try again`;
  return new HtpasswdFileError('HTPASSWD_LOCKED', path, reason);
}
