import assert from 'node:assert/strict';
import { beforeEach, type TestContext, test } from 'node:test';
import type { RepositoryAction } from '../../../src/exchange/action.js';
import type { Rights } from '../../../src/exchange/rights.js';
import {
  type AskOptions,
  idOf,
  jsonOf,
  openV1,
  payloadOf,
  pushImage,
  type V1Registry,
} from './v1-registry.js';

const BASE = idOf('base');
const OPEN = idOf('open');
const SECRET = idOf('secret');

let registry: V1Registry;

beforeEach(async (context) => {
  registry = await openV1(context as TestContext);
  await pushImage(registry, BASE);
  await pushImage(registry, OPEN, BASE);
  await pushImage(registry, SECRET);
  await registry.ask('PUT', '/v1/repositories/open/app/tags/v1', { body: `"${OPEN}"` });
  await registry.ask('PUT', '/v1/repositories/team/secret/tags/v1', { body: `"${SECRET}"` });
});

/** Rights of the form `pull push open/app`, one repository each. */
function rightsOf(...lines: readonly string[]): Rights {
  const words = lines.map((line) => line.split(' '));
  return {
    may: (action: RepositoryAction, name) =>
      words.some((line) => line.at(-1) === name && line.slice(0, -1).includes(action)),
  };
}

async function statusOf(method: string, path: string, options: AskOptions): Promise<number> {
  return (await registry.ask(method, `/v1/${path}`, options)).status;
}

test('An image is readable through a repository that may be pulled, and is not there otherwise.', async () => {
  const rights = rightsOf('pull open/app');
  const parts = ['json', 'layer', 'ancestry'];
  for (const user of ['somebody', null]) {
    for (const part of parts) {
      assert.equal(await statusOf('GET', `images/${OPEN}/${part}`, { rights, user }), 200, part);
      assert.equal(await statusOf('GET', `images/${BASE}/${part}`, { rights, user }), 200, part);
      const hidden = await registry.ask('GET', `/v1/images/${SECRET}/${part}`, { rights, user });
      const missing = await registry.ask('GET', `/v1/images/${idOf('none')}/${part}`, { rights, user });
      assert.deepEqual([hidden.status, hidden.json], [404, { error: 'Image not found' }]);
      assert.deepEqual([hidden.json, hidden.headers], [missing.json, missing.headers]);
    }
  }
  assert.equal(await statusOf('GET', `images/${OPEN}/json`, { rights: rightsOf('push open/app') }), 404);
});

test('Rights are asked again at each request, also where an image was just found.', async () => {
  const asked = { rights: rightsOf('pull team/secret') };
  assert.equal(await statusOf('GET', 'repositories/team/secret/tags', asked), 200);
  assert.equal(await statusOf('GET', `images/${SECRET}/json`, asked), 200);
  assert.equal(await statusOf('GET', `images/${SECRET}/json`, { rights: rightsOf() }), 404);
  const stranger = { user: null, address: '10.0.0.1', rights: rightsOf('pull open/app') };
  assert.equal(await statusOf('GET', `images/${SECRET}/json`, stranger), 404);
});

test('A name in library needs both of the names that it has in the v2 API.', async () => {
  await registry.ask('PUT', '/v1/repositories/solo/tags/v1', { body: `"${SECRET}"` });
  for (const [lines, status] of [
    [['pull solo'], 404],
    [['pull library/solo'], 404],
    [['pull solo', 'pull library/solo'], 200],
  ] as const) {
    const rights = rightsOf(...lines);
    assert.equal(await statusOf('GET', `images/${SECRET}/json`, { rights }), status, lines.join());
    assert.equal(await statusOf('GET', 'repositories/solo/tags', { rights }), status, lines.join());
  }
});

test('To announce the image of another repository shows nothing of it, and tags nothing.', async () => {
  const rights = rightsOf('pull push mine/app');
  const body = `[{"id":"${SECRET}"}]`;
  assert.equal(await statusOf('PUT', 'repositories/mine/app/', { rights, body }), 200);
  for (const grant of [undefined, { repository: 'mine/app', access: 'write' } as const]) {
    const asked: AskOptions = grant === undefined ? { rights } : { rights, grant };
    assert.equal(await statusOf('GET', `images/${SECRET}/layer`, asked), 404);
    const tag = { ...asked, body: `"${SECRET}"` };
    assert.equal(await statusOf('PUT', 'repositories/mine/app/tags/v1', tag), 404);
    // The checksum is no secret to whoever could once read the image.
    const payload = payloadOf(jsonOf(SECRET), `layer of ${SECRET}`);
    const headers = { 'x-docker-checksum-payload': payload };
    await statusOf('PUT', `images/${SECRET}/checksum`, { ...asked, headers });
    assert.equal(await statusOf('GET', `images/${SECRET}/layer`, asked), 404);
    assert.equal(await statusOf('PUT', `images/${SECRET}/layer`, { ...asked, body: 'other' }), 409);
    await statusOf('PUT', `images/${SECRET}/checksum`, { ...asked, headers });
    assert.equal(await statusOf('GET', `images/${SECRET}/layer`, asked), 404);
  }
});

test('Whoever sends all of an image that is hidden in another repository has it, and may build on it.', async () => {
  const rights = rightsOf('pull push mine/app');
  const mine = idOf('mine');
  const body = `[{"id":"${SECRET}"},{"id":"${mine}"}]`;
  assert.equal(await statusOf('PUT', 'repositories/mine/app/', { rights, body }), 200);
  const child = (): Promise<number> =>
    statusOf('PUT', `images/${mine}/json`, { rights, body: jsonOf(mine, SECRET) });
  assert.equal(await child(), 400);
  const guarded: V1Registry = {
    ...registry,
    ask: (method, path, options) => registry.ask(method, path, { ...options, rights }),
  };
  await pushImage(guarded, SECRET);
  assert.equal(await statusOf('GET', `images/${SECRET}/json`, { rights }), 200);
  assert.equal(await statusOf('GET', `images/${SECRET}/json`, { rights, user: 'another' }), 404);
  assert.equal(await child(), 200);
  await pushImage(guarded, mine, SECRET);
  assert.equal(await statusOf('PUT', 'repositories/mine/app/tags/v1', { rights, body: `"${mine}"` }), 200);
  assert.equal(await statusOf('GET', `images/${SECRET}/json`, { rights, user: 'another' }), 200);
});

test('Only what a repository that may be pushed to has announced can be pushed.', async () => {
  const fresh = idOf('fresh');
  const push = (rights: Rights): Promise<number> =>
    statusOf('PUT', `images/${fresh}/json`, { rights, body: jsonOf(fresh) });
  const rights = rightsOf('pull push mine/app');
  assert.equal(await push(rights), 400);
  const announced = `[{"id":"${fresh}"}]`;
  assert.equal(await statusOf('PUT', 'repositories/mine/app/', { rights, body: announced }), 200);
  assert.equal(await push(rightsOf('pull mine/app')), 400);
  assert.equal(await push(rights), 200);
  const layer = (asked: Rights): Promise<number> =>
    statusOf('PUT', `images/${fresh}/layer`, { rights: asked, body: 'layer' });
  assert.equal(await layer(rightsOf('pull mine/app')), 404);
  assert.equal(await layer(rights), 200);
});

test('A token opens no more than the rights of its user still do.', async () => {
  const grant = { repository: 'team/secret', access: 'write' } as const;
  const path = `images/${SECRET}/json`;
  assert.equal(await statusOf('GET', path, { grant, rights: rightsOf('pull team/secret') }), 200);
  assert.equal(await statusOf('GET', path, { grant, rights: rightsOf('pull open/app') }), 404);
  const push = { grant, body: '[]', rights: rightsOf('pull team/secret') };
  assert.equal(await statusOf('PUT', 'repositories/team/secret/images', push), 403);
});

test('A stranger is given no token.', async (context) => {
  const tokens = { issue: () => assert.fail('a token was issued') };
  const { ask } = await openV1(context, { stores: registry.stores, tokens });
  const rights = rightsOf('pull open/app');
  const reply = await ask('GET', '/v1/repositories/open/app/images', { rights, user: null });
  assert.deepEqual([reply.status, reply.headers['x-docker-token']], [200, undefined]);
});
