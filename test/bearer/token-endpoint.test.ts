import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyListHandler } from '../../src/bearer/key-list.js';
import { exchangeOf, formOf, jsonOf } from './exchange.js';
import { openMint } from './fixture.js';
import { claimsOf, headerOf } from './forgery.js';
import { ALICE, serve } from './token-server.js';

test('docker’s way: a GET with a password, for a scope, with a refresh token', async (t) => {
  const server = await serve(t);
  const query =
    'account=alice&client_id=docker&offline_token=true&service=dockgate&scope=repository:team/app:push,pull&scope=repository:secret:pull%20registry:catalog:*';
  const { status, json, headers } = await server.ask({ query, headers: { authorization: ALICE } });
  assert.equal(status, 200);
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(json['token'], json['access_token']);
  assert.equal(json['expires_in'], 6 * 3_600);
  assert.equal(json['issued_at'], '2030-01-01T00:00:00.000Z');
  assert.equal(json['scope'], 'repository:team/app:pull,push registry:catalog:*');
  const token = String(json['token']);
  assert.deepEqual(headerOf(token), { typ: 'JWT', alg: 'ES256', kid: server.keys.signing.id });
  const { iss, sub, aud, nbf, iat, exp, access, jti } = claimsOf(token);
  const now = server.clock.time / 1_000;
  assert.deepEqual(
    [iss, sub, aud, nbf, iat, exp],
    ['dockgate', 'alice', 'dockgate', now - 60, now, now + 21_600],
  );
  assert.match(String(jti), /^[\w-]{16}$/);
  assert.deepEqual(access, [
    { type: 'repository', name: 'team/app', actions: ['pull', 'push'] },
    { type: 'registry', name: 'catalog', actions: ['*'] },
  ]);
  const verdict = await server.check.check(`Bearer ${token}`);
  assert.ok(verdict?.kind === 'granted' && verdict.limits?.allows('push', 'team/app'));
  assert.deepEqual(server.notices, [
    { user: 'alice', address: '192.0.2.1', service: 'dockgate', scope: json['scope'] },
  ]);
  const refreshed = await server.ask(
    formOf({
      grant_type: 'refresh_token',
      refresh_token: String(json['refresh_token']),
      service: 'dockgate',
    }),
  );
  assert.equal(refreshed.status, 200);
  assert.equal(claimsOf(String(refreshed.json['access_token']))['sub'], 'alice');
  assert.equal(refreshed.json['refresh_token'], undefined, 'none was asked for');
});

test('the OAuth 2 way: a form with a password', async (t) => {
  const server = await serve(t);
  const form = { grant_type: 'password', username: 'alice', password: 'secret', client_id: 'containerd' };
  const { status, json } = await server.ask(
    formOf({ ...form, service: 'dockgate', scope: 'repository:team/app:pull', access_type: 'offline' }),
  );
  assert.equal(status, 200);
  assert.equal(json['scope'], 'repository:team/app:pull');
  assert.equal(typeof json['refresh_token'], 'string');
});

test('strangers get tokens for what is theirs, and none where nothing is', async (t) => {
  const server = await serve(t);
  const query = 'service=dockgate&scope=repository:public:pull,push';
  const { status, json } = await server.ask({ query: `${query}&offline_token=true` });
  assert.equal(status, 200);
  assert.equal(json['scope'], 'repository:public:pull');
  assert.equal(json['refresh_token'], undefined);
  const verdict = await server.check.check(`Bearer ${String(json['token'])}`);
  assert.ok(verdict?.kind === 'granted' && verdict.user === undefined);
  const empty = await server.ask({ query: 'scope=repository:team/app:pull' });
  assert.deepEqual([empty.status, empty.json['scope']], [200, '']);
  server.admits = false;
  assert.equal((await server.ask({ query })).status, 401);
});

test('a robot gets what its own token opens, and loses what it got with it', async (t) => {
  const server = await serve(t);
  const authorization = `Basic ${Buffer.from('robot:ci:dgt_x').toString('base64')}`;
  const query =
    'service=dockgate&offline_token=true&scope=repository:robots:pull,push&scope=repository:team/app:pull';
  const { json } = await server.ask({ query, headers: { authorization } });
  assert.equal(json['scope'], 'repository:robots:pull');
  const form = formOf({
    grant_type: 'refresh_token',
    refresh_token: String(json['refresh_token']),
    scope: 'repository:robots:pull,push',
  });
  assert.equal((await server.ask(form)).json['scope'], 'repository:robots:pull');
  server.bound.delete('robot robot:ci');
  assert.equal((await server.ask(form)).status, 401);
});

test('a refresh token ends with the password that it was given for', async (t) => {
  const server = await serve(t);
  const { json } = await server.ask({ query: 'offline_token=true', headers: { authorization: ALICE } });
  const form = formOf({ grant_type: 'refresh_token', refresh_token: String(json['refresh_token']) });
  assert.equal((await server.ask(form)).status, 200);
  server.bound.set('password alice', { text: 'another' });
  assert.equal((await server.ask(form)).status, 401);
  const elsewhere = formOf({
    grant_type: 'refresh_token',
    refresh_token: String(json['refresh_token']),
    service: 'other',
  });
  assert.equal((await server.ask(elsewhere)).status, 401);
  const access = formOf({ grant_type: 'refresh_token', refresh_token: String(json['token']) });
  assert.equal((await server.ask(access)).status, 401);
});

test('bad credentials are one answer, in both forms', async (t) => {
  const server = await serve(t);
  const wrong = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
  const answers = [
    await server.ask({ headers: wrong('alice:wrong') }),
    await server.ask({ headers: wrong('nobody:secret') }),
    await server.ask(formOf({ grant_type: 'password', username: 'alice', password: 'wrong' })),
    await server.ask(formOf({ grant_type: 'refresh_token', refresh_token: 'x' })),
  ];
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
  const { status, json, headers } = await server.ask({ headers: wrong('alice:wrong') });
  assert.equal(status, 401);
  assert.equal(headers['www-authenticate'], 'Basic realm="the \\"registry\\""');
  assert.equal(json['error'], 'invalid_grant');
  assert.deepEqual(json['errors'], [{ code: 'UNAUTHORIZED', message: 'authentication required' }]);
});

test('a token is not exchanged for another one', async (t) => {
  const server = await serve(t);
  server.verdict = { kind: 'granted', way: 'bearer', user: 'alice' };
  assert.equal((await server.ask({ headers: { authorization: ALICE } })).status, 401);
  server.verdict = { kind: 'granted', way: 'v1 token', user: 'alice' };
  assert.equal((await server.ask({ headers: { authorization: ALICE } })).status, 401);
});

test('who guesses waits', async (t) => {
  const server = await serve(t);
  server.verdict = { kind: 'throttled', retryAfter: 1_500 };
  const { status, json, headers } = await server.ask({ headers: { authorization: ALICE } });
  assert.deepEqual([status, headers['retry-after']], [429, 2]);
  assert.deepEqual((json['errors'] as { code: string }[])[0]?.code, 'TOOMANYREQUESTS');
  server.verdict = { kind: 'overloaded' };
  assert.equal((await server.ask({ headers: { authorization: ALICE } })).status, 503);
});

test('tokens for another registry are worth nothing here', async (t) => {
  const server = await serve(t);
  const { json } = await server.ask({
    query: 'service=other&scope=repository:team/app:pull',
    headers: { authorization: ALICE },
  });
  assert.equal(claimsOf(String(json['token']))['aud'], 'other');
  assert.deepEqual(await server.check.check(`Bearer ${String(json['token'])}`), {
    kind: 'unauthorized',
    token: true,
  });
});

test('the public keys can be read by everybody, and kept for a while', async (t) => {
  const { keys } = await openMint(t);
  const handle = keyListHandler(keys);
  const reply = await handle(exchangeOf({ path: '/.well-known/jwks.json' }));
  assert.equal(reply.headers['cache-control'], 'public, max-age=300');
  const [jwk] = jsonOf(reply)['keys'] as Record<string, unknown>[];
  assert.deepEqual(Object.keys(jwk ?? {}).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  await assert.rejects(handle(exchangeOf({ method: 'PUT' })), { status: 405 });
});

test('forged refresh tokens are checked a few at a time, and too many at once are sent away', async (t) => {
  const server = await serve(t);
  const { json } = await server.ask({ query: 'offline_token=true', headers: { authorization: ALICE } });
  const [head = '', claims = ''] = String(json['refresh_token']).split('.');
  const forged = formOf({
    grant_type: 'refresh_token',
    refresh_token: `${head}.${claims}.${Buffer.alloc(64, 1).toString('base64url')}`,
  });
  const answers = await Promise.all(Array.from({ length: 1_000 }, () => server.ask(forged)));
  const statuses = answers.map(({ status }) => status);
  assert.deepEqual([...new Set(statuses)].sort(), [401, 503]);
  assert.equal(answers.find(({ status }) => status === 503)?.headers['retry-after'], 1);
});

test('whoever came with the password of before gets no token that hangs on the new one', async (t) => {
  const server = await serve(t);
  // More than are signed at once, so that some wait.
  const asked = { query: 'offline_token=true', headers: { authorization: ALICE } };
  const answers = Array.from({ length: 40 }, () => server.ask(asked));
  await new Promise(setImmediate);
  server.bound.set('password alice', { text: 'another' });
  let refused = 0;
  for (const { status, json } of await Promise.all(answers)) {
    if (status === 401) refused += 1;
    else {
      const verdict = await server.check.check(`Bearer ${String(json['token'])}`);
      assert.deepEqual(verdict, { kind: 'unauthorized', token: true });
    }
    if (json['refresh_token'] === undefined) continue;
    const form = formOf({ grant_type: 'refresh_token', refresh_token: String(json['refresh_token']) });
    assert.equal((await server.ask(form)).status, 401);
  }
  assert.ok(refused > 0);
});
