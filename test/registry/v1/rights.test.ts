import assert from 'node:assert/strict';
import { beforeEach, type TestContext, test } from 'node:test';
import type { Grant } from '../../../src/exchange/grant.js';
import { idOf, jsonOf, openV1, pushImage, type V1Registry } from './v1-registry.js';

const MINE = idOf('mine');
const BASE = idOf('base');
const SECRET = idOf('secret');

let registry: V1Registry;

beforeEach(async (context) => {
  registry = await openV1(context as TestContext);
  await pushImage(registry, BASE);
  await pushImage(registry, MINE, BASE);
  await pushImage(registry, SECRET);
  await registry.ask('PUT', '/v1/repositories/app/tags/v1', { body: `"${MINE}"` });
  await registry.ask('PUT', '/v1/repositories/team/secret/tags/v1', { body: `"${SECRET}"` });
});

function grantOf(access: Grant['access'], images?: readonly string[]): Grant {
  return { repository: 'library/app', access, ...(images === undefined ? {} : { images: new Set(images) }) };
}

async function statusOf(method: string, path: string, grant: Grant, body = ''): Promise<number> {
  return (await registry.ask(method, `/v1/${path}`, { grant, body })).status;
}

test('a token is for one repository, by either of its names', async () => {
  for (const repository of ['library/app', 'app']) {
    const grant: Grant = { repository, access: 'read' };
    for (const path of ['app/tags', 'library/app/tags', 'app/tags/v1', 'app/tags/v1/json', 'app/json']) {
      assert.equal(await statusOf('GET', `repositories/${path}`, grant), 200, path);
    }
  }
  const reply = await registry.ask('GET', '/v1/repositories/team/secret/tags', { grant: grantOf('read') });
  assert.deepEqual([reply.status, reply.json], [401, { error: 'Requires authorization' }]);
  assert.equal(reply.headers['www-authenticate'], 'Token');
  assert.equal(await statusOf('GET', 'repositories/team/app/tags', grantOf('read')), 401);
});

test('a token allows the methods of its access, and reading with each', async () => {
  const cases: [Grant['access'], string, number][] = [
    ['read', 'GET', 200],
    ['read', 'HEAD', 200],
    ['read', 'PUT', 401],
    ['read', 'DELETE', 401],
    ['write', 'GET', 200],
    ['write', 'PUT', 200],
    ['write', 'DELETE', 401],
    ['delete', 'PUT', 401],
    ['delete', 'GET', 200],
    ['delete', 'DELETE', 200],
  ];
  for (const [access, method, status] of cases) {
    const body = method === 'PUT' ? `"${MINE}"` : '';
    const found = await statusOf(method, 'repositories/app/tags/v1', grantOf(access), body);
    assert.equal(found, status, `${access} ${method}`);
  }
});

test('a token shows the images of its repository and no others', async () => {
  for (const access of ['read', 'write', 'delete'] as const) {
    for (const id of [MINE, BASE, MINE]) {
      assert.equal(await statusOf('GET', `images/${id}/json`, grantOf(access)), 200);
      assert.equal(await statusOf('GET', `images/${id}/layer`, grantOf(access)), 200);
    }
    const reply = await registry.ask('GET', `/v1/images/${SECRET}/layer`, { grant: grantOf(access) });
    assert.deepEqual([reply.status, reply.json], [404, { error: 'Image not found' }]);
  }
  assert.equal(await statusOf('PUT', `images/${MINE}/json`, grantOf('read')), 401);
});

test('only announced images can be pushed with a token, and only over images of the repository', async () => {
  const fresh = idOf('fresh');
  const push = (grant: Grant, parent?: string): ReturnType<V1Registry['ask']> =>
    registry.ask('PUT', `/v1/images/${fresh}/json`, { grant, body: jsonOf(fresh, parent) });
  const foreign = await push(grantOf('write'));
  assert.deepEqual(
    [foreign.status, foreign.json],
    [400, { error: 'This image does not belong to the repository' }],
  );
  assert.equal(await statusOf('PUT', 'repositories/app/', grantOf('write'), `[{"id":"${fresh}"}]`), 200);
  const orphan = await push(grantOf('write'), SECRET);
  assert.deepEqual([orphan.status, orphan.json], [400, { error: 'Image depends on an unauthorized parent' }]);
  assert.equal((await push(grantOf('write'), MINE)).status, 200);
  assert.equal(await statusOf('PUT', `images/${fresh}/layer`, grantOf('write'), 'layer'), 200);
  assert.equal(await statusOf('PUT', `images/${SECRET}/layer`, grantOf('write'), 'layer'), 404);
  assert.equal(await statusOf('PUT', `images/${SECRET}/checksum`, grantOf('write')), 404);
});

test('a token cannot bring an image of another repository under a tag', async () => {
  const path = 'repositories/app/tags/stolen';
  assert.equal(await statusOf('PUT', path, grantOf('write'), `"${SECRET}"`), 404);
  assert.equal(await statusOf('PUT', path, grantOf('write'), `"${BASE}"`), 200);
});

test('what the issuer of a token lists counts in place of what was announced', async () => {
  const fresh = idOf('fresh');
  const path = `images/${fresh}/json`;
  assert.equal(await statusOf('PUT', path, grantOf('write', []), jsonOf(fresh)), 400);
  assert.equal(await statusOf('PUT', path, grantOf('write', [fresh]), jsonOf(fresh, SECRET)), 400);
  assert.equal(await statusOf('PUT', path, grantOf('write', [fresh, SECRET]), jsonOf(fresh, SECRET)), 200);
  assert.equal(await statusOf('GET', `images/${SECRET}/json`, grantOf('read', [SECRET])), 200);
  assert.equal(await statusOf('GET', `images/${MINE}/json`, grantOf('read', [])), 200);
  assert.equal(await statusOf('GET', `images/${SECRET}/json`, grantOf('read', [MINE])), 404);
});

test('accounts, the search and the status are not for tokens', async (context) => {
  const found = { results: [], total: 0 };
  const searchable = await openV1(context, { search: { find: async () => found } });
  for (const [method, path] of [
    ['GET', 'users'],
    ['PUT', 'users/somebody/'],
    ['GET', 'search?q=x'],
    ['GET', '_status'],
  ] as const) {
    const reply = await searchable.ask(method, `/v1/${path}`, { grant: grantOf('write') });
    assert.equal(reply.status, 401, path);
  }
});

test('a repository that may not be pulled is not there', async () => {
  const asked: string[] = [];
  const may = (action: string, repository: string): boolean => {
    asked.push(`${action} ${repository}`);
    return repository !== 'team/secret';
  };
  assert.equal((await registry.ask('GET', '/v1/repositories/app/tags', { rights: { may } })).status, 200);
  assert.deepEqual(asked, ['pull library/app', 'pull app']);
  for (const path of ['tags', 'tags/v1', 'images', 'json', 'properties']) {
    const reply = await registry.ask('GET', `/v1/repositories/team/secret/${path}`, { rights: { may } });
    assert.equal(reply.status, 404, path);
  }
  const push = { rights: { may }, body: '[]' };
  assert.equal((await registry.ask('PUT', '/v1/repositories/team/secret/', push)).status, 403);
  assert.equal((await registry.ask('DELETE', '/v1/repositories/team/secret/', push)).status, 403);
});
