import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestGateway } from '../harness/gateway.js';
import { ask } from '../harness/request.js';

test('A bearer token gets no token of the v1 API, which would outlive it; a password does.', async (t) => {
  const gateway = await startTestGateway(t);
  const created = await ask(gateway, '/v1/repositories/a/b/', { method: 'PUT', body: '[]' });
  assert.match(String(created.headers['x-docker-token']), /^Token /i);
  const { text } = await ask(gateway, '/token?service=dockgate&scope=repository:a/b:pull,push');
  const headers = { authorization: `Bearer ${(JSON.parse(text) as { token: string }).token}` };
  for (const [method, path] of [
    ['GET', '/v1/repositories/a/b/images'],
    ['PUT', '/v1/repositories/a/b/'],
  ] as const) {
    const body = method === 'PUT' ? { body: '[]' } : {};
    const reply = await ask(gateway, path, { method, headers, ...body });
    assert.equal(reply.status, 200);
    assert.equal(reply.headers['x-docker-token'], undefined);
    assert.equal(reply.headers['www-authenticate'], undefined);
  }
});
