import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Files below a directory, as paths below it; none when it is not there. */
export async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
}

const CONTENT = /^(?:v2|dockgate)\/blobs\/(sha256|sha512)\/[0-9a-f]{2}\/([0-9a-f]+)\/data$/;
const LINK = /\/(?:_layers|_manifests)\/.*\/link$/;
const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** Checks that all content in a data directory has the digest of its name, and that no link is empty or cut. */
export async function checkStoredFiles(data: string, checked: Set<string>): Promise<void> {
  const registry = join(data, 'docker', 'registry');
  for (const file of await filesBelow(registry)) {
    const [, algorithm, hex] = CONTENT.exec(file) ?? [];
    if (algorithm !== undefined && !checked.has(file)) {
      const content = await readFile(join(registry, file));
      assert.equal(createHash(algorithm).update(content).digest('hex'), hex, `${file} is whole`);
      checked.add(file);
    }
    if (LINK.test(file)) {
      const link = await readFile(join(registry, file), 'utf8').catch(() => undefined);
      if (link !== undefined) assert.match(link, DIGEST, `the link ${file} is whole`);
    }
  }
}

/** What is neither content nor a link: what uploads and processes have left on the way. */
export async function leftovers(data: string): Promise<string[]> {
  const files = await filesBelow(join(data, 'docker', 'registry'));
  return files.filter((file) => /\/_uploads\/|\/(?:staging|trash)\//.test(file));
}
