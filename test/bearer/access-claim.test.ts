import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitsOf, readAccess } from '../../src/bearer/access-claim.js';
import { EVERYWHERE } from '../../src/exchange/rights.js';
import { repository } from './fixture.js';

test('a token opens what its claim names, and nothing else', () => {
  const limits = limitsOf([repository('a', 'pull'), repository('b', '*')], true);
  assert.ok(limits.allows('pull', 'a'));
  for (const action of ['push', 'delete'] as const) assert.ok(!limits.allows(action, 'a'));
  for (const action of ['pull', 'push', 'delete'] as const) assert.ok(limits.allows(action, 'b'));
  for (const name of ['', 'A', 'a/', 'a/b', 'library/a', 'constructor', '__proto__'])
    assert.ok(!limits.allows('pull', name), name);
  for (const action of ['pull', 'catalog', 'admin', 'search'] as const) {
    assert.ok(!limits.allows(action, EVERYWHERE));
    if (action !== 'search') assert.ok(!limits.allows(action, undefined));
  }
});

test('a repository of a pattern’s form opens no other', () => {
  const limits = limitsOf([repository('**', '*'), repository('team/*', '*'), repository('*', '*')], true);
  assert.ok(!limits.allows('pull', 'team/app'));
  assert.ok(!limits.allows('pull', EVERYWHERE));
});

test('the registry as a whole is open to tokens that name it', () => {
  const catalog = limitsOf([{ type: 'registry', name: 'catalog', actions: ['*'] }], true);
  assert.ok(catalog.allows('catalog', undefined));
  assert.ok(!catalog.allows('admin', undefined));
  assert.ok(limitsOf([{ type: 'registry', name: 'admin', actions: ['*'] }], true).allows('admin', undefined));
  assert.ok(
    !limitsOf([{ type: 'registry', name: 'admin', actions: ['pull'] }], true).allows('admin', undefined),
  );
  assert.ok(!limitsOf([repository('catalog', '*')], true).allows('catalog', undefined));
});

test('searching is open to users, and to strangers who may pull something', () => {
  assert.ok(limitsOf([], true).allows('search', undefined));
  assert.ok(!limitsOf([], false).allows('search', undefined));
  assert.ok(limitsOf([repository('a', 'pull')], false).allows('search', undefined));
  assert.ok(!limitsOf([repository('a', 'push')], false).allows('search', undefined));
});

test('a claim of another form is no claim', () => {
  assert.deepEqual(readAccess(undefined), []);
  assert.deepEqual(readAccess([repository('a', 'pull')]), [repository('a', 'pull')]);
  for (const claim of [
    {},
    'repository:a:pull',
    [null],
    [{ type: 'repository', name: 'a' }],
    [{ type: 'repository', name: 1, actions: [] }],
    [{ type: 'repository', name: 'a', actions: 'pull' }],
    [{ type: 'repository', name: 'a', actions: [1] }],
    [repository('a', ...Array.from({ length: 33 }, () => 'pull'))],
    Array.from({ length: 1_001 }, () => repository('a', 'pull')),
  ])
    assert.equal(readAccess(claim), undefined, JSON.stringify(claim).slice(0, 80));
});
