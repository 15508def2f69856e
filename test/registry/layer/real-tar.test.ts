import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { inspectLayer } from '../../../src/registry/layer/layer-inspection.js';
import { unpackLayer } from '../../../src/registry/layer/layer-unpacking.js';
import type { TarEntry } from '../../../src/registry/layer/tar/tar-entry.js';
import { TarReader } from '../../../src/registry/layer/tar/tar-reader.js';
import type { TarSumVersion } from '../../../src/registry/layer/tarsum/tarsum.js';
import { Digest } from '../../../src/registry/model/digest.js';
import { Random } from '../../fuzz/random.js';
import { layerDirectory } from './layer-directory.js';

const LETTERS = ['a', 'b', '__proto__', 'ü', ' ', '\n', 'long-'.repeat(12), '.wh.', '-'];
const FORMS = ['v7', 'ustar', 'gnu', 'posix', 'oldgnu'] as const;
const VERSIONS: readonly TarSumVersion[] = ['tarsum', 'tarsum.v1'];

/** Makes a tree up: directories, files, symbolic links. @returns every path with the content of files. */
async function makeTree(root: string, random: Random): Promise<Map<string, Buffer | undefined>> {
  const tree = new Map<string, Buffer | undefined>();
  const directories = ['.'];
  for (let count = 5 + random.below(30); count > 0; count -= 1) {
    const name = `n${count}${random.text(LETTERS, 3)}`;
    const path = `${random.pick(directories)}/${name}`;
    if (random.oneIn(4)) {
      await mkdir(join(root, path));
      directories.push(path);
      tree.set(`${path}/`, undefined);
    } else if (random.oneIn(5)) {
      await symlink(random.text(LETTERS, 3) || 'x', join(root, path));
      tree.set(path, undefined);
    } else {
      const content = Buffer.alloc(random.pick([0, 1, 511, 512, 513, random.below(300_000)]), name);
      await writeFile(join(root, path), content);
      tree.set(path, content);
    }
  }
  return tree;
}

/** Reads an archive in pieces of random lengths. */
function readAll(archive: Buffer, random: Random): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  let current: TarEntry | undefined;
  const reader = new TarReader({
    entry(entry) {
      current = entry;
      found.set(entry.name.toString(), Buffer.alloc(0));
    },
    content(chunk) {
      const name = current?.name.toString() ?? '';
      found.set(name, Buffer.concat([found.get(name) ?? Buffer.alloc(0), chunk]));
    },
  });
  for (let start = 0; start < archive.length; ) {
    const end = start + 1 + random.below(random.pick([3, 600, 100_000]));
    const piece = Buffer.from(archive.subarray(start, end));
    reader.write(piece);
    piece.fill(0xff);
    start = end;
  }
  reader.end();
  return found;
}

for (const form of FORMS) {
  test(`archives of random trees by the system's tar in the form ${form} are read name by name and byte by byte`, async (t) => {
    const seed = Number(process.env['DOCKGATE_TEST_SEED'] ?? randomInt(2 ** 31));
    t.diagnostic(`DOCKGATE_TEST_SEED=${seed}`);
    const random = new Random(seed);
    const root = await layerDirectory(t);
    const archive = join(await layerDirectory(t), 'layer.tar');
    const tree = await makeTree(root, random);
    // The old forms leave out what they cannot name, and say so by their status.
    const isLimited = form === 'v7' || form === 'ustar';
    try {
      execFileSync('tar', [`--format=${form}`, '-cf', archive, '-C', root, '.'], { stdio: 'pipe' });
    } catch (error) {
      if (!isLimited) throw error;
    }
    const bytes = await readFile(archive);
    const found = readAll(bytes, random);
    if (!isLimited) assert.equal(found.size, tree.size + 1);
    assert.ok(found.size > 1);
    for (const [name, content] of found) {
      if (name === './') continue;
      assert.ok(tree.has(name), JSON.stringify(name));
      assert.deepEqual(content, tree.get(name) ?? Buffer.alloc(0), JSON.stringify(name));
    }
  });
}

test('a layer yields the same whether it is plain, gzip or xz, in one member or many', async (t) => {
  const seed = Number(process.env['DOCKGATE_TEST_SEED'] ?? randomInt(2 ** 31));
  t.diagnostic(`DOCKGATE_TEST_SEED=${seed}`);
  const random = new Random(seed);
  const root = await layerDirectory(t);
  const directory = await layerDirectory(t);
  await makeTree(root, random);
  const plain = execFileSync('tar', ['-cf', '-', '-C', root, '.'], { maxBuffer: 2 ** 30 });
  const xz = (input: Buffer): Buffer => execFileSync('xz', ['-c'], { input, maxBuffer: 2 ** 30 });
  const cut = random.below(plain.length);
  const halves = [plain.subarray(0, cut), plain.subarray(cut)];
  const json = Buffer.from('{"id":"x"}');
  const forms: readonly (readonly [string, Buffer, number])[] = [
    ['none', plain, 0],
    ['gzip', gzipSync(plain), 0],
    ['gzip', Buffer.concat(halves.map((half) => gzipSync(half))), 0],
    ['gzip', Buffer.concat([gzipSync(plain), Buffer.alloc(1)]), 1],
    ['gzip', Buffer.concat([gzipSync(plain), Buffer.alloc(700_000)]), 700_000],
    ['xz', xz(plain), 0],
    ['xz', Buffer.concat([...halves.map(xz), Buffer.alloc(8)]), 0],
  ];
  const outcomes = new Set<string>();
  for (const [index, [compression, bytes, padding]] of forms.entries()) {
    const file = join(directory, `${index}`);
    await writeFile(file, bytes);
    const { facts, payload, tarsums } = await unpackLayer(file, `${file}.tar`, { json, tarsums: VERSIONS });
    assert.deepEqual(
      [facts.compression, facts.size, facts.padding, facts.unpackedSize, String(facts.digest)],
      [compression, bytes.length, padding, plain.length, String(Digest.of(bytes))],
    );
    assert.equal(payload, String(Digest.of(Buffer.concat([json, Buffer.from('\n'), bytes]))));
    assert.ok((await readFile(`${file}.tar`)).equals(plain), 'the unpacked archive is the archive');
    assert.equal(String(facts.diffId), String(Digest.of(plain)));
    outcomes.add(JSON.stringify([...tarsums]));
  }
  assert.equal(outcomes.size, 1);
  assert.equal((await inspectLayer(join(directory, '0'))).payload, undefined);
});

test('a file with holes is read past, in both of the forms in which tar writes it', async (t) => {
  const root = await layerDirectory(t);
  const archive = join(await layerDirectory(t), 'layer.tar');
  execFileSync('truncate', ['-s', '1M', join(root, 'a')]);
  // Every second page is a hole: more of them than the header has places for.
  execFileSync('sh', [
    '-c',
    `for n in $(seq 0 2 60); do printf x | dd of=${join(root, 'a')} bs=4096 seek=$n conv=notrunc status=none; done`,
  ]);
  await writeFile(join(root, 'b'), 'after');
  for (const form of ['gnu', 'posix']) {
    execFileSync('tar', [`--format=${form}`, '-S', '--sort=name', '-cf', archive, '-C', root, 'a', 'b']);
    const entries: TarEntry[] = [];
    await inspectLayer(archive, { visitor: { entry: (entry) => void entries.push(entry) } });
    const [holes, after] = entries;
    assert.deepEqual(
      entries.map(({ name }) => String(name)),
      ['a', 'b'],
    );
    assert.deepEqual([holes?.isSparse, holes?.unpackedSize, after?.size], [true, 1024 * 1024, 5]);
    assert.ok((holes?.size ?? 0) < 1024 * 1024);
  }
});
