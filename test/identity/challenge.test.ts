import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Challenge } from '../../src/identity/challenge.js';

const REQUEST = { path: '/v2/', origin: 'https://registry.example', scope: undefined };

test('all bad credentials are one and the same failure', () => {
  const challenge = new Challenge({ realm: 'dockgate' });
  const failure = challenge.failure({ kind: 'unauthorized' }, REQUEST);
  assert.equal(failure, challenge.failure({ kind: 'unauthorized' }, REQUEST));
  assert.deepEqual([failure.status, failure.code, failure.close], [401, 'UNAUTHORIZED', false]);
  assert.deepEqual(failure.headers, { 'www-authenticate': 'Basic realm="dockgate"' });
});

test('a realm is quoted, whatever it holds', () => {
  const { headers } = new Challenge({ realm: 'a "b" \\c' }).failure({ kind: 'unauthorized' }, REQUEST);
  assert.equal(headers['www-authenticate'], 'Basic realm="a \\"b\\" \\\\c"');
});

test('who has to wait is told for how long, in whole seconds and never 0', () => {
  const challenge = new Challenge({ realm: 'dockgate' });
  for (const [milliseconds, seconds] of [
    [1, 1],
    [1_000, 1],
    [1_001, 2],
  ] as const) {
    const failure = challenge.failure({ kind: 'throttled', retryAfter: milliseconds }, REQUEST);
    assert.deepEqual([failure.status, failure.code], [429, 'TOOMANYREQUESTS']);
    assert.equal(failure.headers['retry-after'], seconds);
  }
  const overloaded = challenge.failure({ kind: 'overloaded' }, REQUEST);
  assert.deepEqual([overloaded.status, overloaded.code], [503, 'UNAVAILABLE']);
  assert.equal(overloaded.headers['retry-after'], 1);
});
