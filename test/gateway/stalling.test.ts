import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { connect as connectPlain } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { AUTHORIZATION, startTestGateway, type TestGateway } from '../harness/gateway.js';
import { openRaw } from '../harness/raw-connection.js';
import { type Answer, type Recorder, startRecorder } from '../harness/recorder.js';
import { readReplies } from '../harness/replies.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { assertDrains } from './hostile/drain.js';

const HEAD = `HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${AUTHORIZATION}\r\n`;
const TIMEOUTS = { headers: 1_000, idle: 1_500, keepAlive: 2_000 };

interface Place {
  readonly gateway: TestGateway;
  readonly recorder: Recorder;
}

async function startPlace(t: TestContext, answer?: Answer): Promise<Place> {
  const recorder = await startRecorder(t, answer);
  const gateway = await startTestGateway(t, {
    upstream: recorder.origin,
    timeouts: TIMEOUTS,
    minimumRate: 500,
  });
  return { gateway, recorder };
}

function outcomes({ gateway }: Place): unknown[] {
  return gateway.accessLines().map((line) => line['outcome']);
}

test('headers that do not end in time end the connection, whether they stall or trickle', async (t) => {
  const place = await startPlace(t);
  for (const trickles of [false, true]) {
    const connection = await openRaw(t, place.gateway.port, place.gateway.ca);
    connection.write(`GET /v2/ ${HEAD}`);
    const timer = setInterval(() => trickles && connection.write('X-Line: 1\r\n'), 50);
    t.after(() => clearInterval(timer));
    const { replies } = readReplies(await connection.closed(), [], true);
    clearInterval(timer);
    assert.ok(replies.length <= 1);
    assert.equal(replies[0]?.status ?? 408, 408);
    assert.equal(place.recorder.requests.length, 0);
  }
});

test('a connection without a request, without a handshake or between requests does not stay for ever', async (t) => {
  const place = await startPlace(t);
  const silent = await openRaw(t, place.gateway.port, place.gateway.ca);
  const idle = await openRaw(t, place.gateway.port, place.gateway.ca);
  idle.write(`GET /v2/ ${HEAD}\r\n`);
  await idle.expect(/200 OK/);
  const plain = connectPlain(place.gateway.port, '127.0.0.1');
  t.after(() => plain.destroy());
  plain.on('error', () => {});
  let isClosed = false;
  plain.on('close', () => {
    isClosed = true;
  });
  await silent.closed();
  await idle.closed();
  assert.equal(readReplies(idle.received()).replies.length, 1);
  await until(() => isClosed, 'the connection without a handshake ends');
});

test('a body that stalls ends the request, and the upstream learns that it is not whole', async (t) => {
  let broken = 0;
  const place = await startPlace(t, (request) => {
    request.resume();
    request.on('error', () => {
      broken += 1;
    });
  });
  for (const framing of ['Content-Length: 1000', 'Transfer-Encoding: chunked']) {
    const connection = await openRaw(t, place.gateway.port, place.gateway.ca);
    connection.write(`PUT /v2/a ${HEAD}${framing}\r\n\r\n5\r\nhello\r\n`);
    const [reply] = readReplies(await connection.closed(), [], true).replies;
    assert.equal(reply?.status, 408, framing);
  }
  await until(() => broken === place.recorder.requests.length, 'the upstream sees broken requests');
  assert.deepEqual(outcomes(place), ['timed out', 'timed out']);
});

test('a body that stalls behind a refused password is ended, too', async (t) => {
  const place = await startPlace(t);
  const connection = await openRaw(t, place.gateway.port, place.gateway.ca);
  connection.write('PUT /v2/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhello');
  const { replies } = readReplies(await connection.closed(), [], true);
  assert.deepEqual(
    replies.map(({ status }) => status),
    [401],
  );
  assert.equal(place.recorder.requests.length, 0);
});

test('a body that goes on behind a refused password is read as long as it keeps the minimum rate', async (t) => {
  const place = await startPlace(t);
  const head = `PUT /v2/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${300 * 50}\r\n\r\n`;
  const steady = await openRaw(t, place.gateway.port, place.gateway.ca);
  steady.write(head);
  const trickling = await openRaw(t, place.gateway.port, place.gateway.ca);
  trickling.write(head);
  const timer = setInterval(() => trickling.write('x'), 100);
  t.after(() => clearInterval(timer));
  for (let step = 0; step < 50; step += 1) {
    await delay(150);
    steady.write('x'.repeat(300));
  }
  steady.write(`GET /v2/ ${HEAD}\r\n`);
  await steady.expect(/200 OK/);
  await trickling.closed();
  assert.equal(readReplies(trickling.received(), [], true).replies.length, 1);
});

test('a body that trickles below the minimum rate ends the request', async (t) => {
  const place = await startPlace(t, (request) => request.resume());
  const connection = await openRaw(t, place.gateway.port, place.gateway.ca);
  connection.write(`PUT /v2/a ${HEAD}Content-Length: 100000\r\n\r\n`);
  const timer = setInterval(() => connection.write('x'), 50);
  t.after(() => clearInterval(timer));
  const [reply] = readReplies(await connection.closed(), [], true).replies;
  assert.equal(reply?.status, 408);
  assert.deepEqual(outcomes(place), ['timed out']);
});

test('a client that does not read a large reply is cut, and the upstream is let go', async (t) => {
  let ended = false;
  const chunk = Buffer.alloc(1024 * 1024);
  const place = await startPlace(t, (_request, response: ServerResponse) => {
    response.on('close', () => {
      ended = true;
    });
    const send = (): void => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', send);
    send();
  });
  const connection = await openRaw(t, place.gateway.port, place.gateway.ca);
  connection.socket.pause();
  connection.write(`GET /v2/a/blobs/b ${HEAD}\r\n`);
  await until(() => ended, 'the upstream is let go');
  await until(() => outcomes(place).includes('timed out'), 'the access log tells of it');
  assert.ok(Number(place.gateway.accessLines()[0]?.['sent']) < 64 * 1024 * 1024, 'memory stays bounded');
});

test('slow transfers that go on are never ended, although they take longer than every limit', async (t) => {
  const steps = 40;
  const place = await startPlace(t, async (request, response, recorded) => {
    if (recorded.method === 'PUT') {
      let length = 0;
      for await (const part of request) length += (part as Buffer).length;
      response.end(String(length));
      return;
    }
    for (let step = 0; step < steps; step += 1) {
      response.write('x'.repeat(300));
      await delay(150);
    }
    response.end();
  });
  const download = ask(place.gateway, '/v2/a/blobs/b');
  const connection = await openRaw(t, place.gateway.port, place.gateway.ca);
  connection.write(`PUT /v2/a ${HEAD}Content-Length: ${steps * 300}\r\n\r\n`);
  for (let step = 0; step < steps; step += 1) {
    await delay(150);
    connection.write('x'.repeat(300));
  }
  await connection.expect(/200 OK/);
  assert.equal(readReplies(connection.received()).replies[0]?.body, String(steps * 300));
  assert.equal((await download).body.length, steps * 300);
  assert.deepEqual(outcomes(place).sort(), ['complete', 'complete']);
});

test('an upstream that thinks longer than the idle time before its first byte is waited for', async (t) => {
  const place = await startPlace(t, (_request, response) => {
    setTimeout(() => response.end('at last'), 5_000);
  });
  assert.equal(
    (await ask(place.gateway, '/v2/a/blobs/uploads/b', { method: 'PUT', body: 'x' })).text,
    'at last',
  );
});

test('a client that asks without end and reads nothing is cut, and leaves nothing behind', async (t) => {
  const place = await startPlace(t);
  const connection = await openRaw(t, place.gateway.port, place.gateway.ca);
  connection.socket.pause();
  const batch = Buffer.from('GET /v2/ HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(10_000));
  let isCut = false;
  const send = (error?: Error | null): void => {
    if (error === undefined || error === null) connection.socket.write(batch, send);
    else isCut = true;
  };
  send();
  await until(() => isCut, 'the gateway gives up');
  assert.ok(outcomes(place).length < 100_000, `${outcomes(place).length} requests were taken`);
  assert.equal((await ask(place.gateway, '/v2/')).status, 200);
  await assertDrains(place.gateway);
});
