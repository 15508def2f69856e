import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { FileTuple } from '../../../src/registry/layer/file-tuple.js';
import { differencesJson, filesJson } from '../../../src/registry/layer/files-json.js';
import { differences, listFiles } from '../../../src/registry/layer/layer-files.js';
import { LayerUnreadable } from '../../../src/registry/layer/layer-unreadable.js';
import { END, entryBytes, headerBytes, paxBytes } from './archive.js';
import { layerFile } from './layer-directory.js';

test('files are listed with absolute names, what is deleted, and all that is known of them', async (t) => {
  const owner = { mode: 0o644, userId: 10, groupId: 20, modified: 1_400_000_000 };
  const archive = Buffer.concat([
    entryBytes({ name: 'pax_global_header', type: 'g' }, '16 comment=abcd\n'),
    entryBytes({ name: './', type: '5' }),
    entryBytes({ ...owner, name: './etc/passwd' }, 'root'),
    entryBytes({ name: 'bin/', type: '5' }),
    entryBytes({ name: 'old/', type: '\0', form: 'v7' }),
    entryBytes({ name: 'bin/sh', type: '2', linkName: 'dash' }),
    entryBytes({ name: '/bin/dash', type: '1', linkName: 'bin/sh' }),
    entryBytes({ name: './.wh.gone' }),
    entryBytes({ name: './etc/.wh.shadow' }),
    entryBytes({ name: './.wh..wh.plnk/', type: '5' }),
    entryBytes({ name: 'etc/.wh..wh..opq' }),
    entryBytes({ name: '__proto__', type: '6' }),
    paxBytes([
      ['path', 'ü/x'],
      ['mtime', '12.75'],
    ]),
    entryBytes({ name: 'short', type: 'V' }),
    END,
  ]);
  assert.deepEqual(await listFiles(await layerFile(t, gzipSync(archive))), [
    ['/', 'd', false, 0, 0, 0, 0, 0],
    ['/etc/passwd', 'f', false, 4, 1_400_000_000, 0o644, 10, 20],
    ['/bin', 'd', false, 0, 0, 0, 0, 0],
    ['/old', 'd', false, 0, 0, 0, 0, 0],
    ['/bin/sh', 's', false, 0, 0, 0, 0, 0],
    ['/bin/dash', 'l', false, 0, 0, 0, 0, 0],
    ['/gone', 'f', true, 0, 0, 0, 0, 0],
    ['/etc/shadow', 'f', true, 0, 0, 0, 0, 0],
    ['/__proto__', 'i', false, 0, 0, 0, 0, 0],
    ['/ü/x', 'u', false, 0, 12, 0, 0, 0],
  ]);
});

test('a layer of more files than can be listed is refused', async (t) => {
  const header = headerBytes({ name: 'x' });
  const archive = Buffer.alloc(header.length * 200_001);
  for (let index = 0; index <= 200_000; index += 1) header.copy(archive, index * header.length);
  const whole = await layerFile(t, gzipSync(archive.subarray(header.length)));
  assert.equal((await listFiles(whole)).length, 200_000);
  await assert.rejects(listFiles(await layerFile(t, gzipSync(archive))), LayerUnreadable);
});

test('a layer whose names grow too much in JSON is refused', async (t) => {
  const name = '\u0001'.repeat(300_000);
  const one = Buffer.concat([
    entryBytes({ name: '././@LongLink', type: 'L', form: 'gnu' }, name),
    headerBytes({}),
  ]);
  const most = Math.floor((32 * 1024 ** 2) / JSON.stringify(`/${name}`).length);
  const archive = (count: number): Buffer =>
    gzipSync(Buffer.concat(Array<Buffer>(count).fill(one)), { level: 1 });
  assert.equal((await listFiles(await layerFile(t, archive(most)))).length, most);
  await assert.rejects(listFiles(await layerFile(t, archive(most + 1))), LayerUnreadable);
});

test('long lists are written as JSON in their order, and others get the processor meanwhile', async () => {
  const count = 20_000;
  const files = Array.from(
    { length: count },
    (_, index): FileTuple => [
      `/${(index * 7919) % count}"\u0001ü`,
      'f',
      index % 3 === 0,
      index,
      0,
      0o644,
      1,
      2,
    ],
  );
  let turns = 0;
  const counting = setInterval(() => {
    turns += 1;
  }, 0);
  try {
    assert.equal((await filesJson(files)).toString(), JSON.stringify(files));
    const parent = files.filter((_, index) => index % 5 === 0);
    const found = await differences(files, [parent]);
    const text = (await differencesJson(found)).toString();
    const groups = Object.entries(JSON.parse(text) as Record<string, Record<string, unknown>>);
    assert.deepEqual(
      groups.map(([name]) => name),
      ['changed', 'created', 'deleted'],
    );
    for (const [name, group] of groups) {
      const expected = [...found[name as keyof typeof found]].sort(([a], [b]) => (a < b ? -1 : 1));
      assert.deepEqual(Object.entries(group), expected, name);
    }
    assert.equal(Object.keys(groups[2]?.[1] ?? {}).length, Math.ceil(count / 3));
  } finally {
    clearInterval(counting);
  }
  assert.ok(turns > 0);
  assert.equal((await filesJson([])).toString(), '[]');
  assert.equal(
    (await differencesJson(await differences([], []))).toString(),
    '{"changed":{},"created":{},"deleted":{}}',
  );
});

test('what a layer does is told against the nearest layer that mentions a file', async () => {
  const file = (name: string, isDeleted = false, size = 1): FileTuple => [
    name,
    'f',
    isDeleted,
    size,
    0,
    0,
    0,
    0,
  ];
  const layer = [
    file('/new'),
    file('/kept', false, 7),
    file('/gone', true),
    file('/back'),
    file('/__proto__'),
    file('/constructor'),
  ];
  const parent = [file('/kept'), file('/back', true), file('/gone')];
  const base = [file('/back'), file('/__proto__'), file('/other')];
  const { deleted, changed, created } = await differences(layer, [parent, base]);
  assert.deepEqual([...deleted.keys()], ['/gone']);
  assert.deepEqual([...changed].sort(), [
    ['/__proto__', ['f', false, 1, 0, 0, 0, 0]],
    ['/kept', ['f', false, 7, 0, 0, 0, 0]],
  ]);
  assert.deepEqual([...created.keys()].sort(), ['/back', '/constructor', '/new']);
});

test('the base of an image creates everything that it does not delete', async () => {
  const file = (name: string, isDeleted: boolean): FileTuple => [name, 'f', isDeleted, 0, 0, 0, 0, 0];
  const { deleted, changed, created } = await differences([file('/a', false), file('/b', true)], []);
  assert.deepEqual([[...deleted.keys()], [...changed.keys()], [...created.keys()]], [['/b'], [], ['/a']]);
});
