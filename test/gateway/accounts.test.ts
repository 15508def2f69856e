import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PASSWORD, startTestGateway, USER } from '../harness/gateway.js';
import { ask } from '../harness/request.js';

const basic = (user: string, password: string): { authorization: string } => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

test('users change their own password, which holds at once, and end their tokens with it', async (t) => {
  const gateway = await startTestGateway(t);
  const created = await ask(gateway, '/v1/repositories/ada/tool/', { method: 'PUT', body: '[]' });
  const authorization = String(created.headers['x-docker-token']);
  assert.notEqual(
    (await ask(gateway, '/v1/repositories/ada/tool/tags', { headers: { authorization } })).status,
    401,
  );
  const body = JSON.stringify({ password: 'another', email: 'a@example.com' });
  const changed = await ask(gateway, `/v1/users/${USER}/`, { method: 'PUT', body });
  assert.equal(changed.status, 204, changed.text);
  assert.equal((await ask(gateway, '/v1/users/', { headers: basic(USER, 'another') })).status, 200);
  assert.equal((await ask(gateway, '/v1/users/', { headers: basic(USER, PASSWORD) })).status, 401);
  assert.equal(
    (await ask(gateway, '/v1/repositories/ada/tool/tags', { headers: { authorization } })).status,
    401,
  );
  const others = await ask(gateway, '/v1/users/grace/', {
    method: 'PUT',
    body,
    headers: basic(USER, 'another'),
  });
  assert.equal(others.status, 403);
});

test('nobody gets an account where strangers are not taken in', async (t) => {
  const gateway = await startTestGateway(t);
  const before = readFileSync(gateway.htpasswd, 'utf8');
  const body = JSON.stringify({ username: 'grace', password: 'secret', email: '' });
  const stranger = await ask(gateway, '/v1/users/', { method: 'POST', body, anonymous: true });
  assert.equal(stranger.status, 401);
  const user = await ask(gateway, '/v1/users/', { method: 'POST', body });
  assert.equal(user.status, 403);
  assert.equal(readFileSync(gateway.htpasswd, 'utf8'), before);
});

test('many who want the same name at once: one gets it, and the file has one line of it', async (t) => {
  const gateway = await startTestGateway(t, { v1: { registration: true } });
  const replies = await Promise.all(
    Array.from({ length: 12 }, (_, index) => {
      const body = JSON.stringify({ username: 'grace', password: `secret${index}`, email: '' });
      return ask(gateway, '/v1/users/', { method: 'POST', body, anonymous: true });
    }),
  );
  const statuses = replies.map(({ status }) => status);
  assert.equal(statuses.filter((status) => status === 201).length, 1, statuses.join());
  assert.ok(
    statuses.every((status) => status === 201 || status === 400 || status === 503),
    statuses.join(),
  );
  assert.equal(readFileSync(gateway.htpasswd, 'utf8').match(/^grace:/gm)?.length, 1);
});
