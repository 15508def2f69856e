import assert from 'node:assert/strict';
import { createServer as createPlainServer, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../harness/directory.js';
import { freePort } from '../harness/free-port.js';
import { startTestGateway } from '../harness/gateway.js';
import { startRecorder } from '../harness/recorder.js';
import { ask, type SimpleReply } from '../harness/request.js';
import { startSecureUpstream } from '../harness/secure-upstream.js';
import { until } from '../harness/until.js';

function assertOciError(reply: SimpleReply, status: number): void {
  assert.equal(reply.status, status);
  assert.equal(reply.headers['content-type'], 'application/json');
  assert.equal(reply.headers['docker-distribution-api-version'], 'registry/2.0');
  const { errors } = JSON.parse(reply.text) as { errors: { code: string; message: string }[] };
  assert.equal(errors.length, 1);
  assert.equal(errors[0]?.code, 'UNAVAILABLE');
  assert.match(errors[0]?.message ?? '', /registry/);
}

test('an upstream that is down is told as 502, in the form that each reader expects', async (t) => {
  const port = await freePort();
  const gateway = await startTestGateway(t, { upstream: `http://127.0.0.1:${port}` });
  assertOciError(await ask(gateway, '/v2/'), 502);
  assertOciError(await ask(gateway, '/v2/x/blobs/uploads/1', { method: 'PATCH', body: 'abc' }), 502);
  const v1 = await ask(gateway, '/v1/search?q=x');
  assert.equal(v1.status, 502);
  assert.equal(typeof (JSON.parse(v1.text) as { error: unknown }).error, 'string');
  const page = await ask(gateway, '/', { headers: { accept: 'text/html' } });
  assert.equal(page.status, 502);
  assert.match(String(page.headers['content-type']), /^text\/html/);
  const ping = await ask(gateway, '/_ping', { anonymous: true });
  assert.equal(ping.status, 502, 'the ping needs no password, and shows that the registry is down');
  for (const reply of [v1, page, ping]) assert.ok(!reply.text.includes(String(port)), 'no particulars');
});

test('an upstream that comes back serves again without a restart', async (t) => {
  const port = await freePort();
  const gateway = await startTestGateway(t, { upstream: `http://127.0.0.1:${port}` });
  assert.equal((await ask(gateway, '/v2/')).status, 502);
  const first = await startRecorder(t, undefined, port);
  assert.equal((await ask(gateway, '/v2/')).status, 200);
  await first.close();
  assert.equal((await ask(gateway, '/v2/')).status, 502);
  await startRecorder(t, undefined, port);
  assert.equal((await ask(gateway, '/v2/')).status, 200);
});

test('an upstream that does not answer in time is told as 504', async (t) => {
  const recorder = await startRecorder(t, (request) => {
    request.resume();
  });
  const gateway = await startTestGateway(t, { upstream: recorder.origin, timeouts: { firstByte: 1_000 } });
  const [read, written] = await Promise.all([
    ask(gateway, '/v2/'),
    ask(gateway, '/v2/x/manifests/one', { method: 'PUT', body: '{}' }),
  ]);
  assertOciError(read, 504);
  assertOciError(written, 504);
  await until(() => gateway.accessLines().length === 2, 'two access lines');
  for (const line of gateway.accessLines()) assert.equal(line['outcome'], 'timed out');
});

test('a reply that is not HTTP is told as 502', async (t) => {
  const recorder = await startRecorder(t, (_request, response) => {
    response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n');
  });
  const gateway = await startTestGateway(t, { upstream: recorder.origin });
  assertOciError(await ask(gateway, '/v2/'), 502);
});

test('an upstream with TLS is reached when its authority is named, whatever name the client uses', async (t) => {
  const hosts: (string | undefined)[] = [];
  const { origin, ca } = await startSecureUpstream(t, ['localhost'], (request, response) => {
    hosts.push(request.headers.host);
    response.end('secure');
  });
  const gateway = await startTestGateway(t, { upstream: origin, upstreamOptions: { ca } });
  for (const host of [`localhost:${gateway.port}`, 'registry.example:8443']) {
    const reply = await ask(gateway, '/v2/', { headers: { host } });
    assert.deepEqual([reply.status, reply.text], [200, 'secure']);
    assert.equal(hosts.at(-1), host);
  }
});

test('an upstream whose certificate nobody vouches for, or for another name, is told as 502', async (t) => {
  let asked = 0;
  const answer: RequestListener = (_request, response) => {
    asked += 1;
    response.end();
  };
  const one = await startSecureUpstream(t, ['localhost'], answer);
  const other = await startSecureUpstream(t, ['localhost'], answer);
  const misnamed = await startSecureUpstream(t, ['registry.example'], answer);
  for (const [origin, ca] of [
    [one.origin, other.ca],
    [one.origin, undefined],
    [misnamed.origin, misnamed.ca],
  ] as const) {
    const gateway = await startTestGateway(t, { upstream: origin, upstreamOptions: { ca } });
    for (const host of [`localhost:${gateway.port}`, 'registry.example']) {
      assertOciError(await ask(gateway, '/v2/', { headers: { host } }), 502);
    }
    assert.ok(gateway.log.some((line) => line['msg'] === 'the upstream failed' && line['reason'] !== ''));
  }
  assert.equal(asked, 0, 'nothing is said to a stranger');
});

test('an upstream on a unix socket is reached, and Location is corrected as ever', async (t) => {
  const socketPath = join(temporaryDirectory(t), 'registry.sock');
  const server = createPlainServer((request, response) => {
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on('end', () => {
      response.writeHead(202, { location: `http://${request.headers.host}/v2/next` }).end(String(bytes));
    });
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const gateway = await startTestGateway(t, {
    upstream: 'http://localhost',
    upstreamOptions: {
      servers: [{ origin: 'http://localhost', socketPath, weight: 1, backup: false }],
    },
  });
  const reply = await ask(gateway, '/v2/x', { method: 'PATCH', body: Buffer.alloc(1_000_000) });
  assert.deepEqual([reply.status, reply.text], [202, '1000000']);
  assert.equal(reply.headers.location, `${gateway.url}/v2/next`);
});

test('more requests than connections to the upstream wait for their turn', async (t) => {
  const recorder = await startRecorder(t);
  const gateway = await startTestGateway(t, {
    upstream: recorder.origin,
    upstreamOptions: { connections: 2 },
  });
  const replies = await Promise.all(Array.from({ length: 20 }, (_, index) => ask(gateway, `/v2/${index}`)));
  assert.ok(replies.every(({ status }) => status === 200));
  assert.equal(recorder.connections.length, 2);
});
