import assert from 'node:assert/strict';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBridge } from '../../../src/registry/bridge/bridge.js';
import { bridgeDirectory } from '../../../src/registry/bridge/place.js';
import { Digest } from '../../../src/registry/model/digest.js';
import { Repository } from '../../../src/registry/model/repository.js';
import { openProjection, type ProjectedStores } from '../../../src/registry/projection/projection.js';
import { createRegistry } from '../../../src/registry/registry.js';
import type { ManifestStore } from '../../../src/registry/store/contracts.js';
import { ReadOnly, type V1TagStore } from '../../../src/registry/store/v1-contracts.js';
import { memoryDirectory } from '../../harness/memory-directory.js';
import { ask } from '../client.js';
import { payloadOf } from '../store/docker-registry/sample.js';
import {
  archive,
  gzipped,
  idOf,
  openProjected,
  type Projected,
  projected,
  push,
  repositoryOf,
  tagOf,
  tagsOf,
} from './fixture.js';

const APP = repositoryOf('team/app');
const LATER = '1'.repeat(64);

/** The manifest that a tag of the v2 API means. */
async function meant({ stores }: Projected, name: string, tag: string): Promise<string | undefined> {
  return (await stores.manifests.get(Repository.parse(name), tagOf(tag)))?.digest.toString();
}

/** Stores an image as if a v1 client had pushed it. */
async function pushV1({ pushed, directory }: Projected, id: string): Promise<void> {
  const file = join(directory, `${id}.tar`);
  const layer = archive(id.slice(0, 8));
  await writeFile(file, layer);
  const image = idOf(id);
  const json = Buffer.from(`{"id":"${id}"}`);
  await pushed.pushes.adopt(image, json, [image], file, payloadOf(json, layer));
}

test('a tag of the v1 API is the truth until it is removed', async (t) => {
  const registry = await projected(t);
  const image = await push(registry.v2, 'team/app', '1', [gzipped('a')]);
  await pushV1(registry, LATER);
  await registry.pushed.tags.put(APP, tagOf('1'), idOf(LATER), '{}');
  await registry.pushed.tags.put(APP, tagOf('2'), idOf(LATER), '{}');
  assert.deepEqual(await tagsOf(registry, 'team/app'), { 1: LATER, 2: LATER });
  await registry.pushed.tags.remove(APP, tagOf('1'));
  assert.deepEqual(await tagsOf(registry, 'team/app'), { 1: image.ids[0], 2: LATER });
});

test('a tag of a pushed image replaces the tags of the v2 API, under both names', async (t) => {
  const registry = await projected(t);
  await push(registry.v2, 'app', '1', [gzipped('a')]);
  await push(registry.v2, 'library/app', '1', [gzipped('b')]);
  await pushV1(registry, LATER);
  await registry.all.tags.put(repositoryOf('app'), tagOf('1'), idOf(LATER), '{}');
  assert.deepEqual(await tagsOf(registry, 'app'), { 1: LATER });
  assert.equal(await meant(registry, 'app', '1'), undefined);
  assert.equal(await meant(registry, 'library/app', '1'), undefined);
});

/** The registry's v1 side, where `work` happens between the writing of a tag file and whatever follows. */
function afterTagFile(registry: Projected, work: () => Promise<void>): ProjectedStores {
  const { stores, pushed, directory } = registry;
  const tags: V1TagStore = {
    list: (repository) => pushed.tags.list(repository),
    get: (repository, tag) => pushed.tags.get(repository, tag),
    description: (repository, tag) => pushed.tags.description(repository, tag),
    remove: (repository, tag, writing) => pushed.tags.remove(repository, tag, writing),
    put: async (...given) => {
      await pushed.tags.put(...given);
      await work();
    },
  };
  return openProjection({ stores, v1: { ...pushed, tags }, directory, origin: async () => undefined });
}

test('a tag is never lost when the same manifest is pushed while a v1 client moves the tag', async (t) => {
  const registry = await projected(t);
  const { stores, pushed, directory } = registry;
  const image = await push(registry.v2, 'team/app', '1', [gzipped('a')]);
  await pushV1(registry, LATER);
  const bridge = openBridge({ stores, v1: pushed, directory: bridgeDirectory(directory) });
  const v2 = createRegistry({ store: bridge.stores });
  const rival = afterTagFile(registry, async () => {
    await push(v2, 'team/app', '1', [gzipped('a')]);
  });
  await rival.tags.put(APP, tagOf('1'), idOf(LATER), '{}');
  assert.equal(await pushed.tags.get(APP, tagOf('1')), undefined);
  assert.equal(await meant(registry, 'team/app', '1'), image.manifest);
  assert.deepEqual(await tagsOf(registry, 'team/app'), { 1: image.ids[0] });
});

for (const what of ['tag', 'repository'] as const) {
  test(`a ${what} that is deleted while a pull makes a manifest of it does not come back`, async (t) => {
    const registry = await projected(t);
    const { stores, pushed, directory, all } = registry;
    await pushV1(registry, LATER);
    await all.tags.put(APP, tagOf('1'), idOf(LATER), '{}');
    let deleting: Promise<boolean> | undefined;
    const manifests: ManifestStore = {
      get: (repository, reference) => stores.manifests.get(repository, reference),
      keep: (repository, digest) => stores.manifests.keep(repository, digest),
      remove: (repository, digest) => stores.manifests.remove(repository, digest),
      put: async (...given) => {
        // The pull has just seen the tag. Time enough to delete it, for whoever does not wait for the pull.
        let isDeleted = false;
        deleting = (what === 'tag' ? all.tags.remove(APP, tagOf('1')) : all.repositories.remove(APP)).finally(
          () => {
            isDeleted = true;
          },
        );
        for (let turn = 0; turn < 100 && !isDeleted; turn += 1) await stat(directory);
        await stores.manifests.put(...given);
      },
    };
    const slow = { ...stores, manifests };
    const bridge = openBridge({ stores: slow, v1: pushed, directory: bridgeDirectory(directory) });
    await bridge.stores.manifests.get(Repository.parse('team/app'), tagOf('1'));
    assert.equal(await deleting, true);
    assert.equal(await meant(registry, 'team/app', '1'), undefined);
    assert.deepEqual([...((await all.tags.list(APP)) ?? [])], []);
  });
}

test('a tag of an image that is a manifest replaces the tags under both names', async (t) => {
  const registry = await projected(t);
  const image = await push(registry.v2, 'app', '1', [gzipped('a')]);
  await push(registry.v2, 'library/app', '2', [gzipped('b')]);
  await tagsOf(registry, 'app');
  await registry.all.tags.put(repositoryOf('app'), tagOf('2'), idOf(image.ids[0]), '{}');
  assert.equal(await meant(registry, 'app', '2'), image.manifest);
  assert.equal(await meant(registry, 'library/app', '2'), undefined);
});

test('another tag of an image in its repository keeps the digest of the manifest', async (t) => {
  const registry = await projected(t);
  const image = await push(registry.v2, 'team/app', '1', [gzipped('a')]);
  await tagsOf(registry, 'team/app');
  await pushV1(registry, LATER);
  await registry.pushed.tags.put(APP, tagOf('2'), idOf(LATER), '{}');
  await registry.all.tags.put(APP, tagOf('2'), idOf(image.ids[0]), '{}');
  assert.equal(await meant(registry, 'team/app', '2'), image.manifest);
  assert.equal(await registry.pushed.tags.get(APP, tagOf('2')), undefined);
  assert.deepEqual(await tagsOf(registry, 'team/app'), { 1: image.ids[0], 2: image.ids[0] });
});

test('an image that is tagged in another repository outlives its manifest', async (t) => {
  const registry = await projected(t);
  const image = await push(registry.v2, 'team/app', '1', [gzipped('a'), gzipped('b')]);
  await tagsOf(registry, 'team/app');
  const other = repositoryOf('team/other');
  await registry.all.tags.put(other, tagOf('1'), idOf(image.ids[0]), '{}');
  const before = await registry.all.images.find(idOf(image.ids[0]));
  const team = Repository.parse('team/app');
  await registry.stores.manifests.remove(team, Digest.parse(image.manifest));
  for (const { digest } of JSON.parse(image.body).layers as { digest: string }[]) {
    const blob = Digest.parse(digest);
    // The layer lies on the disk once.
    assert.equal((await stat((await registry.all.images.layerFile(idOf(image.ids[0]))) ?? '')).nlink, 2);
    await registry.stores.blobs.remove(team, blob);
  }
  assert.deepEqual(await tagsOf(registry, 'team/other'), { 1: image.ids[0] });
  assert.deepEqual(await registry.all.images.find(idOf(image.ids[0])), before);
  assert.ok(await registry.pushed.images.layer(idOf(image.ids[1])));
});

test('what is pushed on a projected image does not depend on its manifest', async (t) => {
  const registry = await projected(t);
  const image = await push(registry.v2, 'team/app', '1', [gzipped('a'), gzipped('b')]);
  await tagsOf(registry, 'team/app');
  const [top = ''] = image.ids;
  const body = JSON.stringify({ id: LATER, parent: top });
  const reply = await ask(registry.v1, 'PUT', `/v1/images/${LATER}/json`, { body });
  assert.equal(reply.status, 200);
  for (const id of image.ids) assert.equal((await registry.pushed.images.find(idOf(id)))?.isUploading, false);
  const again = await ask(registry.v1, 'PUT', `/v1/images/${top}/json`, {
    body: JSON.stringify({ id: top }),
  });
  assert.equal(again.status, 409);
});

test('an image is not stored where another was pushed under its id', async (t) => {
  const registry = await projected(t);
  const image = await push(registry.v2, 'team/app', '1', [gzipped('a'), gzipped('b')]);
  await tagsOf(registry, 'team/app');
  await pushV1(registry, image.ids[1] ?? '');
  const put = registry.all.tags.put(repositoryOf('team/other'), tagOf('1'), idOf(image.ids[0]), '{}');
  await assert.rejects(put, { status: 409 });
});

test('a removed tag is gone from both APIs, and with a writing only while it is that', async (t) => {
  const registry = await projected(t);
  await push(registry.v2, 'team/app', '1', [gzipped('a')]);
  const old = await registry.all.tags.get(APP, tagOf('1'));
  await push(registry.v2, 'team/app', '1', [gzipped('b')]);
  assert.equal(await registry.all.tags.remove(APP, tagOf('1'), old?.writing), false);
  const now = await registry.all.tags.get(APP, tagOf('1'));
  assert.equal(await registry.all.tags.remove(APP, tagOf('1'), now?.writing), true);
  assert.deepEqual(await tagsOf(registry, 'team/app'), {});
  assert.equal(await registry.all.tags.remove(APP, tagOf('1')), false);
});

test('a manifest that was made of a pushed image is shown as that image', async (t) => {
  const registry = await projected(t);
  const image = await push(registry.v2, 'team/app', '1', [gzipped('a')]);
  registry.origins.set(image.manifest, idOf(LATER));
  assert.deepEqual(await tagsOf(registry, 'team/app'), { 1: image.ids[0] });
  await pushV1(registry, LATER);
  assert.deepEqual(await tagsOf(registry, 'team/app'), { 1: LATER });
});

test('repositories of both APIs are listed together', async (t) => {
  const registry = await projected(t);
  const image = await push(registry.v2, 'zoo', '1', [gzipped('a'), gzipped('b')]);
  for (const name of ['library/zoo', 'app', 'a/b', 'team/app', 'x/y/z']) {
    await push(registry.v2, name, '1', [gzipped('a')]);
  }
  await pushV1(registry, LATER);
  await registry.pushed.tags.put(repositoryOf('m/n'), tagOf('1'), idOf(LATER), '{}');
  await registry.pushed.tags.put(repositoryOf('app'), tagOf('1'), idOf(LATER), '{}');
  const names: string[] = [];
  for await (const repository of registry.all.repositories.list()) names.push(`${repository}`);
  assert.deepEqual(names, ['a/b', 'library/app', 'library/zoo', 'm/n', 'team/app']);
  assert.equal(await registry.all.repositories.has(repositoryOf('zoo')), true);
  assert.equal(await registry.all.repositories.has(repositoryOf('none')), false);
  assert.equal(await registry.all.repositories.images(repositoryOf('none')), undefined);
  const listed = await registry.all.repositories.images(repositoryOf('zoo'));
  for (const id of image.ids) assert.ok(listed?.some((each) => each.id === id));
  assert.equal(await registry.all.repositories.remove(repositoryOf('zoo')), true);
  assert.equal(await meant(registry, 'zoo', '1'), undefined);
  assert.equal(await meant(registry, 'library/zoo', '1'), undefined);
});

test('where v1 images cannot be written, tags of the v2 API are the newer ones', async (t) => {
  const directory = memoryDirectory(t);
  const writable = await openProjected(directory);
  await pushV1(writable, LATER);
  await writable.pushed.tags.put(APP, tagOf('1'), idOf(LATER), '{}');
  await writable.pushed.tags.put(APP, tagOf('2'), idOf(LATER), '{}');
  const registry = await openProjected(directory, true);
  const image = await push(registry.v2, 'team/app', '1', [gzipped('a')]);
  assert.deepEqual(await tagsOf(registry, 'team/app'), { 1: image.ids[0], 2: LATER });
  assert.equal((await registry.all.tags.get(APP, tagOf('1')))?.image.hex, image.ids[0]);
  assert.ok(await registry.all.images.layer(idOf(image.ids[0])));
  const [id] = [idOf(image.ids[0])];
  await assert.rejects(registry.all.tags.put(APP, tagOf('3'), id, '{}'), ReadOnly);
  const newer = await registry.all.tags.get(APP, tagOf('1'));
  await assert.rejects(registry.all.tags.remove(APP, tagOf('1'), newer?.writing), ReadOnly);
  await assert.rejects(registry.all.repositories.remove(APP), ReadOnly);
  await assert.rejects(registry.all.pushes.begin(id, Buffer.from('{}'), [id]), ReadOnly);
});
