import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { unpackedTree } from './file-tree.js';
import { memoryDirectory } from './memory-directory.js';
import { makeOldRegistry, type OldImage } from './old-registry.js';
import { requireProgram, runProgram } from './program.js';

const withXz = requireProgram('xz', 'xz-utils');

/** Digests of all files below a directory, by path. */
async function contents(directory: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const digest = createHash('sha256').update(readFileSync(path)).digest('hex');
    found.set(path.slice(directory.length), digest);
  }
  return found;
}

function layersOf(t: TestContext, image: OldImage): string[] {
  const directory = memoryDirectory(t);
  const layers: string[] = [];
  for (let at: OldImage | undefined = image; at !== undefined; at = at.parent) {
    const file = join(directory, at.id);
    writeFileSync(file, at.layer);
    layers.unshift(file);
  }
  return layers;
}

test('the old registry of the tests is the same whenever it is made', withXz, async (t) => {
  const directory = memoryDirectory(t);
  const [one, other] = [join(directory, 'one'), join(directory, 'other')];
  for (const made of [one, other]) {
    mkdirSync(made);
    await makeOldRegistry(made);
  }
  const files = await contents(one);
  assert.ok(files.size > 100);
  assert.deepEqual(await contents(other), files);
});

test('what the layers of the old registry unpack to is what its description says', withXz, async (t) => {
  const { images } = await makeOldRegistry(memoryDirectory(t));
  assert.ok(images.size > 20);
  for (const image of images.values()) {
    assert.deepEqual(await unpackedTree(layersOf(t, image)), image.tree, image.name);
  }
});

test('each damage of the old registry can be found', withXz, async (t) => {
  const { directory, damages, images, lost } = await makeOldRegistry(memoryDirectory(t));
  assert.equal(damages.size, 12);
  assert.equal(lost.size, 14);
  const payloadOf = async (id: string): Promise<boolean> => {
    const folder = join(directory, 'images', id);
    const read = (name: string): Buffer => readFileSync(join(folder, name));
    const hash = createHash('sha256').update(read('json')).update('\n').update(read('layer'));
    return read('_checksum').toString().includes(hash.digest('hex'));
  };
  for (const [id, { found, why }] of damages) {
    if (found !== 'by reading the layer') continue;
    const listed = await runProgram('tar', ['-tf', join(directory, 'images', id, 'layer')]);
    assert.ok(listed.code !== 0 || !(await payloadOf(id)), why);
  }
  for (const { id } of images.values()) if (!lost.has(id)) assert.ok(await payloadOf(id));
});
