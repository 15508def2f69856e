import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routeOf } from '../../../src/telemetry/otlp/route.js';

test('every path of the registry has a class', () => {
  for (const [path, route] of [
    ['/', '/'],
    ['/v2', '/v2/'],
    ['/v2/', '/v2/'],
    ['/v2/_catalog', '/v2/_catalog'],
    ['/v2/app/manifests/latest', '/v2/{name}/manifests/{reference}'],
    ['/v2/a/b/c/manifests/sha256:00', '/v2/{name}/manifests/{reference}'],
    ['/v2/manifests/manifests/manifests', '/v2/{name}/manifests/{reference}'],
    ['/v2/app/blobs/sha256:00', '/v2/{name}/blobs/{digest}'],
    ['/v2/app/blobs/uploads/', '/v2/{name}/blobs/uploads/'],
    ['/v2/app/blobs/uploads', '/v2/{name}/blobs/uploads/'],
    ['/v2/app/blobs/uploads/1-2', '/v2/{name}/blobs/uploads/{session}'],
    ['/v2/app/tags/list', '/v2/{name}/tags/list'],
    ['/v2/app/referrers/sha256:00', '/v2/{name}/referrers/{digest}'],
    ['/v1/_ping', '/v1/_ping'],
    ['/v1/images/00/json', '/v1/images/{id}/json'],
    ['/v1/images/00/layer', '/v1/images/{id}/layer'],
    ['/v1/repositories/library/app/tags', '/v1/repositories/{name}/tags'],
    ['/v1/repositories/app/tags/latest', '/v1/repositories/{name}/tags/{tag}'],
    ['/v1/repositories/library/app/tags/latest', '/v1/repositories/{name}/tags/{tag}'],
    ['/v1/repositories/library/app/images', '/v1/repositories/{name}/images'],
    ['/v1/repositories/library/app/', '/v1/repositories/{name}/'],
    ['/v1/search', '/v1/search'],
    ['/v1/users/', '/v1/users/'],
    ['/v1/users/vinod1/', '/v1/users/{name}/'],
    ['/token', '/token'],
  ] as const)
    assert.equal(routeOf(path), route, path);
});

test('what nobody knows has no class, however it looks', () => {
  for (const path of [
    '/v2/manifests/latest/x/y',
    '/v2/app/what/ever',
    '/v2/app/blobs/a/b',
    '/v1/images/00/secret',
    '/v1/images/00',
    '/v1/repositories/a/b/c/d/e',
    '/robots.txt',
    '/v3/',
  ])
    assert.equal(routeOf(path), undefined, path);
});
