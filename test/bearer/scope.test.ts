import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatScope, grantedInTurn, grantedOf, parseScopes, ScopeError } from '../../src/bearer/scope.js';
import { scopeOf } from '../../src/identity/needed-scope.js';

const ALL = { allows: () => true };

test('scopes are read as the token specification has them', () => {
  assert.deepEqual(parseScopes(['repository:team/app:pull,push registry:catalog:*', 'repository:b:delete']), [
    { type: 'repository', name: 'team/app', actions: ['pull', 'push'] },
    { type: 'registry', name: 'catalog', actions: ['*'] },
    { type: 'repository', name: 'b', actions: ['delete'] },
  ]);
  assert.deepEqual(parseScopes(['repository(plugin):team/plugin:pull']), [
    { type: 'repository', class: 'plugin', name: 'team/plugin', actions: ['pull'] },
  ]);
  assert.deepEqual(parseScopes(['repository:registry.example:5000/team/app:pull,pull']), [
    { type: 'repository', name: 'registry.example:5000/team/app', actions: ['pull'] },
  ]);
  assert.deepEqual(parseScopes(['', ' ', '  repository:a:pull  ']), [
    { type: 'repository', name: 'a', actions: ['pull'] },
  ]);
  assert.deepEqual(parseScopes([]), []);
});

test('what is no scope is refused with a sentence', () => {
  const bad = [
    'repository',
    'repository:a',
    ':a:pull',
    'repository::pull',
    'repository:a/../b:pull',
    'repository:A/b:pull',
    'repository:a//b:pull',
    'repository:a/b/:pull',
    'repository:a%2fb:pull',
    'repository:a:PULL',
    'repository:a:pull;push',
    'repository:a\u202e:pull',
    'repository:a\n:pull',
    'repository:host:99999999/a:pull',
    `repository:${'a'.repeat(600)}:pull`,
    `repository:a:${'pull,'.repeat(100)}pull`,
    'repository(:a:pull',
    '__proto__:a:pull',
  ];
  for (const text of bad) assert.throws(() => parseScopes([text]), ScopeError, text);
});

test('ten thousand scopes are refused before they are read', () => {
  const one = Array.from({ length: 10_000 }, (_, index) => `repository:r${index}:pull`);
  assert.throws(() => parseScopes([one.join(' ')]), /no more than 100 scopes/);
  assert.throws(() => parseScopes(one), /no more than 100 scopes/);
  assert.throws(() => parseScopes([' '.repeat(10_000)]), /no more than 100 scopes/);
  assert.equal(parseScopes(one.slice(0, 100)).length, 100);
});

test('what is given is what is asked and allowed', () => {
  const rights = {
    allows: (action: string, subject: unknown) =>
      (subject === 'a' && action !== 'delete') || (subject === 'whole' && action !== 'catalog'),
  };
  const granted = (scope: string) => formatScope(grantedOf(parseScopes([scope]), rights));
  assert.equal(granted('repository:a:pull'), 'repository:a:pull');
  assert.equal(granted('repository:a:push,pull,delete'), 'repository:a:pull,push');
  assert.equal(granted('repository:a:*'), 'repository:a:pull,push');
  assert.equal(granted('repository:whole:*'), 'repository:whole:*');
  assert.equal(granted('repository:b:pull'), '');
  assert.equal(granted('repository:a:fly'), '');
  assert.equal(granted('registry:catalog:*'), '');
  assert.equal(granted('repository:a:pull repository:a:push'), 'repository:a:pull,push');
  assert.equal(granted('repository(plugin):a:pull'), 'repository(plugin):a:pull');
  const all = (scope: string) => formatScope(grantedOf(parseScopes([scope]), ALL));
  assert.equal(all('registry:catalog:*'), 'registry:catalog:*');
  assert.equal(all('registry:catalog:pull'), '');
  assert.equal(all('registry:other:* elsewhere:a:pull'), '');
});

test('a challenge says what the request needs', () => {
  const need = (action: 'pull' | 'push' | 'delete', subject: string) => ({ action, subject });
  assert.equal(scopeOf({ needs: [need('pull', 'a/b')] }), 'repository:a/b:pull');
  assert.equal(scopeOf({ needs: [need('push', 'a/b')] }), 'repository:a/b:pull,push');
  assert.equal(scopeOf({ needs: [need('pull', 'a'), need('push', 'a')] }), 'repository:a:pull,push');
  assert.equal(
    scopeOf({ needs: [need('push', 'a')], mount: { source: 'b' } }),
    'repository:a:pull,push repository:b:pull',
  );
  assert.equal(scopeOf({ needs: [{ action: 'catalog', subject: undefined }] }), 'registry:catalog:*');
  assert.equal(scopeOf({ needs: [{ action: 'search', subject: undefined }] }), undefined);
  assert.equal(scopeOf({ needs: [] }), undefined);
});

test('many scopes are looked up in turns, and come out as if all at once', async () => {
  const texts = Array.from({ length: 90 }, (_, index) => `repository:team/r${index % 30}:pull,push,delete`);
  const asked = parseScopes([
    ...texts,
    'repository:team/r1:*',
    'repository:other/x:pull',
    'registry:catalog:*',
  ]);
  const rights = {
    allows(action: string, subject: unknown): boolean {
      // As slow as thousands of rules.
      const end = performance.now() + 1;
      while (performance.now() < end);
      return subject === undefined || (String(subject).startsWith('team/') && action !== 'delete');
    },
  };
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const granted = await grantedInTurn(asked, rights);
  isOver = true;
  assert.deepEqual(granted, grantedOf(asked, rights));
  assert.ok(turns > 10, `others had their turn ${turns} times`);
});
