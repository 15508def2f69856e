import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VerdictCache } from '../../src/identity/verdict-cache.js';

class Clock {
  time = 1_000_000;
  readonly now = (): number => this.time;
}

const RIGHT = { entries: 3, lifetime: 600 };
const WRONG = { entries: 2, lifetime: 60 };

test('a verdict is remembered for its lifetime and not a millisecond longer', () => {
  const clock = new Clock();
  const cache = new VerdictCache(RIGHT, WRONG, clock.now);
  const right = cache.key('a', 'hash', 'right');
  const wrong = cache.key('a', 'hash', 'wrong');
  assert.equal(cache.get(right), undefined);
  cache.set(right, true);
  cache.set(wrong, false);
  clock.time += 59;
  assert.deepEqual([cache.get(right), cache.get(wrong)], [true, false]);
  clock.time += 1;
  assert.deepEqual([cache.get(right), cache.get(wrong)], [true, undefined]);
  clock.time += 540;
  assert.equal(cache.get(right), undefined);
});

test('a right verdict that is used in the second half of its life is renewed, a wrong one never', () => {
  const clock = new Clock();
  const cache = new VerdictCache(RIGHT, WRONG, clock.now);
  cache.set('right', true);
  cache.set('wrong', false);
  clock.time += 59;
  assert.equal(cache.get('wrong'), false);
  clock.time += 540;
  assert.deepEqual([cache.get('right'), cache.get('wrong')], [true, undefined]);
  clock.time += 599;
  assert.equal(cache.get('right'), true);
});

test('wrong passwords, however many, do not push out right ones', () => {
  const cache = new VerdictCache(RIGHT, WRONG, new Clock().now);
  cache.set('right', true);
  for (let count = 0; count < 100; count += 1) cache.set(`wrong${count}`, false);
  assert.equal(cache.get('right'), true);
  assert.deepEqual(
    [cache.get('wrong97'), cache.get('wrong98'), cache.get('wrong99')],
    [undefined, false, false],
  );
});

test('the oldest verdict makes room for a new one', () => {
  const cache = new VerdictCache(RIGHT, WRONG, new Clock().now);
  for (const key of ['a', 'b', 'c', 'd']) cache.set(key, true);
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((key) => cache.get(key)),
    [undefined, true, true, true],
  );
});

test('a verdict that is found out again takes no other one out', () => {
  const cache = new VerdictCache(RIGHT, WRONG, new Clock().now);
  for (const key of ['a', 'b', 'c', 'c', 'c']) cache.set(key, true);
  assert.deepEqual(
    ['a', 'b', 'c'].map((key) => cache.get(key)),
    [true, true, true],
  );
});

test('nothing is remembered after clearing', () => {
  const cache = new VerdictCache(RIGHT, WRONG, new Clock().now);
  cache.set('a', true);
  cache.set('b', false);
  cache.clear();
  assert.deepEqual([cache.get('a'), cache.get('b')], [undefined, undefined]);
});

test('a key depends on the user, the stored hash and the password, and on where one ends and the next begins', () => {
  const cache = new VerdictCache(RIGHT, WRONG);
  const inputs = [
    ['a', 'h', 'p'],
    ['ah', '', 'p'],
    ['a', 'hp', ''],
    ['', 'ah', 'p'],
    ['', '', 'ahp'],
    ['a', 'h', 'P'],
    ['a', 'h', 'p\0'],
    ['a', 'h', 'p '],
    ['1', '1', '1:1'],
    ['1:1', '', '1'],
    ['\u00e9', 'h', 'p'],
    ['e\u0301', 'h', 'p'],
  ] as const;
  const keys = inputs.map(([user, hash, password]) => cache.key(user, hash, password));
  assert.equal(new Set(keys).size, inputs.length);
  assert.equal(cache.key('a', 'h', 'p'), keys[0]);
});

test('a key holds nothing of the password, and is another one in another process', () => {
  const [first, second] = [new VerdictCache(RIGHT, WRONG), new VerdictCache(RIGHT, WRONG)];
  const key = first.key('user', 'hash', 'a password');
  assert.notEqual(key, second.key('user', 'hash', 'a password'));
  assert.equal(key.length, 32);
  assert.ok(!key.includes('password'));
});
