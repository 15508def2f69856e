import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GuessTable } from '../../src/identity/guess-table.js';

function table(slots = 256): { table: GuessTable; clock: { time: number } } {
  const clock = { time: 1_000 };
  return { clock, table: new GuessTable({ slots, decay: 10_000, most: 50 }, () => clock.time) };
}

test('a key is counted up to the most, with the time of the last', () => {
  const { table: counts, clock } = table();
  assert.equal(counts.get('a'), undefined);
  counts.add('a');
  clock.time += 500;
  counts.add('a', 2);
  assert.deepEqual(counts.get('a'), { count: 3, at: 1_500 });
  assert.equal(counts.get('b'), undefined);
  counts.add('a', 60_000);
  assert.equal(counts.get('a')?.count, 50);
  assert.equal(counts.size, 1);
});

test('silence forgets one after the other', () => {
  const { table: counts, clock } = table();
  counts.add('a', 3);
  clock.time += 9_999;
  assert.equal(counts.get('a')?.count, 3);
  clock.time += 1;
  assert.equal(counts.get('a')?.count, 2);
  clock.time += 20_000;
  assert.equal(counts.get('a'), undefined);
  counts.add('a');
  assert.equal(counts.get('a')?.count, 1);
});

test('what is taken off leaves the rest, and nothing is forgotten', () => {
  const { table: counts, clock } = table();
  counts.add('a', 3);
  clock.time += 10_000;
  counts.subtract('a', 1);
  assert.deepEqual(counts.get('a'), { count: 1, at: 1_000 });
  counts.subtract('a', 1);
  assert.equal(counts.get('a'), undefined);
  counts.subtract('b', 1);
  counts.add('b');
  counts.delete('b');
  counts.delete('b');
  assert.equal(counts.size, 0);
});

test('whoever has guessed most is forgotten last', () => {
  const { table: counts } = table();
  const worst = Array.from({ length: 8 }, (_, index) => `worst ${index}`);
  for (const key of worst) counts.add(key, 20);
  for (let index = 0; index < 100_000; index += 1) counts.add(`passing ${index}`);
  for (const key of worst) assert.equal(counts.get(key)?.count, 20, key);
  assert.equal(counts.size, 256);
});

test('a million keys are remembered, nearly all of them, in the memory set aside', () => {
  const { table: counts } = table(2 ** 21);
  const bytes = counts.bytes;
  for (let index = 0; index < 1_000_000; index += 1) counts.add(`address ${index}`);
  assert.ok(counts.size > 990_000, `${counts.size}`);
  assert.equal(counts.bytes, bytes);
  assert.ok(bytes < 24_000_000, `${bytes}`);
});
