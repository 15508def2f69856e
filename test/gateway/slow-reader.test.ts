import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startTestGateway } from '../harness/gateway.js';
import { openRequest, pour, replyTo } from '../harness/outgoing.js';
import { startRecorder } from '../harness/recorder.js';

const RATE = 50_000;

test('a client that reads slowly and steadily is not taken for one that has stopped', async (t) => {
  const length = 200_000_000;
  const recorder = await startRecorder(t, (_request, response) => {
    response.writeHead(200, { 'content-length': length });
    void pour(response, length);
  });
  const gateway = await startTestGateway(t, { upstream: recorder.origin, timeouts: { idle: 2_000 } });
  const outgoing = openRequest(gateway, 'GET', '/v2/x/blobs/large');
  const replied = replyTo(outgoing);
  outgoing.end();
  t.after(() => outgoing.destroy());
  const reply = await replied;
  assert.equal(reply.statusCode, 200);
  reply.on('error', () => {});
  // Longer than the idle time, and shorter than a reader may take before it shows progress.
  let bytes = 0;
  for await (const chunk of reply) {
    bytes += (chunk as Buffer).length;
    await delay(((chunk as Buffer).length / RATE) * 1_000);
    if (bytes >= RATE * 8) break;
  }
  assert.ok(bytes >= RATE * 8, `the client was cut after ${bytes} bytes`);
  assert.deepEqual(
    gateway.accessLines().map(({ outcome }) => outcome),
    [],
  );
});
