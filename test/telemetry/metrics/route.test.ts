import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROUTES, routeOf } from '../../../src/telemetry/metrics/route.js';

const digest = `sha256:${'a'.repeat(64)}`;
const PATHS: readonly (readonly [string | undefined, string])[] = [
  [undefined, 'other'],
  ['/', 'root'],
  ['/_ping', 'ping'],
  ['/v1/_ping', 'ping'],
  ['/token', 'token'],
  ['/.well-known/jwks.json', 'token'],
  ['/v2', 'base'],
  ['/v2/', 'base'],
  ['/v2/_catalog', 'catalog'],
  ['/v2/a/_catalog', 'other'],
  ['/v2/a/manifests/latest', 'manifest'],
  [`/v2/a/b/c/manifests/${digest}`, 'manifest'],
  ['/v2/manifests/latest', 'other'],
  ['/v2/a/tags/list', 'tags'],
  ['/v2/a/tags/other', 'other'],
  [`/v2/a/blobs/${digest}`, 'blob'],
  ['/v2/a/blobs/uploads/', 'upload'],
  ['/v2/a/blobs/uploads/0c2a', 'upload'],
  ['/v2/a/b/blobs/uploads/0c2a', 'upload'],
  ['/v2/a/uploads/0c2a', 'other'],
  [`/v2/a/referrers/${digest}`, 'referrers'],
  ['/v2/a', 'other'],
  ['/v2/a/b/c/d/e', 'other'],
  ['/v1/images/abc/json', 'v1 image'],
  ['/v1/repositories/library/a/tags/latest', 'v1 repository'],
  ['/v1/search', 'v1 search'],
  ['/v1/users', 'v1 users'],
  ['/v1/users/', 'v1 users'],
  ['/v1/users/vinod1/', 'v1 users'],
  ['/v1/usersx', 'other'],
  ['/v1/', 'other'],
  ['/favicon.ico', 'other'],
];

test('every path is counted under one of a few routes, whatever names are in it', () => {
  for (const [path, route] of PATHS) assert.equal(ROUTES[routeOf(path)], route, path);
});
