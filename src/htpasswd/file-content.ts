import { type BigIntStats, constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { HtpasswdFileError } from './problem.js';

/** Most bytes of a password file: some 200,000 users. */
export const LARGEST_FILE = 16 * 1024 * 1024;

/** A file's bytes. */
export interface FileContent {
  readonly bytes: Buffer;
  /** The state of the file that they are, as {@link lookOf} tells; undefined when it changed meanwhile. */
  readonly look: string | undefined;
}

/** Tells one state of a file from another without reading it. */
export function lookOf(stats: BigIntStats): string {
  return [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(':');
}

/** The code of a system error, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/**
 * Reads a password file whole.
 *
 * @throws {HtpasswdFileError} `HTPASSWD_MISSING`, `HTPASSWD_UNREADABLE`, `HTPASSWD_TOO_LARGE` or `HTPASSWD_NOT_TEXT`.
 */
export async function readContent(path: string): Promise<FileContent> {
  try {
    // Without O_NONBLOCK, opening a named pipe would wait for a writer.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const before = await file.stat({ bigint: true });
    if (!before.isFile()) {
      throw new HtpasswdFileError('HTPASSWD_UNREADABLE', path, 'this is not a file; name a password file');
    }
    if (before.size > LARGEST_FILE) throw tooLarge(path);
    const bytes = await file.readFile();
    const look = lookOf(before);
    const isSame = look === lookOf(await file.stat({ bigint: true }));
    // Also what a crash of the machine leaves of a file that was being written.
    if (bytes.includes(0)) {
      const reason =
        'this is not text in UTF-8 (it holds NUL bytes); restore the password file, or save it as UTF-8';
      throw new HtpasswdFileError('HTPASSWD_NOT_TEXT', path, reason);
    }
    return { bytes, look: isSame ? look : undefined };
  } catch (error) {
    throw error instanceof HtpasswdFileError ? error : unreadable(path, error);
  }
}

function unreadable(path: string, cause: unknown): HtpasswdFileError {
  const code = systemCode(cause);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    const reason = `there is no password file here; make one with: dockgate user add NAME --htpasswd ${path}`;
    return new HtpasswdFileError('HTPASSWD_MISSING', path, reason, { cause });
  }
  const reason =
    code === 'EACCES' || code === 'EPERM'
      ? 'the password file cannot be read: permission denied; let the user that runs dockgate read it'
      : `the password file cannot be read: ${code ?? 'unknown error'}; check the disk and the path`;
  return new HtpasswdFileError('HTPASSWD_UNREADABLE', path, reason, { cause });
}

function tooLarge(path: string): HtpasswdFileError {
  const reason = `the password file is larger than ${LARGEST_FILE / 1024 / 1024} MiB; check that the path is right`;
  return new HtpasswdFileError('HTPASSWD_TOO_LARGE', path, reason);
}
