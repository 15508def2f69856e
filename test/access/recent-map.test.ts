import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentMap } from '../../src/access/recent-map.js';

test('a map of what was used of late has no more than its limit, and keeps what is used', () => {
  const map = new RecentMap<number>(100);
  map.set('kept', -1);
  for (let count = 0; count < 10_000; count += 1) {
    map.set(`name ${count}`, count);
    assert.equal(map.get('kept'), -1);
    assert.ok(map.size <= 101);
  }
  assert.equal(map.get('name 9999'), 9_999);
  assert.equal(map.get('name 5'), undefined);
});

test('heavy values leave room for few', () => {
  const map = new RecentMap<number>(100, (weight) => weight);
  for (let count = 0; count < 100; count += 1) map.set(`heavy ${count}`, 1_000);
  assert.ok(map.size <= 2);
  assert.equal(map.get('heavy 99'), 1_000);
});
