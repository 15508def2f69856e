import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { EMPTY_ARCHIVE } from '../../../src/registry/layer/empty-archive.js';
import { inspectLayer } from '../../../src/registry/layer/layer-inspection.js';
import { LayerUnreadable } from '../../../src/registry/layer/layer-unreadable.js';
import { PayloadChecksum } from '../../../src/registry/layer/payload-checksum.js';
import { Digest } from '../../../src/registry/model/digest.js';
import { Random } from '../../fuzz/random.js';
import { END, entryBytes, headerBytes, paxBytes, signed } from './archive.js';
import { layerDirectory, layerFile } from './layer-directory.js';

/** The empty archive in gzip, byte for byte as Go and therefore every engine since 1.10 writes it. */
const EMPTY_LAYER = Buffer.from('1f8b080000096e8800ff621805a360148c5800080000ffff2eafb5ef00040000', 'hex');
const EMPTY_LAYER_FACTS = {
  digest: Digest.of(EMPTY_LAYER),
  size: EMPTY_LAYER.length,
  compression: 'gzip',
  diffId: Digest.of(EMPTY_ARCHIVE),
  unpackedSize: EMPTY_ARCHIVE.length,
  padding: 0,
};

const FILE = entryBytes({ name: 'file' }, 'content');
const BLOCK_OF_ZEROS = Buffer.alloc(512);
const NO_TAR = /no tar archive|no whole tar archive/;

const xz = (input: Uint8Array, ...options: string[]): Buffer =>
  execFileSync('xz', ['-c', ...options], { input });

/** What is damaged, and what is said of it. */
const DAMAGED: readonly (readonly [string, Buffer, RegExp])[] = [
  ['a word', Buffer.from('hello'), NO_TAR],
  ['a page', Buffer.from('<html>'.repeat(200)), NO_TAR],
  ['half a header', FILE.subarray(0, 300), NO_TAR],
  ['half a file', FILE.subarray(0, 515), NO_TAR],
  ['a header with a wrong checksum', Buffer.concat([Buffer.from('F'), FILE.subarray(1)]), NO_TAR],
  ['a file behind a block of zeros', Buffer.concat([BLOCK_OF_ZEROS, FILE]), NO_TAR],
  ['an extension of nothing', paxBytes([['path', 'x']]), NO_TAR],
  ['a damaged extension', Buffer.concat([entryBytes({ name: 'p', type: 'x' }, '99 path=x\n'), FILE]), NO_TAR],
  [
    'a size that is no number',
    Buffer.concat([paxBytes([['size', '1e3']]), FILE]),
    /something else where a number should be/,
  ],
  [
    'an extension beyond all measure',
    headerBytes({ name: 'p', type: 'x', size: 8 * 1024 ** 3 - 1 }),
    /extended header of more than 1 MiB/,
  ],
  [
    'an extension of more records than anybody has',
    Buffer.concat([paxBytes(Array.from({ length: 4097 }, (_, index) => [`k${index}`, 'x'] as const)), FILE]),
    /extended header of more than 4096 records/,
  ],
  [
    'a size below zero',
    signed(
      Buffer.concat([
        headerBytes({}).subarray(0, 124),
        Buffer.alloc(12, 0xff),
        headerBytes({}).subarray(136),
      ]),
    ),
    /less than nothing/,
  ],
  ['half of gzip', gzipSync(FILE).subarray(0, 40), /ends inside its gzip data/],
  [
    'gzip with a wrong checksum',
    Buffer.concat([gzipSync(FILE).subarray(0, -8), Buffer.alloc(8, 1)]),
    /damaged gzip data/,
  ],
  ['words behind gzip', Buffer.concat([gzipSync(FILE), Buffer.from('x')]), /gzip data/],
  [
    'words behind gzip and zeros',
    Buffer.concat([gzipSync(FILE), Buffer.alloc(9), Buffer.from('x')]),
    /behind its gzip/,
  ],
  ['gzip of a word', gzipSync('hello'), NO_TAR],
  ['half of xz', xz(FILE).subarray(0, 60), /xz data/],
  ['words behind xz', Buffer.concat([xz(FILE), Buffer.from('words')]), /xz data/],
  [
    'xz with a dictionary of 512 MiB',
    xz(FILE, '--lzma2=preset=0,dict=512MiB'),
    /dictionary of more than 64 MiB/,
  ],
  ['bzip2', Buffer.from('BZh91AY&SY'), /bzip2, which is not supported/],
  ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0]), /zstd, which is not supported/],
];

for (const [what, bytes, reason] of DAMAGED) {
  test(`${what} is no layer`, async (t) => {
    const file = await layerFile(t, bytes);
    await assert.rejects(inspectLayer(file), (error: unknown) => {
      assert.ok(error instanceof LayerUnreadable, String(error));
      assert.match(error.message, reason);
      return true;
    });
  });
}

const WHOLE: readonly (readonly [string, Buffer, number])[] = [
  ['nothing at all', Buffer.alloc(0), 0],
  ['one block of zeros', BLOCK_OF_ZEROS, 0],
  ['the end of an archive alone', END, 0],
  ['a file without an end', FILE, 1],
  ['a file without its padding', FILE.subarray(0, 512 + 7), 1],
  ['a file and one block of zeros', Buffer.concat([FILE, BLOCK_OF_ZEROS]), 1],
  ['a file, an end, and words', Buffer.concat([FILE, END, Buffer.from('words')]), 1],
  ['gzip of nothing', gzipSync(''), 0],
  ['xz of nothing', xz(Buffer.alloc(0)), 0],
];

for (const [what, bytes, count] of WHOLE) {
  test(`${what} is an archive, as it is for engines`, async (t) => {
    let entries = 0;
    const visitor = {
      entry: () => {
        entries += 1;
      },
    };
    const { facts } = await inspectLayer(await layerFile(t, bytes), { visitor });
    assert.equal(entries, count);
    assert.equal(facts.size, bytes.length);
  });
}

test('the payload checksum has the values that are known of it', () => {
  const known = [
    ['', '01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b'],
    ['test', 'f2ca1bb6c7e907d06dafe4687e579fce76b37e4e93b7605022da52e6ccc26fd2'],
  ] as const;
  for (const [json, hex] of known)
    assert.equal(new PayloadChecksum(Buffer.from(json)).digest(), `sha256:${hex}`);
});

test('the empty layer is the one that every engine knows, and is what is said of it', async (t) => {
  const { facts } = await inspectLayer(await layerFile(t, EMPTY_LAYER));
  assert.deepEqual(facts, EMPTY_LAYER_FACTS);
  assert.equal(
    String(facts.digest),
    'sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4',
  );
  assert.equal(
    String(facts.diffId),
    'sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef',
  );
});

test('what unpacks to more than the limit is given up, whatever unpacks it', async (t) => {
  const bomb = Buffer.concat([entryBytes({ name: 'zeros' }, Buffer.alloc(32 * 1024 * 1024)), END]);
  for (const bytes of [gzipSync(bomb), xz(bomb), bomb]) {
    const file = await layerFile(t, bytes);
    let taken = 0;
    const take = (chunk: Buffer): undefined => {
      taken += chunk.length;
    };
    await assert.rejects(inspectLayer(file, { unpackedLimit: 1_000_000, take }), /more than 1000000 bytes/);
    assert.ok(taken <= 1_000_000, `${taken} bytes were handed over`);
  }
});

test('a reading ends with its signal, whatever unpacks it, and the next is not held up', async (t) => {
  const archive = Buffer.concat([entryBytes({ name: 'zeros' }, Buffer.alloc(8 * 1024 * 1024)), END]);
  for (const bytes of [archive, gzipSync(archive), xz(archive)]) {
    const file = await layerFile(t, bytes);
    for (let times = 0; times < 3; times += 1) {
      const abort = new AbortController();
      const reason = new Error('enough');
      const reading = inspectLayer(file, {
        signal: abort.signal,
        take: () => {
          abort.abort(reason);
          return undefined;
        },
      });
      await assert.rejects(reading, reason);
    }
    assert.equal((await inspectLayer(file)).facts.unpackedSize, archive.length);
  }
});

test('many xz layers at the same time wait for each other and are all read', async (t) => {
  const file = await layerFile(t, xz(Buffer.concat([FILE, END])));
  const sizes = await Promise.all(
    Array.from({ length: 6 }, async () => (await inspectLayer(file)).facts.unpackedSize),
  );
  assert.deepEqual(sizes, Array(6).fill(FILE.length + END.length));
});

test('what is no file is not waited for', async (t) => {
  const directory = await layerDirectory(t);
  const pipe = join(directory, 'layer');
  execFileSync('mkfifo', [pipe]);
  await assert.rejects(inspectLayer(pipe), LayerUnreadable);
  await assert.rejects(inspectLayer(directory), LayerUnreadable);
  await rm(pipe);
  await symlink('layer', pipe);
  await assert.rejects(inspectLayer(pipe), { code: 'ELOOP' });
  await assert.rejects(inspectLayer(join(directory, 'none')), { code: 'ENOENT' });
});

test('no damage to compressed bytes does more than make the layer unreadable', async (t) => {
  const seed = Number(process.env['DOCKGATE_TEST_SEED'] ?? randomInt(2 ** 31));
  t.diagnostic(`DOCKGATE_TEST_SEED=${seed}`);
  const random = new Random(seed);
  const archive = Buffer.concat([FILE, entryBytes({ name: 'zeros' }, Buffer.alloc(300_000)), FILE, END]);
  const directory = await layerDirectory(t);
  const outcomes = { read: 0, unreadable: 0 };
  for (const [bytes, times] of [[gzipSync(archive), 300] as const, [xz(archive), 30] as const]) {
    for (let count = 0; count < times; count += 1) {
      const file = join(directory, String(count));
      await writeFile(file, random.damaged(bytes, ['\0', '\u001f', 'YZ', '\0\0\0\0']));
      try {
        await inspectLayer(file, { json: FILE, tarsums: ['tarsum'], unpackedLimit: 1_000_000 });
        outcomes.read += 1;
      } catch (error) {
        assert.ok(error instanceof LayerUnreadable, error instanceof Error ? error.stack : String(error));
        outcomes.unreadable += 1;
      }
    }
  }
  assert.ok(outcomes.read > 0 && outcomes.unreadable > 0, JSON.stringify(outcomes));
});
