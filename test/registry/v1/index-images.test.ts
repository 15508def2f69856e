import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { beforeEach, type TestContext, test } from 'node:test';
import type { Grant } from '../../../src/exchange/grant.js';
import type { TokenIssue } from '../../../src/registry/v1/services.js';
import { type Answer, type AskOptions, idOf, openV1, pushImage, type V1Registry } from './v1-registry.js';

const ID = idOf('image');

/** Tokens that say for whom and what they are. */
const tokens: TokenIssue = {
  issue: (user, { repository, access }) =>
    `Token signature=${user},repository="${repository}",access=${access}`,
};

let registry: V1Registry;

beforeEach(async (context) => {
  registry = await openV1(context as TestContext, { tokens });
});

function ask(method: string, path: string, options: AskOptions = {}): Promise<Answer> {
  return registry.ask(method, `/v1/repositories/${path}`, options);
}

function assertRefused({ status, json }: Answer, expected: number, error: string): void {
  assert.deepEqual([status, json], [expected, { error }]);
}

const LIST = JSON.stringify([{ id: ID, Tag: 'latest' }, { id: idOf('other') }]);

test('a push begins with a list of images, a token and the place of the registry', async () => {
  for (const [path, name] of [
    ['team/app/', 'team/app'],
    ['team/app', 'team/app'],
    ['busybox/', 'library/busybox'],
  ] as const) {
    // One that asks for a token and one that does not; both get it, as they did.
    for (const headers of [{ 'x-docker-token': 'true' }, {}]) {
      const reply = await ask('PUT', path, { body: LIST, headers });
      assert.deepEqual([reply.status, reply.bytes.toString()], [200, '""']);
      const token = `Token signature=somebody,repository="${name}",access=write`;
      assert.equal(reply.headers['x-docker-token'], token);
      assert.equal(reply.headers['www-authenticate'], token);
      assert.equal(reply.headers['x-docker-endpoints'], 'registry.example:8443');
    }
  }
});

test('a token is bound to the password that its request came with, however slowly the body comes', async (context) => {
  let password = 'old';
  const bound: TokenIssue = { issue: () => `Token signature=${password},repository="a/b",access=write` };
  const { ask: askBound } = await openV1(context, { tokens: bound });
  for (const path of ['a/b/', 'a/b/images']) {
    password = 'old';
    const body = new PassThrough();
    body.write('[');
    const answer = askBound('PUT', `/v1/repositories/${path}`, { body });
    password = 'new';
    body.end(']');
    assert.match(String((await answer).headers['x-docker-token']), /signature=old,/, path);
  }
});

test('the list is told to whoever pulls, with a token to read', async () => {
  await ask('PUT', 'team/app/', { body: LIST });
  for (const path of ['team/app/images', 'team/app/images/']) {
    const reply = await ask('GET', path);
    assert.equal(reply.status, 200);
    assert.deepEqual((reply.json as { id: string }[]).map(({ id }) => id).sort(), [ID, idOf('other')].sort());
    assert.match(String(reply.headers['x-docker-token']), /,access=read$/);
    assert.equal(reply.headers['x-docker-endpoints'], 'registry.example:8443');
  }
});

test('a push ends with checksums and 204', async () => {
  const checksum = `sha256:${'a'.repeat(64)}`;
  for (const body of ['[]', JSON.stringify([{ id: ID, checksum }])]) {
    const reply = await ask('PUT', 'app/images', { body });
    assert.deepEqual([reply.status, reply.bytes.length], [204, 0]);
    assert.match(String(reply.headers['x-docker-token']), /,access=write$/);
  }
  assert.deepEqual((await ask('GET', 'app/images')).json, [{ id: ID, checksum }]);
});

test('a list that is to be deleted stays, and 204 with a token to delete says so', async () => {
  await ask('PUT', 'app/', { body: LIST });
  const reply = await ask('DELETE', 'app/images');
  assert.deepEqual([reply.status, reply.bytes.length], [204, 0]);
  assert.match(String(reply.headers['x-docker-token']), /,access=delete$/);
  assert.equal((await ask('GET', 'app/images')).status, 200);
});

test('the list of a repository that nobody has announced is not found', async () => {
  assertRefused(await ask('GET', 'app/images'), 404, 'images not found');
});

test('where there are tags and no list, the list is empty', async () => {
  await pushImage(registry, ID);
  await ask('PUT', 'app/tags/latest', { body: `"${ID}"` });
  const reply = await ask('GET', 'app/images');
  assert.deepEqual([reply.status, reply.json], [200, []]);
});

test('what is no list of images is refused', async () => {
  const cases: [string, string][] = [
    ['', 'Error Decoding JSON'],
    ['[', 'Error Decoding JSON'],
    ['{}', 'Invalid data'],
    ['"x"', 'Invalid data'],
    ['[7]', 'Invalid data'],
    ['[{}]', 'Invalid data'],
    ['[{"id":"../x"}]', 'Invalid data'],
    [JSON.stringify([{ id: ID, checksum: 7 }]), 'Invalid data'],
    [JSON.stringify([{ id: ID, Tag: 'x'.repeat(300) }]), 'Invalid data'],
  ];
  for (const path of ['app/', 'app/images']) {
    for (const [body, error] of cases) assertRefused(await ask('PUT', path, { body }), 400, error);
  }
  assert.equal((await ask('GET', 'app/images')).status, 404);
});

test('a client that comes with a token gets it back, and no new one', async () => {
  const grant: Grant = { repository: 'library/app', access: 'write' };
  const headers = { authorization: 'Token the same' };
  const reply = await ask('PUT', 'app/images', { body: '[]', grant, headers });
  assert.equal(reply.headers['x-docker-token'], 'Token the same');
});

test('the endpoints can be set, and without tokens none is sent', async (context) => {
  const other = await openV1(context, { endpoints: ['one.example', 'two.example:5000'] });
  const reply = await other.ask('PUT', '/v1/repositories/app/', { body: '[]' });
  assert.equal(reply.headers['x-docker-endpoints'], 'one.example,two.example:5000');
  assert.equal(Object.hasOwn(reply.headers, 'x-docker-token'), false);
});

test('a client has its token looked at', async () => {
  for (const access of ['read', 'write', 'delete'] as const) {
    const reply = await ask('PUT', 'app/auth', { grant: { repository: 'library/app', access } });
    assert.deepEqual([reply.status, reply.json], [200, 'OK'], access);
  }
  const other: Grant = { repository: 'library/other', access: 'write' };
  for (const reply of [await ask('PUT', 'app/auth'), await ask('PUT', 'app/auth', { grant: other })]) {
    assertRefused(reply, 401, 'Requires authorization');
    assert.equal(reply.headers['www-authenticate'], 'Token');
  }
});

test('without an index there is none of it', async (context) => {
  const alone = await openV1(context, { hasIndex: false, tokens });
  for (const [method, path] of [
    ['GET', 'repositories/app/images'],
    ['PUT', 'repositories/app/images'],
    ['PUT', 'repositories/app/auth'],
    ['GET', 'users'],
    ['POST', 'users/'],
  ] as const) {
    assert.equal((await alone.ask(method, `/v1/${path}`, { body: '[]' })).status, 404, path);
  }
  const reply = await alone.ask('PUT', '/v1/repositories/app/', { body: '[]' });
  assert.deepEqual([reply.status, reply.headers['allow']], [405, 'DELETE']);
});
