import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isForm, type Operation, operationOf } from '../../src/access/operation.js';
import { EVERYWHERE } from '../../src/exchange/rights.js';
import type { Target } from '../../src/routing/target.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;

function target(raw: string): Target {
  const [path = '', ...query] = raw.split('?');
  return { raw, path, query: query.join('?') };
}

/** `action subject` of all needs, joined by commas; `-` for none. */
function needs(method: string, raw: string, hasForm = false): string {
  return written(operationOf(method, target(raw), hasForm));
}

function written(operation: Operation): string {
  const texts = operation.needs.map(({ action, subject }) =>
    [action, subject === EVERYWHERE ? 'EVERYWHERE' : subject].filter((part) => part !== undefined).join(' '),
  );
  return texts.length === 0 ? '-' : texts.join(', ');
}

test('greetings, pings and accounts need a name only', () => {
  for (const path of ['/', '/v2', '/v2/', '/_ping', '/v1/_ping', '/v2/_oci/ext/discover']) {
    assert.equal(needs('GET', path), '-', path);
    assert.equal(needs('HEAD', path), '-', path);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'get', '']) {
      assert.equal(needs(method, path), 'admin', `${method} ${path}`);
    }
  }
  assert.equal(needs('GET', '/v1/users'), '-');
  assert.equal(needs('POST', '/v1/users/'), '-');
  assert.equal(needs('PUT', '/v1/users/alice'), '-');
  assert.equal(needs('PUT', '/v1/users/alice/'), '-');
  assert.equal(needs('DELETE', '/v1/users/alice'), 'admin');
  assert.equal(needs('GET', '/v1/users/alice/more'), 'admin');
});

test('what is done to a repository needs the right for it', () => {
  for (const [method, path, expected] of [
    ['GET', `/v2/a/b/manifests/latest`, 'pull a/b'],
    ['HEAD', `/v2/a/b/manifests/${DIGEST}`, 'pull a/b'],
    ['GET', `/v2/a/blobs/${DIGEST}`, 'pull a'],
    ['HEAD', `/v2/a/blobs/${DIGEST}`, 'pull a'],
    ['GET', `/v2/a/b/c/d/tags/list?n=5`, 'pull a/b/c/d'],
    ['GET', `/v2/a/referrers/${DIGEST}?artifactType=x`, 'pull a'],
    ['PUT', '/v2/a/manifests/latest', 'push a'],
    ['DELETE', '/v2/a/manifests/latest', 'delete a'],
    ['DELETE', `/v2/a/blobs/${DIGEST}`, 'delete a'],
    ['POST', '/v2/a/blobs/uploads/', 'push a'],
    ['POST', '/v2/a/blobs/uploads', 'push a'],
    ['PATCH', '/v2/a/blobs/uploads/id', 'push a'],
    ['PUT', `/v2/a/blobs/uploads/id?digest=${DIGEST}`, 'push a'],
    ['GET', '/v2/a/blobs/uploads/id', 'push a'],
    ['HEAD', '/v2/a/blobs/uploads/id', 'push a'],
    ['DELETE', '/v2/a/blobs/uploads/id', 'push a'],
    ['GET', '/v2/_catalog?n=5', 'catalog'],
    ['GET', '/v2/%61/manifests/latest', 'pull a'],
    ['GET', `/v2/a/manifests/sha256%3A${'a'.repeat(64)}`, 'pull a'],
  ] as const) {
    assert.equal(needs(method, path), expected, `${method} ${path}`);
  }
});

test('names that hold the words of paths are read from the end', () => {
  for (const [path, expected] of [
    ['/v2/a/blobs/uploads/manifests/x', 'pull a/blobs/uploads'],
    ['/v2/a/manifests/tags/list', 'pull a/manifests'],
    ['/v2/a/tags/list/manifests/x', 'pull a/tags/list'],
    ['/v2/a/blobs/uploads/blobs/uploads/x', 'push a/blobs/uploads'],
    ['/v2/blobs/uploads/tags/list', 'pull blobs/uploads'],
    ['/v2/manifests/manifests/manifests', 'pull manifests'],
    ['/v2/uploads/blobs/x', 'pull uploads'],
  ] as const) {
    assert.equal(needs('GET', path), expected, path);
  }
});

test('what is not known, or not to be read in one way only, needs all rights', () => {
  for (const path of [
    '/v2/_catalog/',
    '/v2/%5Fcatalog',
    '/v2/_dockgate/gc',
    '/v2/_zot/ext/search',
    '/v2//manifests/x',
    '/v2/manifests/x',
    '/v2/blobs/uploads/',
    '/v2/blobs/uploads/x',
    '/v2/tags/list',
    '/v2/a//b/manifests/x',
    '/v2/A/manifests/x',
    '/V2/a/manifests/x',
    '/v2/a/Manifests/x',
    '/v2/a/../b/manifests/x',
    '/v2/a/..%2fb/manifests/x',
    '/v2/a%2fb/manifests/x',
    '/v2/a%2Fmanifests%2Fx/manifests/y',
    '/v2/a/%2e%2e/b/manifests/x',
    '/v2/a%252fb/manifests/x',
    '/v2/a;b/manifests/x',
    '/v2/a/manifests;b/x',
    '/v2/a/manifests/x;y',
    '/v2/a/manifests/',
    '/v2/a/manifests/x/',
    '/v2/a/manifests/%ff',
    '/v2/a/manifests/%',
    '/v2/a/manifests/x%3by',
    '/v2/a/manifests/x%3fy',
    '/v2/a/manifests/x%00',
    '/v2/a\\b/manifests/x',
    '/v2/host:5000/a/manifests/x',
    '/v2/HOST.example/a/manifests/x',
    `/v2/${'a'.repeat(256)}/manifests/x`,
    '/v2/a/tags/list/',
    '/v2/a/tags',
    '/v2/a',
    '/v2x/a/manifests/x',
    '/%76%32/a/manifests/x',
    '/v1',
    '/v1/',
    '/v1/private_images/x/json',
    '/_status',
    '/v1/_status',
    '/v3/',
    '/metrics',
    '/debug/pprof',
    '',
    '*',
    'http://host/v2/a/manifests/x',
    '/v2/\u202ea/manifests/x',
  ]) {
    assert.equal(needs('GET', path), 'admin', path);
  }
  for (const method of ['OPTIONS', 'TRACE', 'CONNECT', 'PROPFIND', 'get', 'PATCH', 'POST', '']) {
    for (const path of ['/v2/a/manifests/x', `/v2/a/blobs/${DIGEST}`, '/v2/a/tags/list', '/v2/_catalog']) {
      assert.equal(needs(method, path), 'admin', `${method} ${path}`);
    }
  }
  assert.equal(needs('OPTIONS', '/v2/a/blobs/uploads/'), 'admin');
  assert.equal(needs('PUT', `/v2/a/blobs/${DIGEST}`), 'admin');
});

test('a mount names its source, and one that could be read in two ways is refused', () => {
  const mount = (query: string): unknown => {
    const operation = operationOf('POST', target(`/v2/a/blobs/uploads/?${query}`));
    return written(operation) === 'push a' ? (operation.mount ?? 'none') : written(operation);
  };
  assert.deepEqual(mount(`mount=${DIGEST}&from=b/c`), { source: 'b/c' });
  assert.deepEqual(mount(`mount=${DIGEST}&from=b%2Fc`), { source: 'b/c' });
  assert.deepEqual(mount(`m%6funt=${DIGEST}&fr%6Fm=secret`), { source: 'secret' });
  assert.deepEqual(mount(`mount=${DIGEST}`), { source: undefined });
  assert.deepEqual(mount(`mount=${DIGEST}&from=`), { source: undefined });
  for (const from of ['B', '../b', 'b//c', 'b%252fc', 'b%00', '%ff', 'b+c', 'host:5000/b', 'b/', '/b']) {
    assert.deepEqual(mount(`mount=${DIGEST}&from=${from}`), { source: '' }, from);
  }
  assert.equal(mount(`digest=${DIGEST}`), 'none');
  assert.equal(mount('from=b'), 'none');
  for (const query of [
    'mount=x&from=b&from=c',
    'mount=x&mount=y&from=b',
    'mount=x&from=b&fr%6fm=c',
    'mount=x;from=b',
    'digest=x;mount=y;from=b',
    'mount=x&From=b',
    'Mount=x&from=b',
    'from=b&FROM=c&mount=x',
  ]) {
    assert.equal(mount(query), 'admin', query);
  }
  assert.equal(needs('PUT', '/v2/a/blobs/uploads/id?mount=x&from=b&from=c'), 'push a');
});

test('a form could name a mount that nobody here reads', () => {
  assert.equal(needs('POST', '/v2/a/blobs/uploads/', true), 'admin');
  assert.equal(needs('PUT', '/v2/a/manifests/x', true), 'push a');
  for (const type of [
    'application/x-www-form-urlencoded',
    'Application/X-WWW-Form-URLencoded; charset=utf-8',
    ' multipart/form-data; boundary=x',
  ]) {
    assert.ok(isForm(type), type);
  }
  for (const type of [undefined, '', 'application/octet-stream', 'application/json'])
    assert.ok(!isForm(type), type);
});

test('an operation of the v1 API needs the rights for all names that the repository has', () => {
  for (const [method, path, expected] of [
    ['GET', '/v1/repositories/a/b/tags', 'pull a/b'],
    ['GET', '/v1/repositories/x/images', 'pull x, pull library/x'],
    ['GET', '/v1/repositories/library/x/images', 'pull x, pull library/x'],
    ['PUT', '/v1/repositories/x/', 'push x, push library/x'],
    ['PUT', '/v1/repositories/a/b', 'push a/b'],
    ['PUT', '/v1/repositories/a/b/auth', 'push a/b'],
    ['PUT', '/v1/repositories/a/b/tags/1.0', 'push a/b'],
    ['POST', '/v1/repositories/a/b/', 'push a/b'],
    ['DELETE', '/v1/repositories/a/b/tags/1.0', 'delete a/b'],
    ['DELETE', '/v1/repositories/a/b/', 'delete a/b'],
    ['GET', '/v1/repositories/a/b/tags/1.0/json', 'pull a/b'],
    ['GET', '/v1/repositories/Old_/Name/tags', 'pull Old_/Name'],
    ['GET', '/v1/repositories/%61/b/tags', 'pull a/b'],
    ['GET', '/v1/repositories/x/tags', 'pull x, pull library/x'],
    ['GET', '/v1/repositories/x/tags/1', 'pull x, pull library/x'],
    ['GET', '/v1/repositories/x/tags/', 'pull x, pull library/x, pull x/tags'],
    ['GET', '/v1/repositories/x/tags/json', 'pull x, pull library/x, pull x/tags'],
    ['GET', '/v1/repositories/x/tags/tags', 'pull x, pull library/x, pull x/tags'],
    ['GET', '/v1/repositories/x/tags/tags/1', 'pull x, pull library/x, pull x/tags'],
    ['PUT', '/v1/repositories/x/tags', 'push x, push library/x, push x/tags'],
    ['PUT', '/v1/repositories/x/json', 'push x, push library/x, push x/json'],
    ['PUT', '/v1/repositories/x/images', 'push x, push library/x'],
    ['DELETE', '/v1/repositories/x/tags', 'delete x, delete library/x'],
    ['GET', '/v1/repositories/x/images/tags', 'pull x, pull library/x, pull x/images'],
    ['DELETE', '/v1/repositories/x/layer', 'delete x, delete library/x, delete x/layer'],
    ['GET', '/v1/repositories/a/b/tags/json', 'pull a/b, pull a/b/tags'],
    ['GET', '/v1/search?q=x', 'search'],
    ['GET', '/v1/search/', 'search'],
    ['GET', '/v1/images/abc/json', 'pull EVERYWHERE'],
    ['PUT', '/v1/images/abc/layer', 'push EVERYWHERE'],
  ] as const) {
    assert.equal(needs(method, path), expected, `${method} ${path}`);
  }
  assert.equal(operationOf('GET', target('/v1/images/abc/layer')).image, 'pull');
  assert.equal(operationOf('PUT', target('/v1/images/abc/json')).image, 'push');
  for (const path of [
    '/v1/repositories',
    '/v1/repositories/',
    '/v1/repositories//tags',
    '/v1/repositories/a/b/c',
    '/v1/repositories/a/b/c/tags',
    '/v1/repositories/a/b/tags/1/json/more',
    '/v1/repositories/a/b/unknown',
    '/v1/repositories/x/images/unknown',
    '/v1/repositories/a%2fb/tags',
    '/v1/repositories/../a/tags',
    '/v1/repositories/a;x/b/tags',
    '/v1/repositories/.a/b/tags',
    '/v1/images/abc/unknown',
    '/v1/images/abc/',
    '/v1/images/abc',
    '/v1/images/a%2fb/json',
    '/v1/images/abc/json/more',
  ]) {
    assert.equal(needs('GET', path), 'admin', path);
  }
  assert.equal(needs('DELETE', '/v1/images/abc/json'), 'admin');
  assert.equal(needs('PATCH', '/v1/repositories/a/b/tags/1'), 'admin');
  assert.equal(needs('POST', '/v1/search'), 'admin');
});
