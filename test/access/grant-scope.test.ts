import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isWithinGrant } from '../../src/access/grant-scope.js';
import type { Grant } from '../../src/exchange/grant.js';

const of = (repository: string, access: Grant['access'] = 'read'): Grant => ({ repository, access });

test('each access opens its methods, and reading goes with all of them', () => {
  const methods = ['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS', 'get'];
  const opened = (access: Grant['access']): string =>
    methods.filter((method) => isWithinGrant(of('a/b', access), method, '/v1/repositories/a/b/tags')).join();
  assert.equal(opened('read'), 'GET,HEAD');
  assert.equal(opened('write'), 'GET,HEAD,PUT,POST');
  assert.equal(opened('delete'), 'GET,HEAD,DELETE');
});

test('a token opens the images and its own repository', () => {
  for (const [repository, path] of [
    ['a/b', '/v1/images/x/json'],
    ['a/b', '/v1/repositories/a/b'],
    ['a/b', '/v1/repositories/a/b/'],
    ['a/b', '/v1/repositories/a/b/tags'],
    ['a/b', '/v1/repositories/a/b/tags/tags'],
    ['a/b', '/v1/repositories/%61/b/images'],
    ['library/x', '/v1/repositories/x'],
    ['library/x', '/v1/repositories/x/'],
    ['library/x', '/v1/repositories/x/images'],
    ['library/x', '/v1/repositories/x/tags/1'],
    ['library/x', '/v1/repositories/library/x/tags/1'],
  ] as const) {
    assert.ok(isWithinGrant(of(repository), 'GET', path), `${repository}: ${path}`);
  }
});

test('a token opens nothing else', () => {
  for (const [repository, path] of [
    ['a/b', '/v1/repositories/a/c/tags'],
    ['a/b', '/v1/repositories/a/bb/tags'],
    ['a/b', '/v1/repositories/a'],
    ['a/b', '/v1/repositories/A/b/tags'],
    ['a/b', '/v1/repositories/'],
    ['a/b', '/v1/repositories'],
    ['a/b', '/v1/repositories/%ff/b'],
    ['a/b', '/v1/images'],
    ['a/b', '/v1/images/'],
    ['a/b', '/v1/imagesx/y'],
    ['a/b', '/v1/users'],
    ['a/b', '/v1/users/'],
    ['a/b', '/v1/search'],
    ['a/b', '/v1/_status'],
    ['a/b', '/v2/'],
    ['a/b', '/v2/a/b/tags/list'],
    ['a/b', '/'],
    ['a/tags', '/v1/repositories/a/tags'],
    ['a/tags', '/v1/repositories/a/tags/'],
    ['library/a', '/v1/repositories/a/tags/'],
    ['library/a', '/v1/repositories/a/tags/json'],
    ['a/tags', '/v1/repositories/a/tags/json'],
  ] as const) {
    assert.ok(!isWithinGrant(of(repository), 'GET', path), `${repository}: ${path}`);
  }
});
