import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { readFile, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { DerivedFiles } from '../../../src/registry/bridge/derived-files.js';
import { Layers } from '../../../src/registry/bridge/layers.js';
import { Unbridgeable } from '../../../src/registry/bridge/unbridgeable.js';
import { temporaryDirectory } from '../../harness/directory.js';
import { memoryDirectory } from '../../harness/memory-directory.js';
import { makeOldRegistry, type OldImage } from '../../harness/old-registry.js';
import { type BridgedRegistry, imageId, openBridged, tell } from './bridged-registry.js';

/** Layers over a registry's images, and how many bytes they have read. */
function reading({ directory, v1 }: BridgedRegistry): { layers: Layers; bytes: () => number } {
  let bytes = 0;
  const layers = new Layers({
    images: v1.images,
    records: new DerivedFiles(join(directory, 'derived')),
    isRecording: true,
    onBytes: (more) => {
      bytes += more;
    },
  });
  return { layers, bytes: () => bytes };
}

async function find(registry: BridgedRegistry, layers: Layers, image: OldImage): Promise<unknown> {
  const stored = await registry.v1.images.find(imageId(image.id));
  assert.ok(stored);
  return layers.find(imageId(image.id), stored);
}

test('a layer is read once, by all who ask at once and by the processes after', async (t) => {
  const directory = memoryDirectory(t);
  const old = await makeOldRegistry(directory, { damage: false });
  const image = old.image('library/busybox', 'latest');
  const registry = await openBridged(directory);
  const first = reading(registry);
  await Promise.all(Array.from({ length: 20 }, () => find(registry, first.layers, image)));
  assert.equal(first.bytes(), image.layer.length);
  const second = reading(registry);
  await find(registry, second.layers, image);
  assert.equal(second.bytes(), 0);
  // Whoever relies on a file that has other names renews its time; a file of one name is then another.
  await utimes(join(directory, 'images', image.id, 'layer'), 1, 1);
  await find(registry, second.layers, image);
  assert.equal(second.bytes(), image.layer.length);
});

test('a damaged layer is read once, until its file is another', async (t) => {
  const directory = memoryDirectory(t);
  const old = await makeOldRegistry(directory, { damage: false });
  const image = old.image('team-a/database', 'latest');
  const layer = join(directory, 'images', image.id, 'layer');
  const whole = await readFile(layer);
  await writeFile(layer, whole.subarray(0, whole.length - 40));
  const registry = await openBridged(directory);
  const { layers, bytes } = reading(registry);
  for (let attempt = 0; attempt < 3; attempt += 1)
    await assert.rejects(find(registry, layers, image), Unbridgeable);
  assert.equal(bytes(), whole.length - 40);
  await writeFile(`${layer}-next`, whole);
  await rename(`${layer}-next`, layer);
  await find(registry, layers, image);
  assert.equal(bytes(), whole.length - 40 + whole.length);
});

test('layers on another disk are copied, once', async (t) => {
  const data = memoryDirectory(t);
  const elsewhere = temporaryDirectory(t);
  if (statSync(data).dev === statSync(elsewhere).dev) return t.skip('there is only one file system');
  const old = await makeOldRegistry(elsewhere, { damage: false });
  const registry = await openBridged(data, { v1: elsewhere });
  const reply = await tell(registry.handler, 'GET', '/v2/busybox/manifests/latest');
  assert.equal(reply.status, 200);
  const image = old.image('library/busybox', 'latest');
  const { layers } = JSON.parse(reply.text) as { layers: { digest: string }[] };
  const blob = await tell(registry.handler, 'GET', `/v2/busybox/blobs/${layers[0]?.digest}`);
  assert.equal(blob.status, 200);
  assert.equal(statSync(join(elsewhere, 'images', image.id, 'layer')).nlink, 1);
  const hex = layers[0]?.digest.slice('sha256:'.length) ?? '';
  const content = join(data, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data');
  assert.deepEqual(await readFile(content), image.layer);
});
