import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SortedNames } from '../../../../src/registry/store/filesystem/sorted-names.js';
import { keyOf, nameOf, TagNames } from '../../../../src/registry/store/filesystem/tag-names.js';
import { seededRandom } from '../../../harness/seeded-random.js';

test('a key leads back to its name', () => {
  for (const name of ['v1', 'V1', 'a', 'a.B-c_D', 'x'.repeat(128)]) assert.equal(nameOf(keyOf(name)), name);
});

test('sorted names stay sorted and without repetition, whatever is done to them', (context) => {
  const below = seededRandom(context);
  for (let round = 0; round < 200; round += 1) {
    const expected = new Set<string>();
    const names = new SortedNames();
    for (let step = 0; step < 40; step += 1) {
      const name = String(below(30));
      if (below(10) === 0) {
        const next = new Set(Array.from({ length: below(20) }, () => String(below(30))));
        names.become(next);
        expected.clear();
        for (const each of next) expected.add(each);
      } else if (below(3) === 0) {
        names.delete(name);
        expected.delete(name);
      } else {
        names.add(name);
        expected.add(name);
      }
      const sorted = [...expected].sort();
      assert.deepEqual(names.following('', 100), sorted);
      assert.deepEqual(names.following(name, 3), sorted.filter((each) => each > name).slice(0, 3));
      assert.equal(names.size, expected.size);
    }
  }
});

test('a directory that has rested is not read again, and one that changes is', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'dockgate-'));
  try {
    const names = new TagNames();
    assert.equal(await names.read(join(directory, 'absent')), undefined);
    await mkdir(join(directory, 'v1'));
    await mkdir(join(directory, 'not a tag'));
    await utimes(directory, 1000, 1000);
    const first = await names.read(directory);
    assert.deepEqual(first?.keys.following('', 9), [keyOf('v1')]);
    first?.seen.add(keyOf('v1'));
    assert.equal(await names.read(directory), first);
    await mkdir(join(directory, 'v0'));
    const second = await names.read(directory);
    assert.deepEqual(second?.keys.following('', 9), [keyOf('v0'), keyOf('v1')]);
    assert.deepEqual([...(second?.seen ?? [])], [keyOf('v1')]);
    await rm(join(directory, 'v1'), { recursive: true });
    await utimes(directory, 1000, 1000);
    const third = await names.read(directory);
    assert.deepEqual(third?.keys.following('', 9), [keyOf('v0')]);
    assert.equal(third?.seen.size, 0);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('who asks for a directory that is being read shares the next reading with all who do', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'dockgate-'));
  try {
    const names = new TagNames();
    const first = names.read(directory);
    // Without letting the first reading go on, or it might end before the others ask.
    mkdirSync(join(directory, 'v1'));
    const later = names.read(directory);
    assert.equal(names.read(directory), later);
    assert.notEqual(first, later);
    assert.deepEqual((await later)?.keys.following('', 9), [keyOf('v1')]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
