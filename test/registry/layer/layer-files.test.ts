import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { FileTuple } from '../../../src/registry/layer/file-tuple.js';
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
