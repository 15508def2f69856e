import assert from 'node:assert/strict';
import { link, mkdir, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, type TestContext, test } from 'node:test';
import type { ImageId } from '../../../src/registry/model/v1/image-id.js';
import { openDockerRegistryStore } from '../../../src/registry/store/docker-registry/docker-registry-store.js';
import { openFilesystemStore } from '../../../src/registry/store/filesystem/filesystem-store.js';
import type { V1Stores } from '../../../src/registry/store/v1-contracts.js';
import {
  collectV1Images,
  type V1CollectionOptions,
  type V1CollectionReport,
} from '../../../src/registry/upkeep/v1-collection.js';
import { memoryDirectory } from '../../harness/memory-directory.js';
import { seededRandom } from '../../harness/seeded-random.js';
import { bodyOf, idOf, jsonOf, pushImage, repositoryOf, tagOf } from '../store/docker-registry/sample.js';
import { collectIn } from './collecting.js';

const HOUR = 60 * 60 * 1000;
const APP = repositoryOf('team/app');

let directory: string;
let stores: V1Stores;

beforeEach(async (context) => {
  directory = memoryDirectory(context as TestContext);
  stores = await openDockerRegistryStore({ directory, readOnly: false });
});

const pathOf = (id: ImageId, name: string): string => join(directory, 'images', id.hex, name);

/** Lets an image look as if nobody had relied on it for long. */
async function age(id: ImageId): Promise<void> {
  await utimes(pathOf(id, 'json'), 1000, 1000);
}

/** Collects as if two days had gone by since anything was written, so that only times set before count as old. */
function collect(options: Partial<V1CollectionOptions> = {}): Promise<V1CollectionReport> {
  return collectV1Images({
    stores,
    directory,
    grace: 48 * HOUR,
    uploadTimeout: HOUR,
    dryRun: false,
    mayRemove: () => true,
    now: () => Date.now() + 24 * HOUR,
    ...options,
  });
}

async function images(): Promise<string[]> {
  return (await readdir(join(directory, 'images'))).sort();
}

function hexes(...ids: readonly ImageId[]): string[] {
  return ids.map(({ hex }) => hex).sort();
}

async function leftovers(): Promise<string[]> {
  const entries = await readdir(join(directory, 'docker'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

test('images that no tag leads to go, and those below a tagged one stay', async () => {
  const [base, middle, top, other] = [idOf('base'), idOf('middle'), idOf('top'), idOf('other')];
  await pushImage(stores, base, [], Buffer.alloc(100));
  await pushImage(stores, middle, [base]);
  await pushImage(stores, top, [middle, base]);
  await pushImage(stores, other, [base], Buffer.alloc(1000));
  await stores.tags.put(APP, tagOf('v1'), middle, '{}');
  for (const id of [base, middle, top, other]) await age(id);
  const dry = await collect({ dryRun: true });
  assert.deepEqual(await images(), hexes(base, middle, top, other));
  const report = await collect();
  assert.deepEqual(dry, report);
  assert.deepEqual(
    { images: report.images, kept: report.kept, received: report.received },
    { images: 2, kept: 2, received: 0 },
  );
  assert.ok(report.bytes > 1000);
  assert.deepEqual(await images(), hexes(base, middle));
  assert.deepEqual(await leftovers(), []);
  assert.equal(await stores.images.find(top), undefined);
  assert.equal(await stores.pushes.begin(top, jsonOf(top, middle), [top, middle, base]), true);
});

test('a fresh image keeps those below it, and so does one that is needed for another reason', async () => {
  const [base, top, lower, upper] = [idOf('base'), idOf('top'), idOf('lower'), idOf('upper')];
  await pushImage(stores, base);
  await pushImage(stores, lower);
  await pushImage(stores, top, [base]);
  await pushImage(stores, upper, [lower]);
  for (const id of [base, lower, upper]) await age(id);
  await collect({ isNeeded: (id) => id.equals(upper) });
  assert.deepEqual(await images(), hexes(base, top, lower, upper));
  await collect();
  assert.deepEqual(await images(), hexes(base, top));
});

test('whoever keeps an image or tags it makes it fresh, and to find it does not', async () => {
  const [base, top, found, gone] = [idOf('base'), idOf('top'), idOf('found'), idOf('gone')];
  await pushImage(stores, base);
  await pushImage(stores, top, [base]);
  await pushImage(stores, found);
  await pushImage(stores, gone);
  for (const id of [base, top, found, gone]) await age(id);
  // In a process of its own, which does not remember what has just been pushed.
  const other = await openDockerRegistryStore({ directory, readOnly: false });
  await other.images.find(found);
  await other.images.keep(top);
  await collect();
  assert.deepEqual(await images(), hexes(base, top));
});

test('what is tagged, or kept, while it is about to go stays', async () => {
  const [tagged, kept] = [idOf('tagged'), idOf('kept')];
  await pushImage(stores, tagged);
  await pushImage(stores, kept);
  for (const id of [tagged, kept]) await age(id);
  const other = await openDockerRegistryStore({ directory, readOnly: false });
  let asked = 0;
  await collect({
    // Asked for each image when it has been found to be old: the last moment before it is looked at again.
    isNeeded: async (id) => {
      asked += 1;
      if (id.equals(tagged)) await other.tags.put(APP, tagOf('v1'), tagged, '{}');
      else await other.images.keep(kept);
      return false;
    },
  });
  assert.equal(asked, 2);
  assert.deepEqual(await images(), hexes(tagged, kept));
});

test('an image in the hands of a clean-up is put back by whoever relies on it, and by the next process', async () => {
  const [one, two] = [idOf('one'), idOf('two')];
  const trash = join(directory, 'docker/registry/dockgate/v1-trash');
  for (const id of [one, two]) {
    await pushImage(stores, id);
    await age(id);
  }
  const other = await openDockerRegistryStore({ directory, readOnly: false });
  await mkdir(trash, { recursive: true });
  for (const { hex } of [one, two]) await rename(join(directory, 'images', hex), join(trash, hex));
  assert.equal((await other.images.keep(one))?.isUploading, false);
  await openDockerRegistryStore({ directory, readOnly: false });
  assert.deepEqual(await images(), hexes(one, two));
});

test('a push that was given up goes, with the layers that were received; one under way stays', async () => {
  const [old, young] = [idOf('old'), idOf('young')];
  for (const id of [old, young]) {
    await stores.pushes.begin(id, jsonOf(id), [id]);
    await stores.pushes.receive(id, bodyOf('layer'));
  }
  await age(old);
  assert.equal((await collect({ now: Date.now, dryRun: true })).received, 0);
  const report = await collect({ uploadTimeout: 48 * HOUR });
  assert.deepEqual({ images: report.images, received: report.received }, { images: 1, received: 0 });
  assert.equal((await collect()).received, 1);
  assert.deepEqual((await readdir(pathOf(young, '.'))).sort(), ['_inprogress', 'ancestry', 'json']);
});

test('bytes that another tree has a name for are not counted', async () => {
  const id = idOf('base');
  await pushImage(stores, id, [], Buffer.alloc(100_000));
  await link(pathOf(id, 'layer'), join(directory, 'elsewhere'));
  await age(id);
  const { images: count, bytes } = await collect();
  assert.equal(count, 1);
  assert.ok(bytes < 10_000);
});

test('what a damaged image that is tagged may need stays', async () => {
  const [base, middle, top, unrelated] = [idOf('base'), idOf('middle'), idOf('top'), idOf('unrelated')];
  await pushImage(stores, base);
  await pushImage(stores, middle, [base]);
  await pushImage(stores, top, [middle, base]);
  await pushImage(stores, unrelated);
  await stores.tags.put(APP, tagOf('v1'), top, '{}');
  await rm(pathOf(middle, 'json'));
  for (const id of [base, top, unrelated]) await age(id);
  await utimes(pathOf(middle, '.'), 1000, 1000);
  await collect();
  assert.deepEqual(await images(), hexes(base, middle, top));
});

test('nothing goes when another may be collecting, or from a read-only directory', async () => {
  const id = idOf('base');
  await pushImage(stores, id);
  await age(id);
  await assert.rejects(collect({ mayRemove: () => false }), /taken over/);
  await assert.rejects(collect({ signal: AbortSignal.abort() }), { name: 'AbortError' });
  const reading = await openDockerRegistryStore({ directory, readOnly: true });
  assert.equal((await collect({ stores: reading })).images, 0);
  assert.deepEqual(await images(), hexes(id));
});

test('of many images exactly those stay that a tag leads to', async (context) => {
  const below = seededRandom(context);
  const chains: ImageId[][] = [];
  for (let count = 0; count < 60; count += 1) {
    const ancestors = chains.length === 0 || below(4) === 0 ? [] : (chains[below(chains.length)] ?? []);
    const id = idOf(`image ${count}`);
    await mkdir(pathOf(id, '.'), { recursive: true });
    await writeFile(pathOf(id, 'json'), jsonOf(id, ancestors[0]));
    await writeFile(pathOf(id, 'layer'), 'layer');
    const chain = [id, ...ancestors];
    if (below(3) > 0) await writeFile(pathOf(id, 'ancestry'), JSON.stringify(hexes(...chain)));
    chains.push(chain);
  }
  const expected = new Set<string>();
  for (let count = 0; count < 5; count += 1) {
    const chain = chains[below(chains.length)] ?? [];
    const repository = join(directory, 'repositories', 'team', `r${count}`);
    await mkdir(repository, { recursive: true });
    await writeFile(join(repository, 'tag_v1'), chain[0]?.hex ?? '');
    for (const { hex } of chain) expected.add(hex);
  }
  for (const chain of chains) await age(chain[0] ?? idOf(''));
  const report = await collect();
  assert.deepEqual(await images(), [...expected].sort());
  assert.equal(report.kept, expected.size);
});

test('v1 images are cleaned up with what a collection of the store cleans up', async () => {
  const id = idOf('base');
  await pushImage(stores, id);
  await age(id);
  const store = await openFilesystemStore({ directory });
  const reports: V1CollectionReport[] = [];
  await collectIn(
    { directory, store },
    {
      grace: 48 * HOUR,
      now: () => Date.now() + 24 * HOUR,
      also: async (terms) => reports.push(await collectV1Images({ ...terms, stores, directory })),
    },
  );
  assert.equal(reports[0]?.images, 1);
  assert.deepEqual(await images(), []);
});
