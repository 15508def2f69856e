import { relative } from 'node:path';

/** Bytes that the path of a unix socket may have: the system's structure for it ends there (unix(7) `sun_path`). */
export const LONGEST_SOCKET_PATH = process.platform === 'linux' ? 107 : 103;

/** The path as it is, or from here on where that is shorter and the other one too long; undefined when both are. */
export function socketPath(path: string): string | undefined {
  if (fits(path)) return path;
  const shorter = relative(process.cwd(), path);
  return fits(shorter) ? shorter : undefined;
}

function fits(path: string): boolean {
  return Buffer.byteLength(path) <= LONGEST_SOCKET_PATH;
}
