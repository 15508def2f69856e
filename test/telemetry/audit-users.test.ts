import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffUsers, usersChanged } from '../../src/telemetry/audit-users.js';

const before = new Map([
  ['alice', '$2y$10$one'],
  ['bob', '$2y$10$two'],
  ['__proto__', '$2y$10$three'],
]);

test('users who came, went, or have another password are told apart', () => {
  const after = new Map([
    ['carol', '$2y$10$new'],
    ['alice', '$2y$10$other'],
    ['__proto__', '$2y$10$three'],
  ]);
  assert.deepEqual(diffUsers(before, after), { added: ['carol'], removed: ['bob'], changed: ['alice'] });
  const event = usersChanged(diffUsers(before, after));
  assert.equal(event?.event, 'users changed');
  assert.doesNotMatch(JSON.stringify(event), /\$2y/);
});

test('a file that was only reordered changes nobody', () => {
  assert.equal(usersChanged(diffUsers(before, new Map([...before].reverse()))), undefined);
});
