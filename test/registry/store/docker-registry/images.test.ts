import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, open, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, type TestContext, test } from 'node:test';
import type { ImageId } from '../../../../src/registry/model/v1/image-id.js';
import { openDockerRegistryStore } from '../../../../src/registry/store/docker-registry/docker-registry-store.js';
import type { V1Stores } from '../../../../src/registry/store/v1-contracts.js';
import { memoryDirectory } from '../../../harness/memory-directory.js';
import { until } from '../../../harness/until.js';
import { idFrom, idOf, jsonOf, layerOf, pushImage, repositoryOf, tagOf } from './sample.js';

let directory: string;
let stores: V1Stores;

beforeEach(async (context) => {
  directory = memoryDirectory(context as TestContext);
  stores = await openDockerRegistryStore({ directory, readOnly: false });
});

const BASE = idOf('base');
const TOP = idOf('top');

function pathOf(id: ImageId, name: string): string {
  return join(directory, 'images', id.hex, name);
}

/** Writes an image as docker-registry does. */
async function write(id: ImageId, parent?: ImageId, ancestry?: string): Promise<void> {
  await mkdir(pathOf(id, '.'), { recursive: true });
  await writeFile(pathOf(id, 'json'), jsonOf(id, parent));
  await writeFile(pathOf(id, 'layer'), 'layer');
  if (ancestry !== undefined) await writeFile(pathOf(id, 'ancestry'), ancestry);
}

/** Waits until an image is no longer read anew: for that its directory has to have rested. */
async function isRemembered(id: ImageId): Promise<void> {
  let last = await stores.images.find(id);
  const isSame = async (): Promise<boolean> => {
    const before = last;
    last = await stores.images.find(id);
    return before === last;
  };
  await until(isSame, 'the image is remembered');
  assert.ok(await stores.images.find(id));
}

async function ancestryOf(id: ImageId): Promise<string[] | undefined> {
  return (await stores.images.find(id))?.ancestry.map(({ hex }) => hex);
}

test('checksums are read in every form that docker-registry has written, and nothing else is', async () => {
  await write(BASE);
  const sum = `sha256:${'a'.repeat(64)}`;
  const checksumsIn = async (content: string): Promise<readonly string[] | undefined> => {
    await writeFile(pathOf(BASE, '_checksum'), content);
    return (await stores.images.find(BASE))?.checksums;
  };
  assert.deepEqual(await checksumsIn(JSON.stringify([sum, 'tarsum+sha256:00'])), [sum, 'tarsum+sha256:00']);
  assert.deepEqual(await checksumsIn(sum), [sum]);
  assert.deepEqual(await checksumsIn(`${sum}\n`), [sum]);
  assert.deepEqual(await checksumsIn(JSON.stringify(sum)), [sum]);
  assert.deepEqual(await checksumsIn(JSON.stringify([sum, 7, 'sha256:00\r\nX: y', null])), [sum]);
  assert.deepEqual(await checksumsIn('{"a":'), []);
  assert.deepEqual(await checksumsIn(''), []);
});

test('an ancestry that is missing, garbled or contradicts the json is derived from the parents', async () => {
  await write(BASE);
  const good = [TOP.hex, BASE.hex];
  for (const ancestry of [
    undefined,
    '[',
    '[]',
    '{}',
    JSON.stringify([TOP.hex]),
    JSON.stringify([BASE.hex, TOP.hex]),
    JSON.stringify([TOP.hex, 'no id']),
    JSON.stringify([TOP.hex, BASE.hex, TOP.hex]),
    JSON.stringify(good),
  ]) {
    await rm(pathOf(TOP, '.'), { recursive: true, force: true });
    await write(TOP, BASE, ancestry);
    assert.deepEqual(await ancestryOf(TOP), good, `with ${ancestry}`);
  }
});

test('an image whose parents are missing or go in a circle is damaged', async () => {
  await write(TOP, BASE);
  await assert.rejects(stores.images.find(TOP), { code: 'IMAGE_DAMAGED', message: /which is not there/ });
  await write(BASE, TOP);
  await assert.rejects(stores.images.find(TOP), { code: 'IMAGE_DAMAGED', message: /circle/ });
});

test('more than 1024 images on top of each other are damage', async () => {
  const ids = Array.from({ length: 1025 }, (_, index) => idOf(`deep ${index}`));
  for (const [index, id] of ids.entries()) await write(id, ids[index + 1]);
  assert.equal((await ancestryOf(ids[1] ?? BASE))?.length, 1024);
  await assert.rejects(stores.images.find(ids[0] ?? BASE), {
    code: 'IMAGE_DAMAGED',
    message: /more than 1024/,
  });
});

test('a json that is garbage, of another image, a pipe, a directory or without end is damage, and holds nobody up', async () => {
  await write(BASE);
  const json = pathOf(BASE, 'json');
  const isDamage = (): Promise<void> => assert.rejects(stores.images.find(BASE), { code: 'IMAGE_DAMAGED' });
  for (const content of ['', '{', '[]', '{}', jsonOf(TOP)]) {
    await writeFile(json, content);
    await isDamage();
  }
  await rm(json);
  execFileSync('mkfifo', [json]);
  await isDamage();
  await rm(json);
  await mkdir(json);
  await isDamage();
  await rm(json, { recursive: true });
  const huge = await open(json, 'w');
  await huge.truncate(2 ** 33);
  await huge.close();
  await isDamage();
  await rm(json);
  assert.equal(await stores.images.find(BASE), undefined);
});

test('a layer that is no file is none', async () => {
  await write(BASE);
  await rm(pathOf(BASE, 'layer'));
  for (const make of [
    () => mkdir(pathOf(BASE, 'layer')),
    async () => execFileSync('mkfifo', [pathOf(BASE, 'layer')]),
  ]) {
    await make();
    assert.equal(await stores.images.layer(BASE), undefined);
    assert.equal(await stores.images.layerFile(BASE), undefined);
    await rm(pathOf(BASE, 'layer'), { recursive: true });
  }
});

test('a layer of which another has come since it was found is not opened', async () => {
  await write(BASE);
  const blob = await stores.images.layer(BASE);
  await rm(pathOf(BASE, 'layer'));
  assert.equal(await blob?.open(0, 5), undefined);
});

test('an image that is remembered is not read again, until its directory is another', async () => {
  await write(BASE, undefined, JSON.stringify([BASE.hex]));
  await isRemembered(BASE);
  await writeFile(pathOf(BASE, '_inprogress'), 'true');
  assert.equal((await stores.images.find(BASE))?.isUploading, true);
  await rm(pathOf(BASE, '.'), { recursive: true });
  assert.equal(await stores.images.find(BASE), undefined);
});

test('what is remembered goes when another process removes the image', async () => {
  await pushImage(stores, BASE);
  await isRemembered(BASE);
  await rm(pathOf(BASE, 'json'));
  assert.equal(await stores.images.find(BASE), undefined);
});

test('the ids come in their order, of both lengths, without what is no image', async () => {
  const ids = [
    idOf('1'),
    idOf('2'),
    idOf('3'),
    idFrom('ab'.repeat(8)),
    idFrom('ab'.repeat(32)),
    idFrom('0'.repeat(16)),
  ];
  for (const id of ids) await write(id);
  await mkdir(join(directory, 'images', 'f'.repeat(64)));
  await mkdir(join(directory, 'images', 'AB'.repeat(8)));
  await writeFile(join(directory, 'images', 'README'), '');
  const listed: string[] = [];
  for await (const { hex } of stores.images.ids()) listed.push(hex);
  assert.deepEqual(listed, ids.map(({ hex }) => hex).sort());
});

test('a read-only directory is read, and nothing is ever written to it', async () => {
  await write(BASE, undefined, JSON.stringify([BASE.hex]));
  const before = (await readdir(directory, { recursive: true })).sort();
  const reading = await openDockerRegistryStore({ directory, readOnly: true });
  assert.equal(reading.isReadOnly, true);
  assert.equal((await reading.images.keep(BASE))?.isUploading, false);
  assert.equal((await layerOf(reading, BASE))?.toString(), 'layer');
  const app = repositoryOf('team/app');
  const writes: readonly (() => Promise<unknown>)[] = [
    () => reading.pushes.begin(TOP, jsonOf(TOP), [TOP]),
    () => reading.pushes.complete(BASE, 'sha256:00'),
    () => reading.pushes.adopt(TOP, jsonOf(TOP), [TOP], pathOf(BASE, 'layer'), 'sha256:00'),
    () => reading.tags.put(app, tagOf('v1'), BASE, '{}'),
    () => reading.tags.remove(app, tagOf('v1')),
    () => reading.repositories.announce(app, []),
    () => reading.repositories.setPrivate(app, true),
    () => reading.repositories.remove(app),
  ];
  for (const each of writes) await assert.rejects(each, { code: 'READ_ONLY' });
  assert.deepEqual((await readdir(directory, { recursive: true })).sort(), before);
  const absent = join(directory, 'absent');
  const nothing = await openDockerRegistryStore({ directory: absent, readOnly: true });
  assert.equal(await nothing.images.find(BASE), undefined);
  assert.equal(await nothing.tags.list(app), undefined);
  assert.equal(nothing.tags.get(app, tagOf('v1')), undefined);
  for await (const each of nothing.repositories.list()) assert.fail(String(each));
  for await (const each of nothing.images.ids()) assert.fail(String(each));
  await assert.rejects(readdir(absent), { code: 'ENOENT' });
});
