import { systemCode } from './file-content.js';
import { HtpasswdFileError } from './problem.js';

/** The error for a password file that the system does not let us change; errors of ours pass through. */
export function unwritable(path: string, cause: unknown): HtpasswdFileError {
  if (cause instanceof HtpasswdFileError) return cause;
  return new HtpasswdFileError(
    'HTPASSWD_UNWRITABLE',
    path,
    `the password file cannot be changed: ${why(cause)}`,
    {
      cause,
    },
  );
}

function why(cause: unknown): string {
  const code = systemCode(cause) ?? 'unknown error';
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'permission denied; run the command as a user who may write to its directory';
    case 'ENOENT':
      return 'its directory does not exist; make it, or name another file';
    case 'EROFS':
      return 'the file system is read-only; change it where it comes from';
    case 'EBUSY':
      return 'it is mounted as a single file and so cannot be replaced; mount its directory instead';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full; make room';
    default:
      return `${code}; check the disk and the path`;
  }
}
