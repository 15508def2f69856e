import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { startTestGateway } from '../harness/gateway.js';
import { startRecorder } from '../harness/recorder.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';

const CREATE = { method: 'PUT', body: '[]', headers: { 'x-docker-token': 'true' } };
const ANONYMOUS = { authorization: 'Basic Og==' };

test('a token opens its repository and nothing else, and ends with the password of its user', async (t) => {
  const gateway = await startTestGateway(t);
  const created = await ask(gateway, '/v1/repositories/ada/tool/', CREATE);
  assert.equal(created.status, 200, created.text);
  const token = String(created.headers['x-docker-token']);
  const send = (path: string, authorization = token) => ask(gateway, path, { headers: { authorization } });
  assert.notEqual((await send('/v1/repositories/ada/tool/images')).status, 401);
  assert.notEqual((await send('/v1/repositories/ada/tool/images', `Token ${token}`)).status, 401);
  for (const path of ['/v2/', '/v1/users/', '/v1/search?q=a', '/v1/repositories/ada/other/images']) {
    const refused = await send(path);
    assert.equal(refused.status, 401, path);
  }
  assert.equal((await send('/v1/repositories/ada/tool/images', token.replace('tool', 'other'))).status, 401);
  const users = readFileSync(gateway.htpasswd, 'utf8');
  writeFileSync(gateway.htpasswd, users.replace('vinod1', 'someone'));
  await until(
    async () => (await send('/v1/repositories/ada/tool/images')).status === 401,
    'the token of a user who is not there any more is refused',
  );
});

test('a refusal under /v1/ is one that old engines can read, and offers tokens', async (t) => {
  const gateway = await startTestGateway(t);
  const refused = await ask(gateway, '/v1/users/', { method: 'POST', anonymous: true, body: '{}' });
  assert.equal(refused.status, 401);
  assert.deepEqual(JSON.parse(refused.text), { error: 'Requires authorization' });
  assert.equal(refused.headers['www-authenticate'], 'Basic realm="dockgate", Token');
  const other = await ask(gateway, '/v2/', { anonymous: true });
  assert.equal(other.headers['www-authenticate'], 'Basic realm="dockgate"');
});

test('an engine without a password is a stranger, however often it comes', async (t) => {
  const gateway = await startTestGateway(t);
  for (let count = 0; count < 30; count += 1) {
    const refused = await ask(gateway, '/v1/repositories/a/b/images', { headers: ANONYMOUS });
    assert.equal(refused.status, 401);
  }
  assert.notEqual((await ask(gateway, '/v1/repositories/a/b/images')).status, 429);
});

test('docker 1.5 does not see /v2/ where /v1/ is served, and others do', async (t) => {
  const gateway = await startTestGateway(t);
  const old = { 'user-agent': 'docker/1.5.0 go/go1.4.1 os/linux arch/amd64' };
  for (const path of ['/v2', '/v2/', '/v2/a/manifests/b']) {
    const hidden = await ask(gateway, path, { headers: old, anonymous: true });
    assert.equal(hidden.status, 404);
    assert.equal(hidden.headers['docker-distribution-api-version'], undefined);
  }
  const newer = await ask(gateway, '/v2/', { headers: { 'user-agent': 'docker/1.50.0' } });
  assert.equal(newer.status, 200);
  const off = await startTestGateway(t, { v1: { access: 'off' } });
  assert.equal((await ask(off, '/v2/', { headers: old })).status, 200);
});

test('a stranger makes an account where that is allowed, and it holds at once', async (t) => {
  const gateway = await startTestGateway(t, { v1: { registration: true } });
  const register = (username: string, password = 'secret') =>
    ask(gateway, '/v1/users/', {
      method: 'POST',
      anonymous: true,
      body: JSON.stringify({ username, password, email: 'a@example.com' }),
    });
  const made = await register('grace');
  assert.equal(made.status, 201, made.text);
  const authorization = `Basic ${Buffer.from('grace:secret').toString('base64')}`;
  assert.equal((await ask(gateway, '/v1/users/', { headers: { authorization } })).status, 200);
  const twice = await register('grace');
  assert.deepEqual([twice.status, twice.text], [400, '"Username or email already exists"']);
  for (const name of ['abc', 'Grace', 'a b c d', 'a:bcd', '../../x'])
    assert.equal((await register(name)).status, 400, name);
  assert.equal((await register('henry', 'four')).status, 400);
  const other = await ask(gateway, '/v1/users', { method: 'PUT', anonymous: true, body: '{}' });
  assert.equal(other.status, 401);
  const statuses = await Promise.all(Array.from({ length: 30 }, () => register('grace')));
  assert.ok(
    statuses.some(({ status }) => status === 429),
    'an address may not ask for ever',
  );
});

test('a token of a v1 upstream works through the gateway, which is the endpoint', async (t) => {
  // A script in place of the Python registry, as it answers a list of images.
  const inner = 'Token signature=ABCDEFGHIJKLMNOP,repository="ada/tool",access=read';
  const upstream = await startRecorder(t, (request, response) => {
    const issues = request.url?.endsWith('/images') === true;
    const tokens = {
      'x-docker-token': inner,
      'www-authenticate': inner,
      'x-docker-endpoints': 'internal:5000',
    };
    response.writeHead(200, { 'content-type': 'application/json', ...(issues ? tokens : {}) });
    response.end(issues ? '[]' : '{}');
  });
  const gateway = await startTestGateway(t, { upstream: upstream.origin });
  const listed = await ask(gateway, '/v1/repositories/ada/tool/images');
  const token = String(listed.headers['x-docker-token']);
  assert.equal(listed.headers['x-docker-endpoints'], `localhost:${gateway.port}`);
  assert.equal(listed.headers['www-authenticate'], token);
  assert.ok(!token.includes('ABCDEFGHIJKLMNOP'));
  const headers = { authorization: `Token ${token}` };
  assert.equal((await ask(gateway, '/v1/repositories/ada/tool/tags', { headers })).status, 200);
  assert.equal(upstream.requests.at(-1)?.headers['authorization'], inner);
  const again = await ask(gateway, '/v1/repositories/ada/tool/images', { headers });
  assert.equal(again.headers['x-docker-token'], undefined, 'a token is not renewed with itself');
  const before = upstream.requests.length;
  assert.equal((await ask(gateway, '/v2/', { headers })).status, 401);
  assert.equal((await ask(gateway, '/v1/repositories/ada/x/tags', { headers })).status, 401);
  assert.equal((await ask(gateway, '/v1/images/a/json', { headers, method: 'PUT' })).status, 401);
  assert.equal((await ask(gateway, '/v1/images/a/json', { headers: { authorization: inner } })).status, 401);
  assert.equal(upstream.requests.length, before);
});

test('the tokens of another index are checked by asking it, once for many requests', async (t) => {
  const image = 'a'.repeat(64);
  const index = await startRecorder(t, (request, response) => {
    const isRight = request.headers.authorization?.includes('signature=GOOD') === true;
    response.writeHead(isRight ? 200 : 401, { 'content-type': 'application/json' });
    response.end(isRight ? JSON.stringify([{ id: image }]) : '{}');
  });
  const gateway = await startTestGateway(t, { v1: { index: { origin: index.origin } } });
  const send = (signature: string, path: string) =>
    ask(gateway, path, {
      headers: { authorization: `Token signature=${signature},repository="ada/tool",access=read` },
    });
  assert.equal((await send('GOOD', '/v1/repositories/ada/tool/tags')).status, 404);
  assert.equal((await send('GOOD', `/v1/images/${image}/json`)).status, 404);
  assert.equal((await send('GOOD', '/v1/repositories/ada/other/tags')).status, 401);
  assert.deepEqual(
    index.requests.map(({ url }) => url),
    ['/v1/repositories/ada/tool/images'],
  );
  assert.equal((await send('BAD', '/v1/repositories/ada/tool/tags')).status, 401);
  await index.close();
  assert.equal((await send('OTHER', '/v1/repositories/ada/tool/tags')).status, 503);
});
