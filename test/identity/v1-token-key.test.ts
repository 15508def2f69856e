import assert from 'node:assert/strict';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTokenKey } from '../../src/identity/v1-token-key.js';
import { temporaryDirectory } from '../harness/directory.js';

test('processes that make the key at once agree on one, which the next ones find', async (t) => {
  const directory = join(temporaryDirectory(t), 'certs');
  const keys = await Promise.all(Array.from({ length: 20 }, () => openTokenKey(directory)));
  const again = await openTokenKey(directory);
  for (const { secret, problem } of keys) {
    assert.equal(problem, undefined);
    assert.deepEqual(secret, again.secret);
  }
  assert.equal(again.secret.length, 32);
  assert.equal(statSync(join(directory, 'v1-token.key')).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(directory), ['v1-token.key']);
});

test('where no key can be kept, the process has one of its own and says why', async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, 'file'), '');
  const first = await openTokenKey(join(directory, 'file'));
  const second = await openTokenKey(join(directory, 'file'));
  assert.match(first.problem ?? '', /v1-token\.key cannot be used \((?:EEXIST|ENOTDIR)\)/);
  assert.notDeepEqual(first.secret, second.secret);
  writeFileSync(join(directory, 'v1-token.key'), 'not a key\n');
  assert.match((await openTokenKey(directory)).problem ?? '', /it holds no key; remove it/);
});
