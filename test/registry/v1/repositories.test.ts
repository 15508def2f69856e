import assert from 'node:assert/strict';
import { beforeEach, type TestContext, test } from 'node:test';
import {
  type Answer,
  type AskOptions,
  beginImage,
  idOf,
  openV1,
  pushImage,
  type V1Registry,
} from './v1-registry.js';

const ID = idOf('image');
const ENGINE = 'docker/1.5.0 go/go1.4.1 git-commit/a8a31ef kernel/3.13.0 os/linux arch/AMD64';

let registry: V1Registry;

beforeEach(async (context) => {
  registry = await openV1(context as TestContext);
  await pushImage(registry, ID);
});

function ask(method: string, path: string, options: AskOptions = {}): Promise<Answer> {
  return registry.ask(method, `/v1/repositories/${path}`, options);
}

async function tag(path: string): Promise<void> {
  const reply = await ask('PUT', path, { body: `"${ID}"`, headers: { 'user-agent': ENGINE } });
  assert.deepEqual([reply.status, reply.json], [200, true]);
}

function assertRefused({ status, json }: Answer, expected: number, error: string): void {
  assert.deepEqual([status, json], [expected, { error }]);
}

test('tags are set, listed in their order, and read', async () => {
  for (const name of ['v2', '10', 'latest', '2', '__proto__']) await tag(`team/app/tags/${name}`);
  for (const path of ['team/app/tags', 'team/app/tags/']) {
    const reply = await ask('GET', path);
    assert.equal(reply.status, 200);
    const names = ['10', '2', '__proto__', 'latest', 'v2'];
    assert.equal(reply.bytes.toString(), `{${names.map((name) => `"${name}":"${ID}"`).join(',')}}`);
  }
  const reply = await ask('GET', 'team/app/tags/v2');
  assert.deepEqual([reply.status, reply.bytes.toString()], [200, `"${ID}"`]);
  assert.equal(reply.headers['cache-control'], 'no-cache');
});

test('a name of one part means the library', async () => {
  await tag('busybox/tags/latest');
  for (const path of ['library/busybox/tags', 'busybox/tags', 'busybox/tags/']) {
    assert.deepEqual((await ask('GET', path)).json, { latest: ID }, path);
  }
});

test('a repository may have a name that is a word of the paths', async () => {
  await tag('tags/tags/tags');
  await tag('team/tags/tags/v1');
  assert.deepEqual((await ask('GET', 'tags/tags')).json, { tags: ID });
  assert.deepEqual((await ask('GET', 'team/tags/tags/v1')).json, ID);
});

test('a tag that cannot be set is refused in each of its ways', async () => {
  await beginImage(registry, idOf('under way'));
  const rule = String.raw`Invalid tag name (must match ^[\w][\w.-]{0,127}$)`;
  const cases: [string, string, number, string][] = [
    ['app/tags/-v', `"${ID}"`, 400, rule],
    [`app/tags/${'x'.repeat(129)}`, `"${ID}"`, 400, rule],
    ['app/tags/%C3%A9', `"${ID}"`, 400, rule],
    ['app/tags/v', ID, 400, 'Invalid data'],
    ['app/tags/v', '', 400, 'Invalid data'],
    ['app/tags/v', '""', 400, 'Invalid data'],
    ['app/tags/v', `["${ID}"]`, 400, 'Invalid data'],
    ['app/tags/v', `"${idOf('unknown')}"`, 404, 'Image not found'],
    ['app/tags/v', '"../x"', 404, 'Image not found'],
    ['app/tags/v', `"${idOf('under way')}"`, 400, 'Image is being uploaded, retry later'],
  ];
  for (const [path, body, status, error] of cases) {
    assertRefused(await ask('PUT', path, { body }), status, error);
  }
  assertRefused(await ask('GET', 'app/tags'), 404, 'Repository not found');
});

test('a tag tells when and with what it was pushed', async () => {
  await tag('app/tags/latest');
  for (const path of ['app/tags/latest/json', 'app/json', 'library/app/json/']) {
    const { status, json } = await ask('GET', path);
    const { last_update: updated, ...others } = json as Record<string, unknown>;
    assert.equal(status, 200);
    assert.ok(Math.abs(Number(updated) - Date.now() / 1000) < 60, path);
    assert.deepEqual(others, {
      docker_version: '1.5.0',
      docker_go_version: 'go1.4.1',
      arch: 'amd64',
      os: 'linux',
      kernel: '3.13.0',
    });
  }
});

test('of a client that does not say what it is the usual is assumed', async () => {
  await ask('PUT', 'app/tags/v1', { body: `"${ID}"` });
  const { json } = await ask('GET', 'app/tags/v1/json');
  const { last_update: _, ...others } = json as Record<string, unknown>;
  const usual = { docker_version: null, docker_go_version: null, arch: 'amd64', os: 'linux', kernel: null };
  assert.deepEqual(others, usual);
  assert.deepEqual((await ask('GET', 'app/json')).json, { last_update: null, ...usual });
});

test('what is not there is not found', async () => {
  assertRefused(await ask('GET', 'app/tags'), 404, 'Repository not found');
  assertRefused(await ask('GET', 'app/json'), 404, 'Repository not found');
  assertRefused(await ask('DELETE', 'app/tags'), 404, 'Repository not found');
  assertRefused(await ask('DELETE', 'app/'), 404, 'Repository not found');
  await tag('app/tags/v1');
  assertRefused(await ask('GET', 'app/tags/v2'), 404, 'Tag not found');
  assertRefused(await ask('GET', 'app/tags/-'), 404, 'Tag not found');
  assertRefused(await ask('GET', 'app/tags/v2/json'), 404, 'Tag not found');
  assertRefused(await ask('DELETE', 'app/tags/v2'), 404, 'Tag not found: v2');
  assertRefused(await ask('GET', 'a/b/c/tags'), 404, 'this registry has nothing at this path');
});

test('a name that cannot be one is not there, and cannot be written to', async () => {
  for (const name of ['.hidden', 'a%C3%A9', '%22', `${'x'.repeat(256)}`]) {
    assertRefused(await ask('GET', `${name}/tags`), 404, 'Repository not found');
    assert.equal((await ask('PUT', `${name}/tags/v`, { body: `"${ID}"` })).status, 400, name);
  }
});

test('a tag is taken away alone', async () => {
  await tag('app/tags/v1');
  await tag('app/tags/v2');
  const reply = await ask('DELETE', 'app/tags/v1');
  assert.deepEqual([reply.status, reply.json], [200, true]);
  assert.deepEqual((await ask('GET', 'app/tags')).json, { v2: ID });
});

test('a repository is taken away with all its tags, in any way of saying so', async () => {
  for (const path of ['team/app/', 'team/app', 'team/app/tags', 'team/app/tags/']) {
    await tag('team/app/tags/v1');
    const reply = await ask('DELETE', path);
    assert.deepEqual([reply.status, reply.json], [200, true], path);
    assertRefused(await ask('GET', 'team/app/tags'), 404, 'Repository not found');
  }
});

test('a repository can be marked as private and as public', async () => {
  await tag('app/tags/v1');
  assert.deepEqual((await ask('GET', 'app/properties')).json, { access: 'public' });
  for (const access of ['private', 'public']) {
    const reply = await ask('PUT', 'app/properties', { body: JSON.stringify({ access }) });
    assert.deepEqual([reply.status, reply.json], [200, true]);
    assert.deepEqual((await ask('GET', 'app/properties/')).json, { access });
  }
  for (const body of [
    '',
    '[]',
    '{}',
    '{"access":true}',
    '{"access":"secret"}',
    '{"__proto__":{"access":"private"}}',
  ]) {
    assertRefused(await ask('PUT', 'app/properties', { body }), 400, 'Invalid data');
  }
});

test('a body beyond what such a request needs is read to its end and refused', async () => {
  const reply = await ask('PUT', 'app/tags/v1', { body: `"${'x'.repeat(70_000)}"` });
  assert.deepEqual([reply.status, reply.isRead], [413, true]);
});

test('other methods are refused with those that there are', async () => {
  const cases: [string, string, string][] = [
    ['POST', 'app/', 'PUT, DELETE'],
    ['GET', 'app/', 'PUT, DELETE'],
    ['PUT', 'app/tags', 'GET, HEAD, DELETE'],
    ['POST', 'app/tags/v', 'GET, HEAD, PUT, DELETE'],
    ['PUT', 'app/tags/v/json', 'GET, HEAD'],
    ['PUT', 'app/json', 'GET, HEAD'],
    ['DELETE', 'app/properties', 'GET, HEAD, PUT'],
    ['POST', 'app/images', 'GET, HEAD, PUT, DELETE'],
    ['GET', 'app/auth', 'PUT'],
  ];
  for (const [method, path, allow] of cases) {
    const reply = await ask(method, path);
    assert.deepEqual([reply.status, reply.headers['allow']], [405, allow], `${method} ${path}`);
  }
});
