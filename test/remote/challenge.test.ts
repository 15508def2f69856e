import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseChallenges } from '../../src/remote/challenge.js';

const plain = (lines: string | readonly string[] | undefined) =>
  parseChallenges(lines).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

test('a challenge is a scheme and its parameters, quoted or not, in any case', () => {
  assert.deepEqual(plain('Basic realm="Registry \\"one\\""'), [['basic', { realm: 'Registry "one"' }]]);
  assert.deepEqual(
    plain('BEARER Realm="https://auth.example.com/token",service=registry, scope="repository:a/b:pull,push"'),
    [
      [
        'bearer',
        { realm: 'https://auth.example.com/token', service: 'registry', scope: 'repository:a/b:pull,push' },
      ],
    ],
  );
});

test('several challenges come in one line or in several', () => {
  const both = [
    ['basic', { realm: 'x' }],
    ['bearer', { realm: 'https://y/' }],
  ];
  assert.deepEqual(plain('Basic realm="x", Bearer realm="https://y/"'), both);
  assert.deepEqual(plain(['Basic realm="x"', 'Bearer realm="https://y/"']), both);
});

test('what is no challenge is none, and costs no time', () => {
  assert.deepEqual(plain(undefined), []);
  assert.deepEqual(plain(''), []);
  assert.deepEqual(plain('"""'), []);
  assert.ok(Array.isArray(plain(`Basic realm="${'\\'.repeat(16_000)}`)));
});
