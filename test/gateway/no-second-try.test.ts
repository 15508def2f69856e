import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type FickleUpstream, startFickleUpstream, wireReply } from '../harness/fickle-upstream.js';
import { startTestGateway } from '../harness/gateway.js';
import { ask } from '../harness/request.js';

const PATH = '/v2/x/blobs/uploads/1';
const BODY = 'helloworld';

/** How often the upstream was sent a request for {@link PATH}. */
function times({ connections }: FickleUpstream): number {
  return connections.reduce(
    (sum, { received }) => sum + received.split(` ${PATH} HTTP/1.1\r\n`).length - 1,
    0,
  );
}

/** An upstream that takes a whole request for {@link PATH} and goes without a word; anything else it answers. */
async function start(t: TestContext, body: string) {
  const upstream = await startFickleUpstream(t, ({ received, socket }) => {
    const asked = received.indexOf(` ${PATH} HTTP/1.1\r\n`);
    if (asked === -1) socket.write(wireReply('ok'));
    else if (received.slice(asked).includes('\r\n\r\n') && received.endsWith(body)) socket.destroy();
  });
  return { upstream, gateway: await startTestGateway(t, { upstream: upstream.origin }) };
}

for (const method of ['POST', 'PATCH', 'PUT', 'DELETE']) {
  const body = method === 'DELETE' ? undefined : BODY;

  test(`a ${method} on a new connection that dies without an answer is sent once`, async (t) => {
    const { upstream, gateway } = await start(t, body ?? '');
    const reply = await ask(gateway, PATH, { method, ...(body === undefined ? {} : { body }) });
    assert.equal(reply.status, 502);
    assert.equal(times(upstream), 1);
    assert.equal(upstream.connections.length, 1);
  });

  test(`a ${method} on a kept connection that dies without an answer is sent twice at most`, async (t) => {
    const { upstream, gateway } = await start(t, body ?? '');
    assert.equal((await ask(gateway, '/v2/')).text, 'ok');
    const reply = await ask(gateway, PATH, { method, ...(body === undefined ? {} : { body }) });
    assert.equal(reply.status, 502);
    assert.equal(times(upstream), 2);
    assert.equal(upstream.connections.length, 2);
  });
}
