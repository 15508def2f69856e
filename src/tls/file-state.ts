import { stat } from 'node:fs/promises';

/**
 * Tells one state of some files from another, also when a rename or a changed symbolic link (the way Kubernetes
 * replaces secrets) put other files in their place.
 */
export async function stateOf(paths: readonly string[]): Promise<string> {
  return (await Promise.all(paths.map(stateOfOne))).join(' ');
}

async function stateOfOne(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(':');
  } catch {
    return 'absent';
  }
}
