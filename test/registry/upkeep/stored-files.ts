import { readdir, readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

/** The files of a data directory by what they are, found without the sources' help. */
export interface StoredFiles {
  /** `<repository> <digest>` */
  readonly layers: Set<string>;
  /** `<repository> <digest>` */
  readonly revisions: Set<string>;
  /** `<repository> <digest>` of what tags mean. */
  readonly tagged: Set<string>;
  /** `<repository> <digest of the referrer>` */
  readonly referrers: Set<string>;
  /** `<repository> <id>` */
  readonly uploads: Set<string>;
  /** Digests. */
  readonly contents: Set<string>;
}

const REPOSITORY = /^(?:v2|dockgate)\/repositories\/(.+?)\/_(layers|manifests|referrers|uploads)\/(.+)$/;
const CONTENT = /^(?:v2|dockgate)\/blobs\/(sha256|sha512)\/[0-9a-f]{2}\/([0-9a-f]+)\/data$/;

/** Paths of all files below a directory, relative to it, sorted. */
export async function pathsUnder(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1)).sort();
}

/** @param registry the directory `docker/registry` of a data directory. */
export async function readStoredFiles(registry: string): Promise<StoredFiles> {
  const found: StoredFiles = {
    layers: new Set(),
    revisions: new Set(),
    tagged: new Set(),
    referrers: new Set(),
    uploads: new Set(),
    contents: new Set(),
  };
  for (const path of await pathsUnder(registry)) {
    const content = CONTENT.exec(path);
    if (content !== null) found.contents.add(`${content[1]}:${content[2]}`);
    const [, name = '', kind = '', rest = ''] = REPOSITORY.exec(path) ?? [];
    const parts = rest.split('/');
    const [one = '', two = '', three = ''] = parts;
    if (kind === 'layers') found.layers.add(`${name} ${one}:${two}`);
    if (kind === 'manifests' && one === 'revisions') found.revisions.add(`${name} ${two}:${three}`);
    if (kind === 'manifests' && rest.endsWith('/current/link')) {
      found.tagged.add(`${name} ${(await readFile(join(registry, path), 'utf8')).trim()}`);
    }
    if (kind === 'referrers') found.referrers.add(`${name} ${three.replace('-', ':')}`);
    if (kind === 'uploads') found.uploads.add(`${name} ${one}`);
  }
  return found;
}

/**
 * Lets every file look as if nobody had relied on it for two hours. What is begun afterwards begins at least a
 * millisecond later than that.
 */
export async function ageAll(registry: string): Promise<void> {
  const then = new Date(Date.now() - 2 * 60 * 60 * 1000);
  for (const path of await pathsUnder(registry)) {
    if (!path.startsWith('dockgate/gc/')) await utimes(join(registry, path), then, then);
  }
  const aged = Date.now();
  while (Date.now() < aged + 2) await setImmediate();
}
