import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type FickleConnection, startFickleUpstream, wireReply } from '../harness/fickle-upstream.js';
import { startTestGateway } from '../harness/gateway.js';
import { seededBytes } from '../harness/oci-layout.js';
import { openRequest, pour, replyTo, swallow } from '../harness/outgoing.js';
import { ask } from '../harness/request.js';

/** Whether the last request on a connection has arrived whole. */
function isWhole({ received }: FickleConnection): boolean {
  const start = received.lastIndexOf(' HTTP/1.1\r\n');
  const end = received.indexOf('\r\n\r\n', start);
  if (end === -1) return false;
  const head = received.slice(start, end).toLowerCase();
  const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1];
  if (length !== undefined) return received.length >= end + 4 + Number(length);
  return !head.includes('transfer-encoding') || received.endsWith('\r\n0\r\n\r\n');
}

/**
 * An upstream that keeps its first connection until the second request arrives on it, and then does with that what
 * the test says. Later connections answer.
 */
async function start(t: TestContext, onSecond: (connection: FickleConnection) => void) {
  const upstream = await startFickleUpstream(t, (connection, index) => {
    if (index === 0 && connection.requests > 1) onSecond(connection);
    else if (isWhole(connection)) connection.socket.write(wireReply(index === 0 ? 'first' : 'fresh'));
  });
  const gateway = await startTestGateway(t, { upstream: upstream.origin });
  assert.equal((await ask(gateway, '/v2/')).text, 'first');
  return { upstream, gateway };
}

/** Decodes the body of the only request on a connection. */
function bodyOf({ received }: FickleConnection): string {
  const end = received.indexOf('\r\n\r\n') + 4;
  if (!/transfer-encoding: chunked/i.test(received.slice(0, end))) return received.slice(end);
  let body = '';
  let at = end;
  for (;;) {
    const line = received.indexOf('\r\n', at);
    const size = Number.parseInt(received.slice(at, line), 16);
    if (size === 0) return body;
    body += received.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
  }
}

const endings: Record<string, (connection: FickleConnection) => void> = {
  'is reset': ({ socket }) => socket.resetAndDestroy(),
  'is closed': ({ socket }) => socket.destroy(),
  'is closed for writing': ({ socket }) => socket.end(),
};

for (const [ending, end] of Object.entries(endings)) {
  test(`a kept connection that ${ending} when a request arrives costs the client nothing`, async (t) => {
    const { upstream, gateway } = await start(t, end);
    const reply = await ask(gateway, '/v2/again');
    assert.deepEqual([reply.status, reply.text], [200, 'fresh']);
    assert.equal(upstream.connections.length, 2);
    assert.match(upstream.connections[1]?.received ?? '', /^GET \/v2\/again HTTP\/1\.1\r\n/);
  });

  for (const bytes of [1, 70_000, 3_000_000]) {
    test(`a body of ${bytes} bytes is sent again as it was when the connection ${ending}`, async (t) => {
      const body = seededBytes(bytes, 31);
      const { upstream, gateway } = await start(t, (connection) => {
        if (bytes < 1_000_000 || connection.received.length > 1_000_000) end(connection);
      });
      const reply = await ask(gateway, '/v2/x/manifests/one', { method: 'PUT', body });
      assert.deepEqual([reply.status, reply.text], [200, 'fresh']);
      assert.equal(upstream.connections.length, 2);
      const fresh = upstream.connections[1] as FickleConnection;
      assert.match(fresh.received, new RegExp(`\\r\\ncontent-length: ${bytes}\\r\\n`, 'i'));
      assert.ok(bodyOf(fresh) === body.toString('latin1'));
    });
  }
}

test('a chunked body is sent again as it was, with what the client had not sent by then', async (t) => {
  const body = seededBytes(2_000_000, 32);
  let cut = false;
  let goOn: () => void = () => {};
  const { upstream, gateway } = await start(t, ({ socket }) => {
    cut = true;
    socket.resetAndDestroy();
    goOn();
  });
  const outgoing = openRequest(gateway, 'PATCH', '/v2/x/blobs/uploads/1', { 'transfer-encoding': 'chunked' });
  const replied = replyTo(outgoing);
  const wentWrong = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  outgoing.write(body.subarray(0, 800_000));
  await wentWrong;
  outgoing.write(body.subarray(800_000, 1_100_000));
  outgoing.end(body.subarray(1_100_000));
  const reply = await replied;
  assert.equal(reply.statusCode, 200);
  assert.equal((await swallow(reply)).bytes, 'fresh'.length);
  assert.ok(cut);
  assert.ok(bodyOf(upstream.connections[1] as FickleConnection) === body.toString('latin1'));
});

test("a second connection that breaks is the client's business: it is told so, and there is no third try", async (t) => {
  const upstream = await startFickleUpstream(t, (connection, index) => {
    if (index === 0 && connection.requests === 1) connection.socket.write(wireReply('first'));
    else connection.socket.resetAndDestroy();
  });
  const gateway = await startTestGateway(t, { upstream: upstream.origin });
  await ask(gateway, '/v2/');
  const reply = await ask(gateway, '/v2/again');
  assert.equal(reply.status, 502);
  assert.equal(upstream.connections.length, 2);
});

for (const begun of [
  'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n',
  'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf',
]) {
  test(`a reply that has begun is not asked for again: ${begun.length} bytes of it`, async (t) => {
    const { upstream, gateway } = await start(t, ({ socket }) => socket.write(begun, () => socket.destroy()));
    const outcome = await ask(gateway, '/v2/again').then(
      (reply) => reply.status,
      (error: NodeJS.ErrnoException) => error.code,
    );
    assert.ok(outcome === 502 || outcome === 'ECONNRESET', `${outcome}`);
    assert.equal(upstream.connections.length, 1);
  });
}

test('a body over 4 MiB of which much was sent is not sent again: the client is told that the upstream broke off', async (t) => {
  const { upstream, gateway } = await start(t, (connection) => {
    if (connection.received.length > 5_000_000) connection.socket.resetAndDestroy();
  });
  const outgoing = openRequest(gateway, 'PATCH', '/v2/x/blobs/uploads/1', { 'content-length': 20_000_000 });
  outgoing.on('error', () => {});
  const replied = replyTo(outgoing);
  void pour(outgoing, 20_000_000);
  const reply = await replied;
  assert.equal(reply.statusCode, 502);
  assert.equal(upstream.connections.length, 1);
});
