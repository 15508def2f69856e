import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Digest } from '../../../src/registry/model/digest.js';
import { Repository } from '../../../src/registry/model/repository.js';
import { ImageDamaged } from '../../../src/registry/store/v1-contracts.js';
import { ask } from '../client.js';
import { digestOf } from '../fixture.js';
import {
  archive,
  gzipped,
  idOf,
  openProjected,
  type Projected,
  type Pushed,
  plain,
  projected,
  push,
  pushManifest,
  repositoryOf,
  tagOf,
  tagsOf,
} from './fixture.js';

/** Pulls an image as an engine does, and checks all that it gets. */
async function pull({ v1 }: Projected, path: string, tag: string, pushed: Pushed): Promise<void> {
  const top = await ask(v1, 'GET', `/v1/repositories/${path}/tags/${tag}`);
  assert.equal(top.bytes.toString(), `"${pushed.ids[0]}"`);
  const ancestry = await ask(v1, 'GET', `/v1/images/${pushed.ids[0]}/ancestry`);
  assert.deepEqual(JSON.parse(ancestry.bytes.toString()), pushed.ids);
  const layers = [...pushed.layers].reverse();
  for (const [index, id] of pushed.ids.entries()) {
    const json = await ask(v1, 'GET', `/v1/images/${id}/json`);
    const layer = await ask(v1, 'GET', `/v1/images/${id}/layer`);
    assert.equal(json.status, 200);
    assert.deepEqual(layer.bytes, layers[index]?.bytes ?? Buffer.alloc(1024));
    const sum = createHash('sha256').update(json.bytes).update('\n').update(layer.bytes).digest('hex');
    assert.deepEqual(json.headers['x-docker-checksum-payload'], [`sha256:${sum}`]);
    assert.equal(json.headers['x-docker-size'], layer.bytes.length);
    const { id: named, parent } = JSON.parse(json.bytes.toString()) as { id: string; parent?: string };
    assert.deepEqual([named, parent], [id, pushed.ids[index + 1]]);
    if (index > 0) assert.deepEqual(Object.keys(JSON.parse(json.bytes.toString())).length, parent ? 2 : 1);
  }
}

test('an image with layers in gzip and plain is pulled with the ids of docker 1.10', async (t) => {
  const registry = await projected(t);
  const history = [{ created_by: 'a' }, { empty_layer: true }, { created_by: 'b' }, { created_by: 'c' }];
  const layers = [gzipped('a'), plain('b'), gzipped('c')];
  const image = await push(registry.v2, 'team/app', '1', layers, { history, secret: 'x' });
  await pull(registry, 'team/app', '1', image);
  const top = await registry.all.images.find(idOf(image.ids[0]));
  assert.equal(
    Buffer.from(top?.json ?? '').toString(),
    `{"architecture":"amd64","config":{"Cmd":["sh"]},"created":"2020-01-01T00:00:00Z","id":"${image.ids[0]}","os":"linux","parent":"${image.ids[1]}"}`,
  );
});

test('an image without layers has one with an empty archive', async (t) => {
  const registry = await projected(t);
  await pull(registry, 'library/app', '1', await push(registry.v2, 'app', '1', []));
});

test('an image of 127 layers is pulled, and one of 128 is not there', async (t) => {
  const registry = await projected(t);
  const layers = Array.from({ length: 128 }, (_, index) => plain(`file-${index}`));
  const deep = await push(registry.v2, 'team/app', 'deep', layers.slice(0, 127));
  await push(registry.v2, 'team/app', 'deeper', layers);
  await pull(registry, 'team/app', 'deep', deep);
  assert.deepEqual(await tagsOf(registry, 'team/app'), { deep: deep.ids[0] });
});

test('an index means its image for linux on amd64', async (t) => {
  const registry = await projected(t);
  const arm = await push(registry.v2, 'team/app', 'arm', [gzipped('arm')]);
  const amd = await push(registry.v2, 'team/app', 'amd', [gzipped('amd')]);
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const child = ({ manifest, body }: Pushed, architecture: string): object => ({
    mediaType,
    digest: manifest,
    size: body.length,
    platform: { os: 'linux', architecture },
  });
  const index = (manifests: object[]): string => JSON.stringify({ schemaVersion: 2, manifests });
  await pushManifest(registry.v2, 'team/app', 'both', index([child(arm, 'arm64'), child(amd, 'amd64')]));
  await pushManifest(registry.v2, 'team/app', 'one', index([child(arm, 'arm64')]));
  await pull(registry, 'team/app', 'both', amd);
  await pull(registry, 'team/app', 'one', arm);
});

test('what is no image of the v1 API is left out of lists, with a reason', async (t) => {
  const registry = await projected(t);
  const image = await push(registry.v2, 'team/app', 'good', [gzipped('a')]);
  const zstd = { ...gzipped('z'), mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd' };
  const unpackable = await push(registry.v2, 'team/app', 'zstd', [zstd]);
  const artifact = unpackable.body.replace('vnd.oci.image.config.v1', 'vnd.example.config');
  await pushManifest(registry.v2, 'team/app', 'artifact', artifact);
  assert.deepEqual(await tagsOf(registry, 'team/app'), { good: image.ids[0] });
  const repository = repositoryOf('team/app');
  assert.equal(await registry.all.tags.get(repository, tagOf('zstd')), undefined);
  assert.match((await registry.all.reason(repository, tagOf('zstd'))) ?? '', /neither a tar archive nor/);
  assert.match(
    (await registry.all.reason(repository, tagOf('artifact'))) ?? '',
    /not the manifest of an image/,
  );
  assert.equal(await registry.all.reason(repository, tagOf('good')), undefined);
});

test('a layer is not shown under an id that its content does not have', async (t) => {
  const registry = await projected(t);
  const base = gzipped('base');
  // Somebody puts a layer of theirs in the place of a base that others use.
  const forged = { ...gzipped('evil'), diffId: base.diffId };
  const bad = await push(registry.v2, 'evil/app', '1', [forged, gzipped('top')]);
  await tagsOf(registry, 'evil/app');
  assert.equal(await registry.all.images.find(idOf(bad.ids[0])), undefined);
  assert.equal(await registry.all.images.find(idOf(bad.ids[1])), undefined);
  const why = await registry.all.reason(repositoryOf('evil/app'), tagOf('1'));
  assert.match(why ?? '', /another layer 1 than its config says/);
  // The same ids, with the layers that they mean.
  const good = await push(registry.v2, 'team/app', '1', [base, gzipped('top')]);
  assert.deepEqual(good.ids, bad.ids);
  await pull(registry, 'team/app', '1', good);
  assert.deepEqual(await tagsOf(registry, 'evil/app'), {});
});

test('configs that contradict the layers are no images', async (t) => {
  const registry = await projected(t);
  const few = { rootfs: { type: 'layers', diff_ids: [] } };
  const image = await push(registry.v2, 'team/app', 'few', [gzipped('a')], few);
  await push(registry.v2, 'team/app', 'told', [gzipped('a')], { history: [{}, {}] });
  await tagsOf(registry, 'team/app');
  assert.equal(await registry.all.images.find(idOf(image.ids[0])), undefined);
  const reason = (tag: string): Promise<string | undefined> =>
    registry.all.reason(repositoryOf('team/app'), tagOf(tag));
  assert.match((await reason('few')) ?? '', /has 1 layers, but its config names 0/);
  assert.match((await reason('told')) ?? '', /history tells of 2/);
});

test('a pushed image under the id of a projected one is not shown in its place', async (t) => {
  const registry = await projected(t);
  const image = await push(registry.v2, 'team/app', '1', [gzipped('a'), gzipped('b')]);
  const base = idOf(image.ids[1]);
  const file = join(registry.directory, 'evil.tar');
  await writeFile(file, archive('evil'));
  await registry.pushed.pushes.adopt(
    base,
    Buffer.from(`{"id":"${base}"}`),
    [base],
    file,
    `sha256:${'0'.repeat(64)}`,
  );
  await pull(registry, 'team/app', '1', image);
});

test('another process knows the images, until their records are deleted', async (t) => {
  const registry = await projected(t);
  const image = await push(registry.v2, 'team/app', '1', [gzipped('a'), gzipped('b')]);
  await pull(registry, 'team/app', '1', image);
  const other = await openProjected(registry.directory);
  for (const id of image.ids) assert.ok(await other.all.images.find(idOf(id)));
  await rm(join(registry.directory, 'docker/registry/dockgate/v1'), { recursive: true });
  const third = await openProjected(registry.directory);
  assert.equal(await third.all.images.find(idOf(image.ids[1])), undefined);
  await pull(third, 'team/app', '1', image);
});

test('an image goes with its manifest and its layers, unless another repository has them', async (t) => {
  const registry = await projected(t);
  const layers = [gzipped('a'), gzipped('b')];
  const image = await push(registry.v2, 'one/app', '1', layers);
  await push(registry.v2, 'two/app', '1', layers);
  await pull(registry, 'one/app', '1', image);
  await pull(registry, 'two/app', '1', image);
  const one = Repository.parse('one/app');
  await registry.stores.manifests.remove(one, Digest.parse(image.manifest));
  for (const digest of JSON.parse(image.body).layers.map((layer: { digest: string }) => layer.digest)) {
    await registry.stores.blobs.remove(one, Digest.parse(digest));
  }
  await pull(registry, 'two/app', '1', image);
  await registry.stores.manifests.remove(Repository.parse('two/app'), Digest.parse(image.manifest));
  assert.equal(await registry.all.images.find(idOf(image.ids[0])), undefined);
  assert.deepEqual(await tagsOf(registry, 'two/app'), {});
});

test('a layer that is no archive makes the manifest no image', async (t) => {
  const registry = await projected(t);
  const bad = { ...gzipped('a'), bytes: Buffer.from('no archive at all') };
  const image = await push(registry.v2, 'team/app', '1', [bad, gzipped('b')]);
  await tagsOf(registry, 'team/app');
  assert.equal(await registry.all.images.find(idOf(image.ids[0])), undefined);
  const why = await registry.all.reason(repositoryOf('team/app'), tagOf('1'));
  assert.match(why ?? '', /layer 1 that cannot be unpacked/);
  assert.deepEqual(await tagsOf(registry, 'team/app'), {});
});

test('a layer that is damaged on the disk is said to be so, and is served when it is restored', async (t) => {
  const registry = await projected(t);
  const layer = gzipped('a');
  const image = await push(registry.v2, 'team/app', '1', [layer]);
  await tagsOf(registry, 'team/app');
  const hex = digestOf(layer.bytes).slice(7);
  const path = join(registry.directory, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data');
  for (const damaged of [Buffer.from('broken'), gzipped('other').bytes]) {
    await writeFile(path, damaged);
    await assert.rejects(registry.all.images.find(idOf(image.ids[0])), ImageDamaged);
  }
  await writeFile(path, layer.bytes);
  await pull(registry, 'team/app', '1', image);
});

test('many who ask for an image at once get the same', async (t) => {
  const registry = await projected(t);
  const image = await push(registry.v2, 'team/app', '1', [gzipped('a'), gzipped('b')]);
  await tagsOf(registry, 'team/app');
  const asked = Array.from({ length: 50 }, () => registry.all.images.find(idOf(image.ids[0])));
  const [first, ...others] = await Promise.all(asked);
  assert.ok(first);
  for (const other of others) assert.deepEqual(other, first);
});
