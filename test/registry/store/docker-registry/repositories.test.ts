import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, type TestContext, test } from 'node:test';
import { openDockerRegistryStore } from '../../../../src/registry/store/docker-registry/docker-registry-store.js';
import type { V1Stores } from '../../../../src/registry/store/v1-contracts.js';
import { memoryDirectory } from '../../../harness/memory-directory.js';
import { until } from '../../../harness/until.js';
import { idOf, repositoryOf, tagOf } from './sample.js';

let directory: string;
let stores: V1Stores;

beforeEach(async (context) => {
  directory = memoryDirectory(context as TestContext);
  stores = await openDockerRegistryStore({ directory, readOnly: false });
});

const APP = repositoryOf('team/app');
const V1 = tagOf('v1');
const ONE = idOf('one');
const TWO = idOf('two');
const pathOf = (name: string): string => join(directory, 'repositories/team/app', name);

async function tags(): Promise<[string, string][] | undefined> {
  const list = await stores.tags.list(APP);
  return list && [...list].map(([name, { hex }]) => [name, hex]);
}

test('a tag is a file with the id, and lies beside what describes it', async () => {
  assert.equal(stores.tags.get(APP, V1), undefined);
  assert.equal(await stores.tags.list(APP), undefined);
  await stores.tags.put(APP, V1, ONE, '{"a":1}');
  assert.equal(await readFile(pathOf('tag_v1'), 'utf8'), ONE.hex);
  assert.equal((await stores.tags.get(APP, V1))?.image.hex, ONE.hex);
  assert.equal(await stores.tags.description(APP, V1), '{"a":1}');
  assert.equal(await stores.tags.description(APP, undefined), undefined);
  await stores.tags.put(APP, tagOf('latest'), TWO, '{"b":1}');
  assert.equal(await stores.tags.description(APP, undefined), '{"b":1}');
  assert.deepEqual(await tags(), [
    ['latest', TWO.hex],
    ['v1', ONE.hex],
  ]);
  assert.deepEqual((await readdir(pathOf('.'))).sort(), [
    'json',
    'tag_latest',
    'tag_v1',
    'taglatest_json',
    'tagv1_json',
  ]);
  assert.equal(await stores.tags.remove(APP, V1), true);
  assert.equal(await stores.tags.remove(APP, V1), false);
  assert.deepEqual(await tags(), [['latest', TWO.hex]]);
  assert.deepEqual((await readdir(pathOf('.'))).sort(), ['json', 'tag_latest', 'taglatest_json']);
});

test('tags whose names come close to those of other files do not get in their way', async () => {
  const names = ['_a', 'a_json', '_json', 'x'.repeat(128), 'json', '__proto__', 'constructor'];
  for (const name of names) await stores.tags.put(APP, tagOf(name), idOf(name), `{"of":"${name}"}`);
  const expected = names.toSorted().map((name) => [name, idOf(name).hex]);
  assert.deepEqual(await tags(), expected);
  assert.equal(await stores.tags.description(APP, tagOf('a_json')), '{"of":"a_json"}');
  assert.equal(await stores.tags.description(APP, tagOf('_a')), undefined);
});

test('each writing of a tag is another, even of the same image', async () => {
  const writings = new Set<string>();
  for (let count = 0; count < 50; count += 1) {
    await stores.tags.put(APP, V1, ONE, '{}');
    writings.add((await stores.tags.get(APP, V1))?.writing ?? '');
  }
  assert.equal(writings.size, 50);
});

test('a tag is taken away only while it is the writing that was seen', async () => {
  await stores.tags.put(APP, V1, ONE, '{}');
  const before = await stores.tags.get(APP, V1);
  assert.deepEqual(await stores.tags.get(APP, V1), before);
  await stores.tags.put(APP, V1, ONE, '{}');
  assert.equal(await stores.tags.remove(APP, V1, before?.writing), false);
  const after = await stores.tags.get(APP, V1);
  assert.equal(after?.image.hex, ONE.hex);
  assert.equal(await stores.tags.remove(APP, V1, after?.writing), true);
  assert.equal(await stores.tags.get(APP, V1), undefined);
});

test('no writing of a tag is lost to another process that takes older ones away', async () => {
  const other = await openDockerRegistryStore({ directory, readOnly: false });
  let isOver = false;
  const removing = (async () => {
    while (!isOver) {
      const seen = await other.tags.get(APP, V1);
      await other.tags.put(APP, tagOf('other'), TWO, '{}');
      if (seen !== undefined) await other.tags.remove(APP, V1, seen.writing);
    }
  })();
  for (let count = 0; count < 100; count += 1) {
    await stores.tags.put(APP, V1, idOf(String(count)), '{}');
    const stored = await stores.tags.get(APP, V1);
    // Gone because it was seen, or the one that was written: never one from before.
    if (stored !== undefined) assert.equal(stored.image.hex, idOf(String(count)).hex);
  }
  isOver = true;
  await removing;
});

test('what another process writes, in whatever way, is seen at once', async () => {
  const other = await openDockerRegistryStore({ directory, readOnly: false });
  await other.tags.put(APP, V1, ONE, '{}');
  await until(() => !(stores.tags.get(APP, V1) instanceof Promise), 'the tag is remembered');
  for (let look = 0; look < 2; look += 1) {
    assert.equal((await stores.tags.get(APP, V1))?.image.hex, ONE.hex);
    assert.equal((await stores.tags.list(APP))?.get('v1')?.hex, ONE.hex);
  }
  // As docker-registry does it: the same file, in its place.
  await writeFile(pathOf('tag_v1'), TWO.hex);
  assert.equal((await stores.tags.get(APP, V1))?.image.hex, TWO.hex);
  assert.equal((await stores.tags.list(APP))?.get('v1')?.hex, TWO.hex);
  await other.tags.put(APP, tagOf('v2'), ONE, '{}');
  assert.deepEqual([...((await stores.tags.list(APP))?.keys() ?? [])], ['v1', 'v2']);
  await other.tags.remove(APP, V1);
  assert.equal(stores.tags.get(APP, V1), undefined);
  assert.deepEqual([...((await stores.tags.list(APP))?.keys() ?? [])], ['v2']);
  await other.repositories.remove(APP);
  assert.equal(await stores.tags.list(APP), undefined);
});

test('a tag with a line feed is read, and one that is garbage, a pipe or a directory is none', async () => {
  await mkdir(pathOf('.'), { recursive: true });
  await writeFile(pathOf('tag_v1'), `${ONE.hex}\n`);
  assert.equal((await stores.tags.get(APP, V1))?.image.hex, ONE.hex);
  for (const content of ['', 'no id', ONE.hex.toUpperCase(), `${ONE.hex}${ONE.hex}`, '{}']) {
    await writeFile(pathOf('tag_v1'), content);
    assert.equal(await stores.tags.get(APP, V1), undefined);
  }
  await rm(pathOf('tag_v1'));
  execFileSync('mkfifo', [pathOf('tag_v1')]);
  assert.equal(await stores.tags.get(APP, V1), undefined);
  await rm(pathOf('tag_v1'));
  await mkdir(pathOf('tag_v1'));
  assert.equal(await stores.tags.get(APP, V1), undefined);
  assert.deepEqual(await tags(), []);
});

test('images are announced by one list after the other, united by id', async () => {
  assert.equal(await stores.repositories.images(APP), undefined);
  const [one, two] = [ONE.hex, TWO.hex];
  await stores.repositories.announce(APP, [{ id: one, Tag: 'v1' }, { id: 'no id' }]);
  assert.deepEqual(await stores.repositories.images(APP), [{ id: one, Tag: 'v1' }]);
  await stores.repositories.announce(APP, [{ id: two, checksum: 'sha256:01', Tag: 'v2' }]);
  assert.deepEqual(await stores.repositories.images(APP), [{ id: one }, { id: two, checksum: 'sha256:01' }]);
  await stores.repositories.announce(APP, [
    { id: two, checksum: 'sha256:02' },
    { id: one, checksum: 'sha256:03' },
    { id: one, checksum: 'a\r\nb' },
  ]);
  assert.deepEqual(await stores.repositories.images(APP), [
    { id: one, checksum: 'sha256:03' },
    { id: two, checksum: 'sha256:01' },
  ]);
  await writeFile(pathOf('_index_images'), '[1,{"id":');
  assert.deepEqual(await stores.repositories.images(APP), []);
});

test('a list of images is read again only when its file is another', async () => {
  await stores.repositories.announce(APP, [{ id: ONE.hex }]);
  let before = await stores.repositories.images(APP);
  await until(async () => {
    const again = await stores.repositories.images(APP);
    const isSame = again === before;
    before = again;
    return isSame;
  }, 'the list is remembered');
  assert.deepEqual(before, [{ id: ONE.hex }]);
  // As another server of the same directory does it.
  await writeFile(pathOf('_index_images'), JSON.stringify([{ id: TWO.hex }]));
  assert.deepEqual(await stores.repositories.images(APP), [{ id: TWO.hex }]);
  await rm(pathOf('_index_images'));
  assert.equal(await stores.repositories.images(APP), undefined);
});

test('a list of images has at most 10,000 entries', async () => {
  const many = (from: number): { id: string }[] =>
    Array.from({ length: 6000 }, (_, index) => ({ id: (from + index).toString(16).padStart(16, '0') }));
  await stores.repositories.announce(APP, many(0));
  await stores.repositories.announce(APP, many(6000));
  assert.equal((await stores.repositories.images(APP))?.length, 10_000);
});

test('repositories are there while anything is in them, and come in the order of their names', async () => {
  const names = ['a-b/x', 'a/y', 'a.b/x', 'a/X', 'library/z', 'a/_json'];
  for (const name of names) await stores.repositories.announce(repositoryOf(name), []);
  await mkdir(join(directory, 'repositories/a/empty'), { recursive: true });
  await mkdir(join(directory, 'repositories/a/.hidden'), { recursive: true });
  await writeFile(join(directory, 'repositories/a/.hidden/x'), '');
  await writeFile(join(directory, 'repositories/file'), '');
  const listed: string[] = [];
  for await (const each of stores.repositories.list()) listed.push(each.toString());
  assert.deepEqual(listed, names.toSorted());
  assert.equal(await stores.repositories.has(repositoryOf('a/empty')), false);
  assert.equal(await stores.repositories.remove(repositoryOf('a/empty')), false);
  assert.equal(await stores.repositories.remove(repositoryOf('a/y')), true);
  assert.equal(await stores.repositories.remove(repositoryOf('a/y')), false);
  assert.equal(await stores.repositories.has(repositoryOf('a/y')), false);
});

test('a repository can be made private and public again', async () => {
  assert.equal(await stores.repositories.isPrivate(APP), false);
  await stores.repositories.setPrivate(APP, true);
  assert.equal(await stores.repositories.isPrivate(APP), true);
  await stores.repositories.setPrivate(APP, false);
  await stores.repositories.setPrivate(APP, false);
  assert.equal(await stores.repositories.isPrivate(APP), false);
});

test('a repository is written to while it is removed again and again', async () => {
  let isOver = false;
  const removing = (async () => {
    while (!isOver) await stores.repositories.remove(APP);
  })();
  for (let count = 0; count < 50; count += 1) {
    await stores.tags.put(APP, V1, ONE, '{}');
    await stores.repositories.announce(APP, [{ id: ONE.hex }]);
  }
  isOver = true;
  await removing;
});
