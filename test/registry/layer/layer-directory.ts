import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A directory for the files of a test. */
export async function layerDirectory(test: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'dockgate-layer-'));
  test.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Writes a layer into a file of its own. @returns its path */
export async function layerFile(test: TestContext, bytes: Uint8Array): Promise<string> {
  const path = join(await layerDirectory(test), 'layer');
  await writeFile(path, bytes);
  return path;
}
