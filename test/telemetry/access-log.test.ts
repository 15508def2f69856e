import assert from 'node:assert/strict';
import { Agent } from 'node:https';
import { type TestContext, test } from 'node:test';
import { freePort } from '../harness/free-port.js';
import {
  AUTHORIZATION,
  type LogLine,
  PASSWORD,
  startTestGateway,
  type TestGateway,
  USER,
} from '../harness/gateway.js';
import { openRequest, pour, replyTo, swallow } from '../harness/outgoing.js';
import { openRaw } from '../harness/raw-connection.js';
import { startRecorder } from '../harness/recorder.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';

/** Waits for so many access lines, and checks that each has the fields that all have. */
async function lines(gateway: TestGateway, count: number): Promise<LogLine[]> {
  await until(() => gateway.accessLines().length >= count, `${count} access lines`);
  const found = gateway.accessLines();
  assert.equal(found.length, count);
  for (const line of found) {
    assert.equal(line['level'], 30);
    assert.match(String(line['time']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.match(String(line['id']), /^[\w-]+$/);
    assert.ok(Number(line['ms']) >= 0);
    if ('upstreamMs' in line) assert.ok(Number(line['upstreamMs']) <= Number(line['ms']) + 0.01);
    assert.match(String(line['tls']), /^TLSv1\.[23]$/);
  }
  assert.equal(new Set(found.map(({ id }) => id)).size, count, 'every request has an id of its own');
  return found;
}

/** What is left of a line without what differs from run to run. */
function pick(line: LogLine | undefined): LogLine {
  const { level, time, id, ms, upstreamMs, tls, msg, ...rest } = line ?? {};
  return rest;
}

test('a request leaves one line that tells who asked for what and how it went', async (t) => {
  const recorder = await startRecorder(t);
  const gateway = await startTestGateway(t, { upstream: recorder.origin });
  const target = '/v2/team/app/blobs/uploads/1?digest=sha256:ab&_state=s3cret';
  await ask(gateway, target, { method: 'PUT', body: Buffer.alloc(100_000) });
  const [line] = await lines(gateway, 1);
  assert.deepEqual(pick(line), {
    user: USER,
    client: '127.0.0.1',
    method: 'PUT',
    target: '/v2/team/app/blobs/uploads/1?digest=sha256:ab&_state=...',
    status: 200,
    received: 100_000,
    sent: 2,
    outcome: 'complete',
  });
  assert.equal(typeof line?.['upstreamMs'], 'number');
  assert.ok(!gateway.rawLog().includes('s3cret'));
  for (const secret of [PASSWORD, AUTHORIZATION.slice(6)]) assert.ok(!gateway.rawLog().includes(secret));
});

test('requests of one connection leave a line each, chunked bodies counted without their framing', async (t) => {
  const gateway = await startTestGateway(t);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  await ask(gateway, '/v2/', { agent });
  await ask(gateway, '/_ping', { agent, anonymous: true, method: 'HEAD' });
  const outgoing = openRequest(gateway, 'POST', '/v2/x/blobs/uploads/', { 'transfer-encoding': 'chunked' });
  const replied = replyTo(outgoing);
  for (const size of [1, 2, 3]) outgoing.write(Buffer.alloc(size));
  outgoing.end();
  await swallow(await replied);
  const [first, ping, upload] = await lines(gateway, 3);
  assert.deepEqual([first?.['user'], first?.['outcome']], [USER, 'complete']);
  assert.ok(!('upstreamMs' in (first ?? {})), 'nothing stands behind the embedded registry');
  assert.ok(!('user' in (ping ?? {})), 'nobody asked for a name');
  assert.deepEqual([ping?.['method'], ping?.['status'], ping?.['sent']], ['HEAD', 200, 0]);
  assert.equal(upload?.['received'], 6);
});

test('the line comes when the last byte is gone, not before', async (t) => {
  let finish: () => void = () => {};
  const recorder = await startRecorder(t, (_request, response) => {
    response.writeHead(200, { 'content-length': 10 });
    response.write('begun');
    finish = () => response.end('ended');
  });
  const gateway = await startTestGateway(t, { upstream: recorder.origin });
  const outgoing = openRequest(gateway, 'GET', '/v2/x');
  outgoing.end();
  const reply = await replyTo(outgoing);
  assert.equal(gateway.accessLines().length, 0);
  finish();
  assert.deepEqual(await swallow(reply), { bytes: 10, whole: true });
  const [line] = await lines(gateway, 1);
  assert.deepEqual([line?.['sent'], line?.['outcome']], [10, 'complete']);
});

interface Ending {
  readonly outcome: string;
  readonly name: string;
  produce(t: TestContext): Promise<TestGateway>;
  readonly expected: LogLine;
}

const gone: Pick<LogLine, string> = { client: '127.0.0.1', user: USER };

const endings: readonly Ending[] = [
  {
    outcome: 'client gone',
    name: 'the client leaves in the middle of its body',
    async produce(t) {
      const recorder = await startRecorder(t, (request) => {
        request.on('error', () => {});
        request.resume();
      });
      const gateway = await startTestGateway(t, { upstream: recorder.origin });
      const outgoing = openRequest(gateway, 'PUT', '/v2/x', { 'content-length': 1_000 });
      outgoing.on('error', () => {});
      outgoing.write(Buffer.alloc(100));
      await until(() => recorder.requests.length === 1, 'the upload runs');
      outgoing.destroy();
      return gateway;
    },
    expected: { ...gone, method: 'PUT', target: '/v2/x', status: 0, received: 100, sent: 0 },
  },
  {
    outcome: 'upstream failed',
    name: 'nothing listens behind',
    async produce(t) {
      const gateway = await startTestGateway(t, { upstream: `http://127.0.0.1:${await freePort()}` });
      await ask(gateway, '/v2/', { method: 'HEAD' });
      return gateway;
    },
    expected: { ...gone, method: 'HEAD', target: '/v2/', status: 502, received: 0, sent: 0 },
  },
  {
    outcome: 'upstream failed',
    name: 'the upstream leaves in the middle of its answer',
    async produce(t) {
      const recorder = await startRecorder(t, (_request, response) => {
        response.writeHead(200, { 'content-length': 1_000 });
        response.write(Buffer.alloc(100), () => response.destroy());
      });
      const gateway = await startTestGateway(t, { upstream: recorder.origin });
      await ask(gateway, '/v2/x').catch(() => {});
      return gateway;
    },
    expected: { ...gone, method: 'GET', target: '/v2/x', status: 200, received: 0, sent: 100 },
  },
  {
    outcome: 'timed out',
    name: 'the upstream does not answer',
    async produce(t) {
      const recorder = await startRecorder(t, () => {});
      const gateway = await startTestGateway(t, {
        upstream: recorder.origin,
        timeouts: { firstByte: 1_000 },
      });
      await ask(gateway, '/v2/', { method: 'HEAD' });
      return gateway;
    },
    expected: { ...gone, method: 'HEAD', target: '/v2/', status: 504, received: 0, sent: 0 },
  },
  {
    outcome: 'timed out',
    name: 'the client does not send its body',
    async produce(t) {
      const recorder = await startRecorder(t);
      const gateway = await startTestGateway(t, { upstream: recorder.origin, timeouts: { idle: 1_000 } });
      const raw = await openRaw(t, gateway.port, gateway.ca);
      const fields = `Host: localhost\r\nAuthorization: ${AUTHORIZATION}\r\nContent-Length: 10\r\n`;
      raw.write(`PUT /v2/x HTTP/1.1\r\n${fields}\r\nhalf`);
      assert.match(await raw.closed(), /^HTTP\/1\.1 408 /);
      return gateway;
    },
    expected: { ...gone, method: 'PUT', target: '/v2/x', status: 408, received: 4 },
  },
  {
    outcome: 'timed out',
    name: 'the client does not take its answer',
    async produce(t) {
      const recorder = await startRecorder(t, (_request, response) => {
        response.writeHead(200, { 'content-length': 500_000_000 });
        void pour(response, 500_000_000);
      });
      const gateway = await startTestGateway(t, { upstream: recorder.origin, timeouts: { idle: 1_000 } });
      const raw = await openRaw(t, gateway.port, gateway.ca);
      raw.socket.pause();
      raw.write(`GET /v2/x HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${AUTHORIZATION}\r\n\r\n`);
      await until(() => gateway.accessLines().length === 1, 'the exchange is over');
      return gateway;
    },
    expected: { ...gone, method: 'GET', target: '/v2/x', status: 200, received: 0 },
  },
  {
    outcome: 'refused',
    name: 'a wrong password',
    async produce(t) {
      const gateway = await startTestGateway(t);
      const authorization = `Basic ${Buffer.from(`${USER}:wrong`).toString('base64')}`;
      await ask(gateway, '/v2/', { method: 'HEAD', headers: { authorization } });
      return gateway;
    },
    expected: { client: '127.0.0.1', method: 'HEAD', target: '/v2/', status: 401, received: 0, sent: 0 },
  },
  {
    outcome: 'refused',
    name: 'a target that no two servers read alike',
    async produce(t) {
      const gateway = await startTestGateway(t);
      const raw = await openRaw(t, gateway.port, gateway.ca);
      raw.write('GET /_ping/../v2/x?token=s3cret HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await raw.closed();
      assert.ok(!gateway.rawLog().includes('s3cret'));
      return gateway;
    },
    expected: { client: '127.0.0.1', method: 'GET', target: '/_ping/../v2/x', status: 400, received: 0 },
  },
];

for (const { outcome, name, produce, expected } of endings) {
  test(`an exchange that ends otherwise is logged as such: ${outcome}, ${name}`, async (t) => {
    const [line] = await lines(await produce(t), 1);
    const { sent, ...others } = pick(line);
    const wanted = 'sent' in expected ? { sent, ...others } : others;
    assert.deepEqual(wanted, { ...expected, outcome });
  });
}

test('log level warn leaves out access lines', async (t) => {
  const gateway = await startTestGateway(t, { logLevel: 'warn' });
  assert.equal((await ask(gateway, '/v2/')).status, 200);
  await gateway.gateway.stop();
  assert.deepEqual(gateway.accessLines(), []);
});
