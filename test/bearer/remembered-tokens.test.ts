import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RememberedTokens } from '../../src/bearer/remembered-tokens.js';

test('what came first is forgotten when there is no room, by weight', () => {
  const tokens = new RememberedTokens<{ until: number }>(100);
  const until = 10;
  tokens.set('a', { until }, 40);
  tokens.set('b', { until }, 40);
  tokens.set('c', { until }, 40);
  assert.deepEqual(
    ['a', 'b', 'c'].map((name) => tokens.get(name, 0) !== undefined),
    [false, true, true],
  );
  tokens.set('b', { until }, 60);
  assert.ok(tokens.get('c', 0), 'the same again takes its own place');
  tokens.set('huge', { until }, 101);
  assert.equal(tokens.get('huge', 0), undefined);
  assert.equal(tokens.get('b', 0), undefined);
  for (let index = 0; index < 1_000; index += 1) tokens.set(`${index}`, { until }, 10);
  assert.equal(
    Array.from({ length: 1_000 }, (_, index) => tokens.get(`${index}`, 0)).filter(Boolean).length,
    10,
  );
});

test('what has ended is forgotten', () => {
  const tokens = new RememberedTokens<{ until: number }>(100);
  tokens.set('a', { until: 10 }, 60);
  assert.ok(tokens.get('a', 9));
  assert.equal(tokens.get('a', 10), undefined);
  tokens.set('b', { until: 20 }, 60);
  tokens.set('c', { until: 20 }, 40);
  assert.ok(tokens.get('b', 11), 'its room is free again');
  tokens.clear();
  assert.equal(tokens.get('b', 11), undefined);
});
