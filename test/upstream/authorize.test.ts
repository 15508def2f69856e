import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { Authorize } from '../../src/upstream/upstream.js';
import { afterwards } from '../harness/afterwards.js';
import { openUpstream, serverAt } from './fleet.js';

/** An upstream that takes one token, and a gateway's way to it without the gateway's front. */
async function open(t: TestContext, authorize: Authorize) {
  const seen: unknown[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    const isKnown = request.headers.authorization === 'Bearer good';
    response.writeHead(isKnown ? 200 : 401, { 'www-authenticate': 'Bearer realm="https://inside/token"' });
    response.end('{"repositories":["a"]}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(t, () => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { ...openUpstream(t, { servers: [serverAt(origin)], tokens: true, authorize }), seen };
}

const rights = { may: () => true };

test('The token of the gateway goes to the upstream in place of the password, made at once or later.', async (t) => {
  for (const value of ['Bearer good', Promise.resolve('Bearer good')]) {
    const { send, seen } = await open(t, () => value);
    assert.equal((await send('/v2/a/tags/list')).status, 200);
    assert.equal((await send('/v2/_catalog', { rights })).status, 200);
    assert.deepEqual(seen, ['Bearer good', 'Bearer good']);
  }
});

test('A challenge of an upstream that refuses the token stays inside, and the log says what to check.', async (t) => {
  const { send, seen, lines } = await open(t, () => 'Bearer bad');
  for (const path of ['/v2/a/tags/list', '/v2/_catalog']) {
    const outcome = await send(path, { rights });
    assert.equal(outcome.status, 502, path);
    assert.ok(!outcome.headers.includes('www-authenticate'));
  }
  assert.deepEqual(seen, ['Bearer bad', 'Bearer bad']);
  assert.match(String(lines[0]?.['msg']), /^the upstream refuses the tokens of this gateway: check/);
});

test('A token that cannot be made ends the request, and nothing is asked.', async (t) => {
  const { send, seen } = await open(t, () => Promise.reject(new Error('no key')));
  assert.equal((await send('/v2/a/tags/list')).status, 502);
  assert.equal((await send('/v2/_catalog', { rights })).status, 502);
  assert.deepEqual(seen, []);
});
