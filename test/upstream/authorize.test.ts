import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import type { Failure } from '../../src/exchange/failure.js';
import type { Call } from '../../src/http/call.js';
import { parseTarget } from '../../src/routing/target.js';
import { type Authorize, Upstream } from '../../src/upstream/upstream.js';
import { afterwards } from '../harness/afterwards.js';

interface Outcome {
  readonly status: number;
  readonly headers: readonly string[];
}

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
  const lines: string[] = [];
  const upstream = new Upstream({
    configuration: {
      servers: [
        {
          origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
          socketPath: undefined,
          weight: 1,
          backup: false,
        },
      ],
      maximumFailures: 1,
      failTimeout: 10_000,
      ca: undefined,
      passAuthorization: true,
      tokens: true,
      connections: 4,
    },
    ca: undefined,
    hostnames: [],
    seal: { sealing: () => () => undefined },
    endpoints: [],
    timeouts: { headers: 9000, idle: 9000, keepAlive: 9000, connect: 9000, firstByte: 9000, grace: 9000 },
    logger: pino({}, { write: (line: string) => lines.push(line) }),
    authorize,
  });
  afterwards(t, async () => {
    await upstream.close();
    server.closeAllConnections();
    server.close();
  });
  const send = (path: string, more: Partial<Call> = {}): Promise<Outcome> =>
    new Promise((resolve) => {
      let status = 0;
      let headers: readonly string[] = [];
      const delivery = {
        id: 'test',
        user: 'alice',
        request: { method: 'GET' },
        begin: (code: number, fields: readonly string[]) => {
          status = code;
          headers = fields;
        },
        write: () => true,
        end: () => resolve({ status, headers }),
        send: (reply: { status: number }) => resolve({ status: reply.status, headers: [] }),
        fail: (failure: Failure) =>
          resolve({ status: failure.status, headers: Object.keys(failure.headers) }),
      };
      const call = {
        delivery,
        head: { fields: ['authorization', 'Basic c2VjcmV0'], connection: [], hasBody: false, host: 'h' },
        target: parseTarget(path),
        client: { address: '127.0.0.1', chain: '127.0.0.1', protocol: 'https', host: 'h' },
        origin: 'https://h',
        ...more,
      };
      upstream.answer(call as unknown as Call);
    });
  return { send, seen, lines };
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
  assert.match(lines.join(''), /the upstream refuses the tokens of this gateway: check/);
});

test('A token that cannot be made ends the request, and nothing is asked.', async (t) => {
  const { send, seen } = await open(t, () => Promise.reject(new Error('no key')));
  assert.equal((await send('/v2/a/tags/list')).status, 502);
  assert.equal((await send('/v2/_catalog', { rights })).status, 502);
  assert.deepEqual(seen, []);
});
