import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRegistration } from '../../src/access/exemption.js';
import { wantsV1Only } from '../../src/access/old-engine.js';

test('docker 1.5 is known by the first product of its User-Agent', () => {
  for (const agent of ['docker/1.5', 'docker/1.5.0', 'docker/1.5.0 go/go1.4.1 os/linux', 'docker/1.5 x'])
    assert.ok(wantsV1Only(agent), agent);
  for (const agent of [
    '',
    'docker/1.50',
    'docker/1.6.0',
    'docker/11.5',
    'x docker/1.5.0',
    'docker/1.5x',
    'Docker/1.5',
  ])
    assert.ok(!wantsV1Only(agent), agent);
});

test('a stranger asks for an account with one request only', () => {
  assert.ok(isRegistration('POST', '/v1/users', undefined));
  assert.ok(isRegistration('POST', '/v1/users/', undefined));
  assert.ok(!isRegistration('POST', '/v1/users/', ''));
  assert.ok(!isRegistration('PUT', '/v1/users/', undefined));
  assert.ok(!isRegistration('GET', '/v1/users/', undefined));
  assert.ok(!isRegistration('POST', '/v1/users/a', undefined));
  assert.ok(!isRegistration('POST', '/v1/users//', undefined));
});
