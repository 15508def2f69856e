import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOfSecret, idInSecret, newRobotId, newSecret } from '../../src/robots/secret.js';
import { seededRandom } from '../harness/seeded-random.js';

test('a secret names its robot, and no two are the same', () => {
  const id = newRobotId();
  const secrets = Array.from({ length: 200 }, () => newSecret(id));
  assert.equal(new Set(secrets).size, 200);
  for (const secret of secrets) {
    assert.match(secret, /^dgt_[0-9a-f]{16}_[0-9A-Za-z]{49}$/);
    assert.equal(idInSecret(secret), id);
  }
});

test('the form of a secret stays, so that the secrets of before and scanners stay right', () => {
  const text = 'dgt_0123456789abcdef_0000000000000000000000000000000000000000000';
  assert.equal(idInSecret(`${text}3tjBrg`), '0123456789abcdef');
});

test('a secret with one character changed is known to be none', (t) => {
  const below = seededRandom(t);
  for (let round = 0; round < 500; round += 1) {
    const secret = newSecret(newRobotId());
    const place = below(secret.length);
    const other = secret[place] === 'a' ? 'b' : 'a';
    assert.equal(idInSecret(`${secret.slice(0, place)}${other}${secret.slice(place + 1)}`), undefined);
  }
});

test('what only looks like a secret is none', () => {
  const secret = newSecret(newRobotId());
  for (const text of [
    '',
    'dgt_',
    `${secret}\n`,
    ` ${secret}`,
    secret.toUpperCase(),
    secret.repeat(2),
    'x'.repeat(100_000),
  ]) {
    assert.equal(idInSecret(text), undefined);
  }
});

test('what is kept of a secret does not hold it', () => {
  const secret = newSecret(newRobotId());
  assert.match(digestOfSecret(secret), /^[0-9a-f]{64}$/);
  assert.ok(!digestOfSecret(secret).includes(secret.slice(21)));
});
