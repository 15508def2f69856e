import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PASSWORD, startTestGateway, USER } from '../harness/gateway.js';
import { ask } from '../harness/request.js';
import { jsonOf } from './exchange.js';
import { spoilt } from './forgery.js';
import { DIGEST, push, tokenOf, withToken } from './visitor.js';

test('a client follows the challenge to a token, and the token opens what it is for', async (t) => {
  const gateway = await startTestGateway(t, { auth: { mode: 'bearer' } });
  const ping = await ask(gateway, '/v2/', { anonymous: true });
  assert.equal(ping.status, 401);
  assert.equal(
    ping.headers['www-authenticate'],
    `Bearer realm="https://localhost:${gateway.port}/token",service="dockgate"`,
  );
  const { token } = await tokenOf(gateway, 'repository:team/app:pull,push');
  assert.equal((await withToken(gateway, token, 'GET', '/v2/')).status, 200);
  assert.deepEqual(await push(gateway, token, 'team/app'), [202, 201]);
  assert.equal((await withToken(gateway, token, 'GET', `/v2/team/app/blobs/${DIGEST}`)).status, 200);
  for (const [method, path, scope] of [
    ['GET', `/v2/team/other/blobs/${DIGEST}`, 'repository:team/other:pull'],
    ['GET', `/v2/team/app/app/blobs/${DIGEST}`, 'repository:team/app/app:pull'],
    ['DELETE', `/v2/team/app/blobs/${DIGEST}`, 'repository:team/app:delete'],
    ['GET', '/v2/_catalog', 'registry:catalog:*'],
    ['POST', '/v2/team/other/blobs/uploads/', 'repository:team/other:pull,push'],
  ] as const) {
    const { status, headers, text } = await withToken(gateway, token, method, path);
    assert.equal(status, 401, `${method} ${path}: ${text}`);
    assert.equal(
      headers['www-authenticate'],
      `Bearer realm="https://localhost:${gateway.port}/token",service="dockgate",scope="${scope}",error="insufficient_scope"`,
    );
  }
  assert.equal((await ask(gateway, '/v2/_catalog')).status, 200, 'a password does as well');
});

test('hostile tokens, and tokens in hostile places, open nothing', async (t) => {
  const gateway = await startTestGateway(t, { auth: { mode: 'bearer' } });
  const { token, refresh_token: refresh } = await tokenOf(
    gateway,
    'repository:a:pull,push',
    '&offline_token=true',
  );
  const elsewhere = await tokenOf(gateway, 'repository:b:pull,push');
  await push(gateway, elsewhere['token'], 'b');
  for (const bad of [spoilt(String(token)), refresh, 'x', `${String(token)}x`]) {
    const { status, headers } = await withToken(gateway, bad, 'GET', '/v2/');
    assert.equal(status, 401);
    assert.match(String(headers['www-authenticate']), /error="invalid_token"$/);
  }
  for (const path of [
    `/v2/A/blobs/${DIGEST}`,
    `/v2/b/blobs/${DIGEST}`,
    `/v2/a/../b/blobs/${DIGEST}`,
    `/v2/a%2f..%2fb/blobs/${DIGEST}`,
    `/v2/b/referrers/${DIGEST}`,
    `/v2/%62/blobs/${DIGEST}`,
    '/v1/repositories/b/tags',
    '/v1/search?q=b',
    '/v2/_catalog',
  ]) {
    const { status, text } = await withToken(gateway, token, 'GET', path);
    if (path.startsWith('/v1/search')) assert.doesNotMatch(text, /"name": ?"b"/);
    else assert.ok([400, 401, 403].includes(status), `${path}: ${status} ${text}`);
  }
  // Taking a blob over from a repository that may not be pulled begins an ordinary upload.
  const mount = await withToken(gateway, token, 'POST', `/v2/a/blobs/uploads/?mount=${DIGEST}&from=b`);
  assert.equal(mount.status, 202, mount.text);
});

test('a flood of scopes is refused, and so is whoever guesses', async (t) => {
  const gateway = await startTestGateway(t);
  const scopes = Array.from({ length: 10_000 }, (_, index) => `repository:r${index}:pull`).join(' ');
  const form = new URLSearchParams({ grant_type: 'password', username: USER, password: PASSWORD });
  const post = (body: string) =>
    ask(gateway, '/token', {
      method: 'POST',
      anonymous: true,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
    });
  assert.equal((await post(`${form}&scope=${encodeURIComponent(scopes)}`)).status, 413);
  assert.equal((await post(`${form}&scope=${scopes.slice(0, 50_000).replaceAll(' ', '+')}`)).status, 400);
  const good = await post(`${form}`);
  assert.equal(good.status, 200, good.text);
  form.set('password', 'wrong');
  const wrong = await post(`${form}`);
  assert.equal(wrong.status, 401);
  assert.equal(wrong.headers['www-authenticate'], 'Basic realm="dockgate"');
  assert.equal(
    (await ask(gateway, '/token', { anonymous: true })).status,
    401,
    'strangers have nothing here',
  );
});

test('the list of keys is there for everybody', async (t) => {
  const gateway = await startTestGateway(t);
  const reply = await ask(gateway, '/.well-known/jwks.json', { anonymous: true });
  assert.equal(reply.status, 200, reply.text);
  const { keys } = jsonOf({ status: 200, headers: {}, body: reply.text }) as { keys: { kid: string }[] };
  assert.equal(keys.length, 1);
});
