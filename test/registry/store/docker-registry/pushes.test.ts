import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { beforeEach, test } from 'node:test';
import { Digest } from '../../../../src/registry/model/digest.js';
import { openDockerRegistryStore } from '../../../../src/registry/store/docker-registry/docker-registry-store.js';
import type { ReceivedLayer, V1Stores } from '../../../../src/registry/store/v1-contracts.js';
import { memoryDirectory } from '../../../harness/memory-directory.js';
import { until } from '../../../harness/until.js';
import { bodyOf, brokenBodyOf, idOf, jsonOf, layerOf, payloadOf, pushImage } from './sample.js';

let directory: string;
let stores: V1Stores;

beforeEach(async (context) => {
  directory = memoryDirectory(context as import('node:test').TestContext);
  stores = await openDockerRegistryStore({ directory, readOnly: false });
});

const BASE = idOf('base');
const JSON_OF_BASE = jsonOf(BASE);
const pathOf = (name: string): string => join(directory, 'images', BASE.hex, name);

async function received(content: string): Promise<ReceivedLayer> {
  const layer = await stores.pushes.receive(BASE, bodyOf(content));
  assert.ok(typeof layer === 'object');
  return layer;
}

test('opening makes no place for images, so that who pushes none has none', async () => {
  assert.deepEqual(await readdir(directory), ['docker']);
  await pushImage(stores, BASE);
  assert.deepEqual((await readdir(directory)).sort(), ['docker', 'images']);
});

test('a directory that cannot be written to is opened, and serves what is in it', async () => {
  await pushImage(stores, BASE);
  // Root may write everywhere, but nobody makes a directory below a file.
  await rm(join(directory, 'docker'), { recursive: true });
  await writeFile(join(directory, 'docker'), '');
  const again = await openDockerRegistryStore({ directory, readOnly: false });
  assert.equal((await again.images.find(BASE))?.isUploading, false);
  await assert.rejects(pushImage(again, idOf('more')));
});

test('a push leaves the files that docker-registry leaves, and nothing else', async () => {
  assert.equal(await stores.images.find(BASE), undefined);
  assert.equal(await stores.pushes.begin(BASE, JSON_OF_BASE, [BASE]), true);
  assert.equal((await stores.images.find(BASE))?.isUploading, true);
  assert.equal(await readFile(pathOf('_inprogress'), 'utf8'), 'true');
  const layer = await received('layer');
  assert.equal(layer.payload, payloadOf(JSON_OF_BASE, Buffer.from('layer')));
  assert.equal(layer.digest.toString(), Digest.of(Buffer.from('layer')).toString());
  assert.equal(layer.size, 5);
  assert.equal(await readFile(layer.file, 'utf8'), 'layer');
  assert.deepEqual(await stores.pushes.received(BASE, layer.payload), layer);
  assert.equal(await stores.images.layer(BASE), undefined);
  assert.equal(await stores.pushes.complete(BASE, layer.payload), 'complete');
  assert.deepEqual((await readdir(pathOf('.'))).sort(), ['_checksum', 'ancestry', 'json', 'layer']);
  assert.deepEqual(JSON.parse(await readFile(pathOf('_checksum'), 'utf8')), [layer.payload]);
  assert.deepEqual(JSON.parse(await readFile(pathOf('ancestry'), 'utf8')), [BASE.hex]);
  const image = await stores.images.find(BASE);
  assert.deepEqual(image, {
    json: JSON_OF_BASE,
    ancestry: [BASE],
    isUploading: false,
    checksums: [layer.payload],
  });
  assert.equal((await layerOf(stores, BASE))?.toString(), 'layer');
  assert.equal(await readFile((await stores.images.layerFile(BASE)) ?? '', 'utf8'), 'layer');
});

test('what is complete is not begun again, and says so to whoever completes it again', async () => {
  const payload = await pushImage(stores, BASE, [], Buffer.from('layer'));
  assert.equal(await stores.pushes.begin(BASE, jsonOf(BASE, undefined, 'another'), [BASE]), false);
  assert.equal(await stores.pushes.complete(BASE, payload), 'complete');
  assert.equal(await stores.pushes.complete(BASE, payload.replace(/.$/, 'x')), 'nothing under way');
  assert.equal(await stores.pushes.receive(BASE, bodyOf('another')), 'complete');
  const same = await stores.pushes.receive(BASE, bodyOf('lay', 'er'));
  assert.ok(typeof same === 'object');
  assert.equal(same.payload, payload);
  assert.equal(await readFile(same.file, 'utf8'), 'layer');
  assert.deepEqual((await stores.images.find(BASE))?.json, jsonOf(BASE));
});

test('a push can be completed only with a layer that has been received, and says what is wrong', async () => {
  const payload = payloadOf(JSON_OF_BASE, Buffer.from('layer'));
  assert.equal(await stores.pushes.complete(BASE, payload), 'unknown image');
  assert.equal(await stores.pushes.receive(BASE, bodyOf('layer')), undefined);
  await stores.pushes.begin(BASE, JSON_OF_BASE, [BASE]);
  assert.equal(await stores.pushes.complete(BASE, payload), 'no layer');
  await received('broken');
  assert.equal(await stores.pushes.complete(BASE, payload), 'mismatch');
  assert.equal((await stores.images.find(BASE))?.isUploading, true);
  await received('layer');
  assert.equal(await stores.pushes.complete(BASE, payload), 'complete');
  assert.equal((await layerOf(stores, BASE))?.toString(), 'layer');
});

test('a body that breaks off leaves nothing, and the layer can be sent again', async () => {
  await stores.pushes.begin(BASE, JSON_OF_BASE, [BASE]);
  await assert.rejects(stores.pushes.receive(BASE, brokenBodyOf('lay')), { code: 'BODY_BROKEN' });
  assert.deepEqual((await readdir(pathOf('.'))).sort(), ['_inprogress', 'ancestry', 'json']);
  assert.deepEqual(await readdir(join(directory, 'docker/registry/dockgate/staging')), []);
  const { payload } = await received('layer');
  assert.equal(await stores.pushes.complete(BASE, payload), 'complete');
});

test('two clients that push the same image with layers of their own are both told that it is complete', async () => {
  await stores.pushes.begin(BASE, JSON_OF_BASE, [BASE]);
  await stores.pushes.begin(BASE, JSON_OF_BASE, [BASE]);
  const one = await received('one');
  const other = await received('other');
  assert.equal(await stores.pushes.complete(BASE, other.payload), 'complete');
  assert.equal(await readFile(one.file, 'utf8'), 'one');
  assert.equal(await stores.pushes.complete(BASE, one.payload), 'complete');
  assert.equal((await layerOf(stores, BASE))?.toString(), 'other');
  assert.deepEqual((await stores.images.find(BASE))?.checksums, [other.payload]);
});

test('a client that sends its layer when a rival has completed the image is told of it as of any other', async () => {
  await stores.pushes.begin(BASE, JSON_OF_BASE, [BASE]);
  await stores.pushes.begin(BASE, JSON_OF_BASE, [BASE]);
  const { payload } = await received('one');
  assert.equal(await stores.pushes.complete(BASE, payload), 'complete');
  const late = await received('other');
  assert.equal((await stores.pushes.received(BASE, late.payload))?.size, 5);
  assert.equal(await stores.pushes.complete(BASE, late.payload), 'complete');
  assert.equal((await layerOf(stores, BASE))?.toString(), 'one');
});

test('another json begins the push anew, and the layers of the one before belong to nothing', async () => {
  await stores.pushes.begin(BASE, JSON_OF_BASE, [BASE]);
  const before = await received('layer');
  assert.equal(await stores.pushes.begin(BASE, JSON_OF_BASE, [BASE]), true);
  assert.deepEqual(await stores.pushes.received(BASE, before.payload), before);
  const next = jsonOf(BASE, undefined, 'next');
  assert.equal(await stores.pushes.begin(BASE, next, [BASE]), true);
  assert.equal(await stores.pushes.received(BASE, before.payload), undefined);
  assert.equal(await stores.pushes.complete(BASE, before.payload), 'no layer');
  const after = await received('layer');
  assert.equal(after.payload, payloadOf(next, Buffer.from('layer')));
  assert.equal(await stores.pushes.complete(BASE, after.payload), 'complete');
});

test('a layer whose push is begun anew with another json while it comes belongs to nothing', async () => {
  await stores.pushes.begin(BASE, JSON_OF_BASE, [BASE]);
  const body = new PassThrough();
  const reception = stores.pushes.receive(BASE, body);
  body.write('lay');
  await until(() => body.readableLength === 0, 'the beginning of the layer has been taken');
  await stores.pushes.begin(BASE, jsonOf(BASE, undefined, 'next'), [BASE]);
  body.end('er');
  assert.equal(await reception, undefined);
  assert.deepEqual((await readdir(pathOf('.'))).sort(), ['_inprogress', 'ancestry', 'json']);
  assert.deepEqual(await readdir(join(directory, 'docker/registry/dockgate/staging')), []);
});

test('an unfinished push of docker-registry can be done again, whatever it has left', async () => {
  await mkdir(pathOf('.'), { recursive: true });
  await writeFile(pathOf('json'), JSON_OF_BASE);
  await writeFile(pathOf('_inprogress'), 'true');
  await writeFile(pathOf('layer'), 'half a la');
  await writeFile(pathOf('_checksum'), '["sha256:00"]');
  await writeFile(pathOf('_files'), '[]');
  const payload = await pushImage(stores, BASE, [], Buffer.from('layer'));
  assert.equal((await layerOf(stores, BASE))?.toString(), 'layer');
  assert.deepEqual((await stores.images.find(BASE))?.checksums, [payload]);
});

test('a complete image that has lost its layer can be pushed again', async () => {
  await mkdir(pathOf('.'), { recursive: true });
  await writeFile(pathOf('json'), JSON_OF_BASE);
  await writeFile(pathOf('ancestry'), `["${BASE.hex}"]`);
  assert.equal((await stores.images.find(BASE))?.isUploading, false);
  await pushImage(stores, BASE, [], Buffer.from('layer'));
  assert.equal((await layerOf(stores, BASE))?.toString(), 'layer');
});

test('no more than sixteen layers are kept of one push; the oldest goes', async () => {
  await stores.pushes.begin(BASE, JSON_OF_BASE, [BASE]);
  for (let count = 0; count < 20; count += 1) await received(`layer ${count}`);
  const names = (await readdir(pathOf('.'))).filter((name) => name.startsWith('_received_'));
  assert.equal(names.length, 16);
  const last = payloadOf(JSON_OF_BASE, Buffer.from('layer 19'));
  assert.equal(await stores.pushes.complete(BASE, last), 'complete');
});

test('a whole image is taken over with a second name of its file, once', async () => {
  const file = join(directory, 'elsewhere');
  await writeFile(file, 'layer');
  const payload = payloadOf(JSON_OF_BASE, Buffer.from('layer'));
  await stores.pushes.adopt(BASE, JSON_OF_BASE, [BASE], file, payload);
  assert.deepEqual((await readdir(pathOf('.'))).sort(), ['_checksum', 'ancestry', 'json', 'layer']);
  await writeFile(file, 'LAYER');
  assert.equal((await layerOf(stores, BASE))?.toString(), 'LAYER');
  const other = join(directory, 'other');
  await writeFile(other, 'other');
  await stores.pushes.adopt(BASE, JSON_OF_BASE, [BASE], other, payloadOf(JSON_OF_BASE, Buffer.from('other')));
  assert.equal((await layerOf(stores, BASE))?.toString(), 'LAYER');
});
