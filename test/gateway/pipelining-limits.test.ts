import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { AUTHORIZATION, startTestGateway } from '../harness/gateway.js';
import { pour } from '../harness/outgoing.js';
import { openRaw } from '../harness/raw-connection.js';
import { startRecorder } from '../harness/recorder.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';

/** Exchanges that one connection may have open. */
const MAXIMUM_PIPELINED = 16;
const PING = 'GET /_ping HTTP/1.1\r\nHost: localhost\r\n\r\n';

const head = (line: string, framing = 'Content-Length: 0'): string =>
  `${line} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${AUTHORIZATION}\r\n${framing}\r\n\r\n`;

function finish(response: ServerResponse | undefined, text: string): void {
  response?.writeHead(200, { 'content-length': text.length });
  response?.end(text);
}

/** An upstream that keeps what it is asked waiting, except for `/v2/`, and a gateway in front of it. */
async function start(t: TestContext, options: { connections?: number; idle?: number } = {}) {
  const waiting = new Map<string, ServerResponse[]>();
  const recorder = await startRecorder(t, ({ url = '' }, response) => {
    if (url === '/v2/') finish(response, 'fine');
    else waiting.set(url, [...(waiting.get(url) ?? []), response]);
  });
  const { connections = 256, idle = 60_000 } = options;
  const gateway = await startTestGateway(t, {
    upstream: recorder.origin,
    upstreamOptions: { connections },
    timeouts: { idle },
  });
  const connection = await openRaw(t, gateway.port, gateway.ca);
  const held = (url: string): ServerResponse[] => waiting.get(url) ?? [];
  /** What was written before has been looked at once another connection has had its answers. */
  const settle = async (): Promise<void> => {
    for (let round = 0; round < 5; round += 1) assert.equal((await ask(gateway, '/v2/')).text, 'fine');
  };
  return { recorder, gateway, connection, held, settle };
}

test('hundreds of pipelined pings open 16 requests at the upstream, and the connection ends with their answers', async (t) => {
  const { recorder, connection, held, settle } = await start(t);
  connection.write(PING.repeat(400));
  await until(() => held('/_ping').length >= MAXIMUM_PIPELINED, 'the upstream is asked');
  await settle();
  assert.equal(held('/_ping').length, MAXIMUM_PIPELINED);
  for (const [index, response] of held('/_ping').entries()) finish(response, `answer ${index};`);
  const text = await connection.closed();
  const answers = [...text.matchAll(/answer (\d+);/g)].map(([, index]) => Number(index));
  assert.equal(answers.length, MAXIMUM_PIPELINED);
  assert.equal(text.match(/HTTP\/1\.1 /g)?.length, MAXIMUM_PIPELINED);
  assert.equal(recorder.requests.filter(({ url }) => url === '/_ping').length, MAXIMUM_PIPELINED);
});

test('two requests that only read wait both for the one before them that changes something', async (t) => {
  const { connection, held, settle } = await start(t);
  connection.write(head('PUT /v2/a') + head('GET /v2/b') + head('GET /v2/c'));
  await until(() => held('/v2/a').length === 1, 'the upstream is asked to put');
  await settle();
  assert.equal(held('/v2/b').length + held('/v2/c').length, 0);
  finish(held('/v2/a')[0], 'first');
  await until(() => held('/v2/b').length === 1, 'the upstream is asked for b');
  finish(held('/v2/b')[0], 'second');
  await until(() => held('/v2/c').length === 1, 'the upstream is asked for c');
  finish(held('/v2/c')[0], 'third');
  assert.match(await connection.expect(/third/), /first.*second.*third/s);
});

test('garbage behind a slow request adds no listeners, and the request gets its answer', async (t) => {
  const { gateway, connection, held, settle } = await start(t);
  const responses: ServerResponse[] = [];
  const listener = (message: unknown): void => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    if (request.url === '/_ping' && request.socket.localPort === gateway.port) responses.push(response);
  };
  subscribe('http.server.request.start', listener);
  t.after(() => unsubscribe('http.server.request.start', listener));
  connection.socket.setNoDelay(true);
  connection.write(PING);
  await until(() => held('/_ping').length === 1, 'the upstream is asked');
  for (let count = 0; count < 500; count += 1) {
    connection.write('\x01');
    if (count % 10 === 0) await turn();
  }
  await settle();
  assert.equal(responses.length, 1);
  for (const event of responses[0]?.eventNames() ?? []) {
    assert.ok((responses[0]?.listenerCount(event) ?? 0) <= 10, `${String(event)} has few listeners`);
  }
  finish(held('/_ping')[0], 'late but whole');
  assert.match(await connection.closed(), /^HTTP\/1\.1 200 [\s\S]*late but whole$/);
});

test('a bad chunk behind a download that is not read harms nobody else', async (t) => {
  const { gateway, connection, held, settle } = await start(t);
  connection.socket.pause();
  connection.write(
    `${head('GET /v2/large') + head('GET /_ping', 'Transfer-Encoding: chunked')}5\r\nhello\r\n`,
  );
  await until(() => held('/v2/large').length === 1 && held('/_ping').length === 1, 'both are asked for');
  const [large] = held('/v2/large');
  large?.writeHead(200, { 'content-length': 100_000_000 });
  if (large !== undefined) void pour(large, 100_000_000);
  held('/_ping')[0]?.writeHead(200, { 'content-length': 10 });
  held('/_ping')[0]?.write('hello');
  await settle();
  connection.write('zz\r\n');
  await settle();
  held('/_ping')[0]?.end('world');
  await settle();
  connection.socket.destroy();
  await until(
    () => gateway.accessLines().filter(({ target }) => target !== '/v2/').length === 2,
    'both exchanges end',
  );
  await settle();
});

test('a bad chunk under an answer that has begun ends the connection and nothing else', async (t) => {
  const { connection, held, settle } = await start(t);
  connection.write(`${head('GET /_ping', 'Transfer-Encoding: chunked')}5\r\nhello\r\n`);
  await until(() => held('/_ping').length === 1, 'the upstream is asked');
  const [response] = held('/_ping');
  response?.writeHead(200, { 'content-length': 10 });
  response?.flushHeaders();
  await settle();
  connection.write('zz\r\n');
  await settle();
  response?.end('helloworld');
  await connection.closed();
  await settle();
});

test('a client that leaves while its upload waits for a connection to the upstream harms nobody else', async (t) => {
  const { recorder, gateway, connection, held } = await start(t, { connections: 2 });
  for (const index of [0, 1]) {
    const other = await openRaw(t, gateway.port, gateway.ca);
    other.write(PING);
    await until(() => held('/_ping').length === index + 1, 'the upstream is busy');
  }
  connection.write(`${PING + head('GET /v2/upload', 'Content-Length: 100')}hello`);
  const alive = await openRaw(t, gateway.port, gateway.ca);
  alive.write('GET /_ping HTTP/1.1\r\n\r\n');
  await alive.expect(/^HTTP\/1\.1 400 /);
  connection.socket.destroy();
  await until(
    () => gateway.accessLines().filter(({ outcome }) => outcome === 'client gone').length === 2,
    'both exchanges of the client are over',
  );
  for (const response of held('/_ping')) finish(response, 'done');
  assert.equal((await ask(gateway, '/v2/')).text, 'fine');
  assert.ok(!recorder.requests.some(({ url }) => url === '/v2/upload'));
});

test('a long download is not cut because a pipelined answer waits behind it', async (t) => {
  const { gateway, connection, held } = await start(t, { idle: 1_000 });
  connection.write(head('GET /v2/large') + head('GET /v2/'));
  await until(() => held('/v2/large').length === 1, 'the upstream is asked');
  const [large] = held('/v2/large');
  large?.writeHead(200, { 'content-length': 100_000 });
  let blocks = 0;
  const timer = setInterval(() => {
    blocks += 1;
    if (blocks < 20) large?.write('x'.repeat(5_000));
    else large?.end('x'.repeat(5_000));
    if (blocks === 20) clearInterval(timer);
  }, 200);
  t.after(() => clearInterval(timer));
  await until(
    () => connection.isClosed || /x\r?\n?HTTP[\s\S]*fine$/.test(connection.received()),
    'both arrive',
  );
  assert.match(connection.received(), /x{100000}HTTP\/1\.1 200 [\s\S]*fine$/);
  await until(() => gateway.accessLines().length === 2, 'both are logged');
  assert.deepEqual(
    gateway.accessLines().map(({ outcome }) => outcome),
    ['complete', 'complete'],
  );
});
