import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../harness/directory.js';
import { canConnect } from '../harness/docker-registry.js';
import { AUTHORIZATION } from '../harness/gateway.js';
import { openRequest, replyTo, swallow } from '../harness/outgoing.js';
import { openRaw } from '../harness/raw-connection.js';
import { startRecorder } from '../harness/recorder.js';
import { type Serving, serve } from '../harness/served.js';
import { until } from '../harness/until.js';

/** A program in front of an upstream that begins every pull and ends it when it is told to. */
async function start(t: TestContext, words: readonly string[] = []) {
  const pulls: ServerResponse[] = [];
  const recorder = await startRecorder(t, (request, response) => {
    if (request.method === 'GET') {
      response.writeHead(200, { 'content-length': 2_000_000 });
      response.write(Buffer.alloc(1_000_000));
      pulls.push(response);
      return;
    }
    let bytes = 0;
    request.on('error', () => {});
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on('end', () => response.end(String(bytes)));
  });
  const served = await serve(t, temporaryDirectory(t), ['--upstream', recorder.origin, ...words]);
  return { recorder, served, pulls };
}

async function beginPull(served: Serving) {
  const outgoing = openRequest(served, 'GET', '/v2/x/blobs/1');
  outgoing.on('error', () => {});
  outgoing.end();
  const reply = await replyTo(outgoing);
  return { end: swallow(reply) };
}

function outcomes(served: Serving): unknown[] {
  return served
    .lines()
    .filter(({ msg }) => msg === 'request')
    .map(({ outcome }) => outcome);
}

test('after SIGTERM no connection is accepted, what runs finishes, and the exit code is 0', async (t) => {
  const { recorder, served, pulls } = await start(t);
  const idle = await openRaw(t, served.port, served.ca);
  idle.write(`HEAD /_ping HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${AUTHORIZATION}\r\n\r\n`);
  await idle.expect(/\r\n\r\n/);
  const { end } = await beginPull(served);
  const pushing = openRequest(served, 'PATCH', '/v2/x/blobs/uploads/1', { 'content-length': 2_000_000 });
  const pushed = replyTo(pushing);
  pushing.write(Buffer.alloc(1_000_000));
  await until(() => recorder.requests.length === 3 && pulls.length === 1, 'pull and push run');

  served.kill('SIGTERM');
  await until(async () => !(await canConnect(served.port)), 'nothing new is accepted');
  await idle.closed();
  assert.ok(!served.isOver);
  pushing.end(Buffer.alloc(1_000_000));
  const reply = await pushed;
  assert.equal(reply.statusCode, 200);
  assert.equal(reply.headers.connection, 'close');
  assert.equal((await swallow(reply)).bytes, '2000000'.length);
  assert.ok(!served.isOver, 'the pull is still running');
  pulls[0]?.end(Buffer.alloc(1_000_000));
  assert.deepEqual(await end, { bytes: 2_000_000, whole: true });
  assert.deepEqual(await served.ended, { code: 0, signal: null });
  assert.deepEqual(outcomes(served), ['complete', 'complete', 'complete']);
  const messages = served.lines().map(({ msg }) => msg);
  assert.equal(messages.at(-1), 'stopped');
  assert.equal(served.lines().find(({ msg }) => String(msg).startsWith('stopping'))?.['signal'], 'SIGTERM');
});

test('a second signal ends it at once, and the cut pull does not look whole', async (t) => {
  const { served } = await start(t);
  const { end } = await beginPull(served);
  served.kill('SIGTERM');
  await until(() => served.lines().some(({ msg }) => String(msg).startsWith('stopping')), 'it is stopping');
  assert.ok(!served.isOver);
  served.kill('SIGINT');
  assert.equal((await end).whole, false);
  assert.deepEqual(await served.ended, { code: 0, signal: null });
  assert.equal(outcomes(served).length, 1, 'what was cut is logged as well');
});

test('--grace ends a transfer that hangs', async (t) => {
  const { served } = await start(t, ['--grace', '1s']);
  const { end } = await beginPull(served);
  const pushing = openRequest(served, 'PATCH', '/v2/x/blobs/uploads/1', { 'content-length': 2_000_000 });
  pushing.on('error', () => {});
  pushing.write(Buffer.alloc(1_000));
  served.kill('SIGINT');
  assert.equal((await end).whole, false);
  assert.deepEqual(await served.ended, { code: 0, signal: null });
});

test('without anything running a signal ends it soon, kept and silent connections or not', async (t) => {
  const { served } = await start(t);
  const idle = await openRaw(t, served.port, served.ca);
  const silent = await openRaw(t, served.port, served.ca);
  idle.write(`PUT /v2/x HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${AUTHORIZATION}\r\n\r\n`);
  await idle.expect(/\r\n\r\n0$|\r\n0\r\n\r\n$/);
  const shaking = connect(served.port, '127.0.0.1');
  t.after(() => shaking.destroy());
  shaking.on('error', () => {});
  await once(shaking, 'connect');
  const closed = once(shaking, 'close');
  served.kill('SIGTERM');
  await idle.closed();
  await silent.closed();
  await closed;
  assert.deepEqual(await served.ended, { code: 0, signal: null });
});

test('who has connected before the signal and asks after it gets an answer', async (t) => {
  const { served } = await start(t);
  const newcomer = await openRaw(t, served.port, served.ca);
  served.kill('SIGTERM');
  await until(() => served.stdout().includes('"stopping'), 'the server is stopping');
  newcomer.write(`PUT /v2/x HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${AUTHORIZATION}\r\n\r\n`);
  await newcomer.expect(/^HTTP\/1\.1 200 [\s\S]*connection: close/i);
  assert.deepEqual(await served.ended, { code: 0, signal: null });
});
