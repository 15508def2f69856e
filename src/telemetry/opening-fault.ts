/** Why a log file cannot be opened, and what to do; follows the name of the setting. */
export function openingFault(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'lies in a directory that does not exist; make the directory first';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'may not be written by the user that dockgate runs as';
    case 'EISDIR':
      return 'is a directory';
    case 'ENXIO':
      return 'is a pipe that nobody reads, or a socket';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'cannot be written: the disk is full';
    default:
      return `cannot be opened: ${message}`;
  }
}
