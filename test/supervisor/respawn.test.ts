import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deaths, Pauses, RESPAWN_LIMITS } from '../../src/supervisor/respawn.js';

test('pauses grow from 10 ms to 10 s, and begin anew after a life of a minute', () => {
  const pauses = new Pauses(RESPAWN_LIMITS);
  assert.deepEqual(
    [0, 0, 0].map((lived) => Math.round(pauses.next(lived))),
    [10, 16, 26],
  );
  for (let count = 0; count < 20; count += 1) pauses.next(59_999);
  assert.equal(pauses.next(59_999), 10_000);
  assert.equal(pauses.next(60_000), 10);
});

test('ten deaths within five seconds are too many, and ten in more time are not', () => {
  const fast = new Deaths(RESPAWN_LIMITS);
  for (let count = 0; count < 9; count += 1) assert.equal(fast.add(count * 555, true, true), undefined);
  assert.equal(fast.add(4_995, true, true), '10 workers died within 5 s');
  const slow = new Deaths(RESPAWN_LIMITS);
  for (let count = 0; count < 100; count += 1) assert.equal(slow.add(count * 556, true, false), undefined);
});

test('ten that never became ready are too many, unless another one serves or one became ready between them', () => {
  const isHopeless = (isServed: boolean, readyAt?: number): boolean => {
    const deaths = new Deaths(RESPAWN_LIMITS);
    return Array.from({ length: 10 }, (_, count) => {
      if (count === readyAt) deaths.interrupt();
      return deaths.add(count * 10_000, false, isServed);
    }).some((reason) => reason === '10 workers died one after the other, and none became ready');
  };
  assert.equal(isHopeless(false), true);
  assert.equal(isHopeless(true), false);
  assert.equal(isHopeless(false, 5), false);
});
