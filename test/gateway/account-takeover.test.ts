import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { rule } from '../access/rule-texts.js';
import { temporaryDirectory } from '../harness/directory.js';
import { startTestGateway, type TestGateway, USER } from '../harness/gateway.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';

const BODY = JSON.stringify({ password: 'hijacked', email: 'a@example.com' });

/** The `Authorization` of a token that opens one repository for reading. */
async function readingToken(gateway: TestGateway): Promise<{ readonly authorization: string }> {
  const { text } = await ask(gateway, '/token?service=dockgate&scope=repository:a/b:pull');
  return { authorization: `Bearer ${(JSON.parse(text) as { token: string }).token}` };
}

test('A token that opens less than its user never becomes the password.', async (t) => {
  const audit = join(temporaryDirectory(t), 'audit.log');
  const gateway = await startTestGateway(t, { audit });
  const before = readFileSync(gateway.htpasswd, 'utf8');
  const headers = await readingToken(gateway);
  for (const [method, path] of [
    ['PUT', `/v1/users/${USER}`],
    ['PUT', `/v1/users/${USER}/`],
    ['PUT', `/v1/%75sers/${USER}/`],
    ['POST', '/v1/users/'],
  ] as const) {
    assert.equal(
      (await ask(gateway, path, { method, body: BODY, headers })).status,
      403,
      `${method} ${path}`,
    );
  }
  assert.equal(readFileSync(gateway.htpasswd, 'utf8'), before);
  // Who it is the token does say.
  assert.equal((await ask(gateway, '/v1/users/', { headers })).status, 200);
  assert.equal((await ask(gateway, `/v1/users/${USER}/`, { method: 'PUT', body: BODY })).status, 204);
  await until(() => readFileSync(audit, 'utf8').includes('"event":"account"'), 'the change is told');
  const [line = ''] = readFileSync(audit, 'utf8').match(/.*"event":"account".*/) ?? [];
  const { user, way, outcome, detail } = JSON.parse(line) as Record<string, unknown>;
  assert.deepEqual({ user, way, outcome }, { user: USER, way: 'password', outcome: 'done' });
  assert.deepEqual(detail, { method: 'PUT', part: `/v1/users/${USER}/` });
});

test('Accounts are closed to strangers, whatever the rules let them do.', async (t) => {
  const allow = rule({ actions: ['pull', 'push', 'delete', 'catalog', 'search', 'admin'], anonymous: true });
  const gateway = await startTestGateway(t, { access: { rules: [allow], groups: undefined } });
  for (const [method, path] of [
    ['GET', '/v1/users/'],
    ['POST', '/v1/users/'],
    ['PUT', `/v1/users/${USER}/`],
  ] as const) {
    const reply = await ask(gateway, path, {
      method,
      anonymous: true,
      ...(method === 'GET' ? {} : { body: BODY }),
    });
    assert.equal(reply.status, 401, `${method} ${path}`);
  }
});
