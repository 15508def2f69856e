import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspectLayer } from '../../../src/registry/layer/layer-inspection.js';
import { parseTarSum, type TarSumVersion } from '../../../src/registry/layer/tarsum/tarsum.js';
import { type ArchiveHeader, END, entryBytes, paxBytes } from './archive.js';
import { layerFile } from './layer-directory.js';

const SLARTIBARTFAST: ArchiveHeader = {
  name: 'xattrs.txt',
  userId: 1000,
  groupId: 1000,
  userName: 'slartibartfast',
  groupName: 'users',
};

/** Sums that the engine's own tests expect of archives with one file. */
const SUMS: readonly (readonly [TarSumVersion, string, Buffer])[] = [
  [
    'tarsum',
    '626c4a2e9a467d65c33ae81f7f3dedd4de8ccaee72af73223c4bc4718cbc7bbd',
    entryBytes({ name: 'file.txt' }),
  ],
  [
    'tarsum.dev',
    '6ffd43a1573a9913325b4918e124ee982a99c0f3cba90fc032a65f5e20bdd465',
    entryBytes({ name: 'file.txt' }),
  ],
  [
    'tarsum.dev',
    'b38166c059e11fb77bef30bf16fba7584446e80fcc156ff46d47e36c5305d8ef',
    entryBytes({ ...SLARTIBARTFAST, name: 'another.txt' }, 'test'),
  ],
  [
    'tarsum.dev',
    '4cc2e71ac5d31833ab2be9b4f7842a14ce595ec96a37af4ed08f87bc374228cd',
    Buffer.concat([
      paxBytes([
        ['SCHILY.xattr.user.key2', 'value2'],
        ['SCHILY.xattr.user.key1', 'value1'],
      ]),
      entryBytes(SLARTIBARTFAST, 'test'),
    ]),
  ],
  [
    'tarsum.dev',
    '65f4284fa32c0d4112dd93c3637697805866415b570587e4fd266af241503760',
    Buffer.concat([
      paxBytes([
        ['SCHILY.xattr.user.key2', 'value2'],
        ['SCHILY.xattr.user.KEY1', 'value1'],
      ]),
      entryBytes(SLARTIBARTFAST, 'test'),
    ]),
  ],
  [
    'tarsum',
    'c12bb6f1303a9ddbf4576c52da74973c00d14c109bcfa76b708d5da1154a07fa',
    Buffer.concat([paxBytes([['SCHILY.xattr.user.NOT', 'CALCULATED']]), entryBytes(SLARTIBARTFAST, 'test')]),
  ],
  [
    'tarsum',
    '8bf12d7e67c51ee2e8306cba569398b1b9f419969521a12ffb9d8875e8836738',
    entryBytes({ name: '/testdata0', mode: 0o755, type: '\0' }, Buffer.alloc(1024 * 1024)),
  ],
];

for (const [version, sum, entry] of SUMS) {
  test(`${version} of ${sum.slice(0, 8)} is what the engine's tests expect`, async (t) => {
    const file = await layerFile(t, Buffer.concat([entry, END]));
    const { tarsums } = await inspectLayer(file, { tarsums: [version] });
    assert.deepEqual([...tarsums], [[version, `${version}+sha256:${sum}`]]);
  });
}

test('the sum of an archive does not depend on the order of its files, except of two with one name', async (t) => {
  const [a, b, again] = [
    entryBytes({ name: './a' }, 'one'),
    entryBytes({ name: 'b' }, 'two'),
    entryBytes({ name: 'a/' }, 'six'),
  ];
  const sumOf = async (...entries: readonly Buffer[]): Promise<string | undefined> => {
    const file = await layerFile(t, Buffer.concat([...entries, END]));
    return (await inspectLayer(file, { tarsums: ['tarsum.v1'] })).tarsums.get('tarsum.v1');
  };
  assert.equal(await sumOf(a, b), await sumOf(b, a));
  assert.notEqual(await sumOf(a, again), await sumOf(again, a));
});

test('an archive with sparse files has no sum', async (t) => {
  const sparse = entryBytes({ name: 'holes', type: 'S', form: 'gnu' });
  const file = await layerFile(t, Buffer.concat([sparse, END]));
  assert.equal((await inspectLayer(file, { tarsums: ['tarsum'] })).tarsums.size, 0);
});

test('a tarsum is read with its version, and nothing else is', () => {
  const hex = 'a'.repeat(64);
  for (const version of ['tarsum', 'tarsum.v1', 'tarsum.dev'] as const) {
    const text = `${version}+sha256:${hex}`;
    assert.deepEqual(parseTarSum(text), { version, text });
  }
  for (const text of [
    `sha256:${hex}`,
    `tarsum.v2+sha256:${hex}`,
    `tarsum+md5:${hex}`,
    `tarsum+sha256:${hex}a`,
  ])
    assert.equal(parseTarSum(text), undefined, text);
});
