import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startFickleUpstream, wireReply } from '../harness/fickle-upstream.js';
import { startTestGateway, type TestGateway } from '../harness/gateway.js';
import { openRequest, pour, replyTo, swallow } from '../harness/outgoing.js';
import { ask } from '../harness/request.js';
import { type Below, seededRandom } from '../harness/seeded-random.js';
import { until } from '../harness/until.js';

const heads: Record<string, (length: number) => string> = {
  'tells the length': (length) => `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`,
  'tells no length': () => 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n',
  'speaks HTTP/1.0': () => 'HTTP/1.0 200 OK\r\n\r\n',
};

async function start(t: TestContext, gateway: TestGateway): Promise<IncomingMessage> {
  const outgoing = openRequest(gateway, 'GET', '/v2/x/blobs/large');
  const replied = replyTo(outgoing);
  outgoing.end();
  t.after(() => outgoing.destroy());
  return replied;
}

/** Reads a reply as a client does that is busy with other things. */
async function readSlowly(reply: IncomingMessage, below: Below): Promise<number> {
  let bytes = 0;
  await delay(below(40));
  for await (const chunk of reply) {
    bytes += (chunk as Buffer).length;
    if (below(50) === 0) await delay(3);
  }
  return bytes;
}

for (const [how, head] of Object.entries(heads)) {
  test(`a slow client gets the whole reply of an upstream that ${how} and closes`, async (t) => {
    const below = seededRandom(t);
    let length = 0;
    const upstream = await startFickleUpstream(t, ({ socket }) => {
      socket.write(head(length));
      socket.end(Buffer.alloc(length, 'x'));
    });
    const gateway = await startTestGateway(t, { upstream: upstream.origin });
    for (let pull = 1; pull <= 20; pull += 1) {
      length = 6_000_000 + below(3_000_000);
      const reply = await start(t, gateway);
      assert.equal(await readSlowly(reply, below), length);
      assert.ok(reply.complete);
      assert.equal(upstream.connections.length, pull);
    }
  });
}

for (const how of ['resets', 'closes'] as const) {
  test(`a client that pauses sees a cut when the upstream ${how} in the middle, and the gateway goes on`, async (t) => {
    const upstream = await startFickleUpstream(t, ({ socket, received }) => {
      if (!received.includes('/large')) {
        socket.write(wireReply('ok'));
        return;
      }
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 200000000\r\n\r\n');
      void pour(socket, 150_000_000);
    });
    const gateway = await startTestGateway(t, { upstream: upstream.origin });
    for (let pull = 1; pull <= 5; pull += 1) {
      const reply = await start(t, gateway);
      const socket = upstream.connections.at(-1)?.socket;
      let written = -1;
      await until(async () => {
        const before = written;
        written = socket?.bytesWritten ?? 0;
        await delay(20);
        return before === written;
      }, 'the upstream is held up');
      if (how === 'resets') socket?.resetAndDestroy();
      else socket?.destroy();
      const end = await swallow(reply);
      assert.equal(end.whole, false);
      assert.equal((await ask(gateway, '/v2/')).text, 'ok');
    }
    await until(() => gateway.accessLines().length === 10, 'every exchange is logged');
    const cut = gateway.accessLines().filter(({ outcome }) => outcome === 'upstream failed');
    assert.equal(cut.length, 5);
  });
}
