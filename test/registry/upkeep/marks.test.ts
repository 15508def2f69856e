import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Digest } from '../../../src/registry/model/digest.js';
import { DigestTable, keyOf } from '../../../src/registry/upkeep/digest-table.js';
import { ManifestGraph } from '../../../src/registry/upkeep/manifest-graph.js';
import { Marks, SHARDS } from '../../../src/registry/upkeep/marks.js';

function digestOf(text: string, algorithm: 'sha256' | 'sha512' = 'sha256'): Digest {
  return Digest.of(Buffer.from(text), algorithm);
}

test('a table numbers each digest once and finds it again', () => {
  const table = new DigestTable();
  const digests = Array.from({ length: 5000 }, (_, index) =>
    digestOf(String(index), index % 3 === 0 ? 'sha512' : 'sha256'),
  );
  for (const [index, digest] of digests.entries()) {
    assert.equal(table.find(keyOf(digest)), -1);
    assert.equal(table.add(keyOf(digest)), index);
    assert.equal(table.add(keyOf(digest)), index);
  }
  for (const [index, digest] of digests.entries()) {
    assert.equal(table.find(keyOf(digest)), index);
    assert.deepEqual(table.key(index), keyOf(digest));
  }
  assert.equal(table.size, 5000);
});

test('a digest of zeros alone is found like any other', () => {
  const table = new DigestTable();
  const zeros = Digest.parse(`sha256:${'0'.repeat(64)}`);
  assert.equal(table.find(keyOf(zeros)), -1);
  assert.equal(table.add(keyOf(zeros)), 0);
  assert.equal(table.find(keyOf(zeros)), 0);
});

test('marks come back from their files, also after a write that broke off', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'dockgate-'));
  try {
    const marks = new Marks(join(directory, 'marks'));
    assert.equal(await marks.resume(), false);
    await marks.begin();
    const digests = Array.from({ length: 20_000 }, (_, index) => digestOf(String(index)));
    for (const digest of digests) await marks.add(keyOf(digest));
    // One shard that is so full that it is written before the end.
    const full = digests.filter(({ encoded }) => encoded.startsWith('00'));
    for (let count = 0; count < 50; count += 1) for (const digest of full) await marks.add(keyOf(digest));
    await marks.sync();
    assert.equal((await readdir(join(directory, 'marks'))).length, SHARDS);
    await appendFile(join(directory, 'marks', '00'), 'part');
    const again = new Marks(join(directory, 'marks'));
    assert.equal(await again.resume(), true);
    await again.add(keyOf(digestOf('later')));
    await again.sync();
    let count = 0;
    for (let shard = 0; shard < SHARDS; shard += 1) count += (await again.read(shard)).size;
    assert.equal(count, 20_001);
    const shard = await again.read(0);
    for (const digest of full) assert.notEqual(shard.find(keyOf(digest)), -1);
    await again.remove();
    assert.deepEqual(await readdir(directory), []);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('a million digests and as many references fit in 100 MB', () => {
  const before = process.memoryUsage().arrayBuffers;
  const graph = new ManifestGraph();
  for (let manifest = 0; manifest < 1000; manifest += 1) {
    const blobs = Array.from({ length: 1000 }, (_, blob) => {
      const hex = (manifest * 1000 + blob).toString(16).padStart(8, '0');
      return Digest.parse(`sha256:${hex.repeat(8)}`);
    });
    graph.hold(digestOf(`manifest ${manifest}`), { blobs, children: [], subject: undefined }, true);
  }
  graph.keepRoots();
  let needed = 0;
  for (const _ of graph.needed()) needed += 1;
  assert.equal(needed, 1_001_000);
  assert.ok(process.memoryUsage().arrayBuffers - before < 100e6);
});
