import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startFickleUpstream } from '../harness/fickle-upstream.js';
import { freePort } from '../harness/free-port.js';
import { startTestGateway, type TestGateway } from '../harness/gateway.js';
import { seededBytes } from '../harness/oci-layout.js';
import { openRequest, pour, replyTo, swallow } from '../harness/outgoing.js';
import { type Recorder, startRecorder } from '../harness/recorder.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { serverAt } from './fleet.js';
import { startFullBacklog } from './full-backlog.js';

const UPLOAD = '/v2/x/blobs/uploads/1';

/** A gateway in front of servers that are asked in their order. */
function startInFront(
  t: TestContext,
  origins: readonly string[],
  options: Parameters<typeof startTestGateway>[1] & { maximumFailures?: number } = {},
): Promise<TestGateway> {
  const { maximumFailures = 1, ...rest } = options;
  const servers = origins.map((origin) => serverAt(origin));
  return startTestGateway(t, { ...rest, upstream: '', upstreamOptions: { servers, maximumFailures } });
}

async function closedOrigin(): Promise<string> {
  return `http://127.0.0.1:${await freePort()}`;
}

function linesOf(gateway: TestGateway, message: string) {
  return gateway.log.filter(({ msg }) => msg === message);
}

for (const method of ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'])
  test(`A ${method} goes on to the next server when the first takes no connection, and the log says so once.`, async (t) => {
    const recorder = await startRecorder(t);
    const gateway = await startInFront(t, [await closedOrigin(), recorder.origin]);
    const body = method === 'GET' || method === 'DELETE' ? '' : 'some bytes';
    for (let index = 0; index < 4; index += 1) {
      const reply = await ask(gateway, UPLOAD, { method, ...(body === '' ? {} : { body }) });
      assert.equal(reply.status, 200);
    }
    assert.equal(recorder.requests.length, 4);
    for (const each of recorder.requests) assert.equal(each.body.toString(), body);
    assert.equal(linesOf(gateway, 'an upstream server is down').length, 1);
    assert.equal(linesOf(gateway, 'the upstream failed').length, 0);
  });

test('An upload of any size goes on to the next server when the first takes no connection: nothing of it was read.', async (t) => {
  let received = 0;
  const recorder = await startRecorder(t, (request, response) => {
    request.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    request.on('end', () => response.end());
  });
  const gateway = await startInFront(t, [await closedOrigin(), await closedOrigin(), recorder.origin]);
  const outgoing = openRequest(gateway, 'PATCH', UPLOAD, { 'content-length': 20_000_000 });
  const replied = replyTo(outgoing);
  await pour(outgoing, 20_000_000);
  assert.equal((await swallow(await replied)).whole, true);
  assert.equal(received, 20_000_000);
});

/** A server that takes a whole request, and goes without a word. */
async function startLeaver(t: TestContext, last: string) {
  return startFickleUpstream(t, ({ received, socket }) => {
    if (received.includes('\r\n\r\n') && received.endsWith(last)) socket.destroy();
  });
}

for (const [method, body] of [
  ['GET', undefined],
  ['PUT', seededBytes(100_000, 5).toString('hex')],
  ['DELETE', undefined],
] as const)
  test(`A ${method} that a server has taken and not answered is repeated elsewhere, as it was.`, async (t) => {
    const leaver = await startLeaver(t, body ?? '\r\n\r\n');
    const recorder = await startRecorder(t);
    const gateway = await startInFront(t, [leaver.origin, recorder.origin]);
    const reply = await ask(gateway, UPLOAD, { method, ...(body === undefined ? {} : { body }) });
    assert.equal(reply.status, 200);
    assert.equal(leaver.connections.filter(({ received }) => received.includes(UPLOAD)).length, 1);
    assert.equal(recorder.requests.length, 1);
    assert.ok(recorder.requests[0]?.body.toString() === (body ?? ''));
  });

for (const method of ['POST', 'PATCH'])
  test(`A ${method} that a server has taken and not answered is not sent to another one.`, async (t) => {
    const leaver = await startLeaver(t, 'the end');
    const recorder = await startRecorder(t);
    const gateway = await startInFront(t, [leaver.origin, recorder.origin]);
    const reply = await ask(gateway, UPLOAD, { method, body: 'to the end' });
    assert.equal(reply.status, 502);
    assert.equal(recorder.requests.length, 0);
    assert.equal((await ask(gateway, UPLOAD, { method, body: 'to the end' })).status, 200);
  });

test('A request on a kept connection of a server that was killed is tried there once more, and then goes on.', async (t) => {
  const port = await freePort();
  const first = await startRecorder(t, undefined, port);
  const second = await startRecorder(t);
  const gateway = await startInFront(t, [first.origin, second.origin]);
  await ask(gateway, '/v2/');
  await ask(gateway, '/v2/');
  const kept = first.connections[0];
  await first.close();
  const body = seededBytes(500_000, 6);
  assert.ok(kept?.destroyed);
  assert.equal((await ask(gateway, UPLOAD, { method: 'PATCH', body })).status, 200);
  assert.equal(second.requests.length, 2);
  assert.ok(second.requests[1]?.body.equals(body));
});

test('A reply that has begun is cut, and nobody else is asked.', async (t) => {
  const half = await startFickleUpstream(t, ({ socket }) =>
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\nhalf', () => socket.destroy()),
  );
  const recorder = await startRecorder(t);
  const gateway = await startInFront(t, [half.origin, recorder.origin]);
  await ask(gateway, '/v2/x/blobs/1').then(
    ({ status }) => assert.equal(status, 502),
    ({ code }: NodeJS.ErrnoException) => assert.equal(code, 'ECONNRESET'),
  );
  assert.equal(recorder.requests.length, 0);
});

test('While all servers are down, requests beyond all connections are told so, and the first that comes back serves.', async (t) => {
  const port = await freePort();
  const gateway = await startTestGateway(t, {
    upstream: '',
    upstreamOptions: {
      servers: [serverAt(await closedOrigin()), serverAt(`http://127.0.0.1:${port}`)],
      connections: 2,
    },
  });
  const replies = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      ask(gateway, '/v2/', index % 2 === 0 ? {} : { method: 'PUT', body: 'abc' }),
    ),
  );
  for (const { status, text } of replies) {
    assert.equal(status, 502);
    assert.equal(JSON.parse(text).errors[0].code, 'UNAVAILABLE');
  }
  assert.equal(linesOf(gateway, 'an upstream server is down').length, 2);
  const back: Recorder = await startRecorder(t, undefined, port);
  assert.equal((await ask(gateway, '/v2/')).status, 200);
  assert.equal(back.requests.length, 1);
  assert.equal(linesOf(gateway, 'an upstream server is up again').length, 1);
});

test('A server that lets everybody wait for a connection costs the first requests their patience, and no later ones.', async (t) => {
  const port = await startFullBacklog(t);
  const recorder = await startRecorder(t);
  const gateway = await startInFront(t, [`http://127.0.0.1:${port}`, recorder.origin], {
    timeouts: { connect: 900 },
  });
  const replies = await Promise.all(
    Array.from({ length: 4 }, () => ask(gateway, UPLOAD, { method: 'POST', body: 'abc' })),
  );
  assert.deepEqual(
    replies.map(({ status }) => status),
    [200, 200, 200, 200],
  );
  assert.equal((await ask(gateway, '/v2/')).status, 200);
  assert.deepEqual(
    linesOf(gateway, 'an upstream server is down').map(({ server }) => server),
    [`http://127.0.0.1:${port}`],
  );
});

test('A server that says nothing for as long as it may is down, and the next request goes elsewhere.', async (t) => {
  const silent = await startFickleUpstream(t, () => {});
  const recorder = await startRecorder(t);
  const gateway = await startInFront(t, [silent.origin, recorder.origin], { timeouts: { firstByte: 1_000 } });
  assert.equal((await ask(gateway, '/v2/')).status, 504);
  assert.equal(linesOf(gateway, 'an upstream server is down')[0]?.['reason'], 'no reply in time');
  assert.equal((await ask(gateway, '/v2/')).status, 200);
  assert.equal((await ask(gateway, '/v2/')).status, 200);
});

test('A client that leaves, or sends too little, is no fault of a server.', async (t) => {
  const silent = await startFickleUpstream(t, () => {});
  const gateway = await startInFront(t, [silent.origin, await closedOrigin()]);
  const outgoing = openRequest(gateway, 'PUT', UPLOAD, { 'content-length': 1000 });
  outgoing.on('error', () => {});
  outgoing.write('abc');
  await until(() => silent.connections.length === 1, 'the server has the request');
  const gone = new Promise((resolve) => silent.connections[0]?.socket.once('close', resolve));
  outgoing.destroy();
  await gone;
  assert.equal(linesOf(gateway, 'an upstream server is down').length, 0);
});
