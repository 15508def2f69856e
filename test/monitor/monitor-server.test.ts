import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { ConfigurationError } from '../../src/configuration/problem.js';
import type { MonitorHandlers } from '../../src/monitor/answers.js';
import { MonitorServer } from '../../src/monitor/monitor-server.js';
import { Readiness } from '../../src/monitor/readiness.js';
import { endServer, smallServer } from '../../src/monitor/small-server.js';
import { afterwards } from '../harness/afterwards.js';
import { until } from '../harness/until.js';
import { ask } from './ask.js';
import { handlers } from './handlers.js';

const HERE = { host: '127.0.0.1', port: 0 };

async function open(
  t: TestContext,
  changes: Partial<MonitorHandlers> = {},
  onError?: (error: unknown) => void,
) {
  const monitor = await MonitorServer.open([HERE], handlers(changes), { onError });
  afterwards(t, () => monitor.close());
  return { monitor, port: monitor.addresses[0]?.port ?? 0 };
}

test('health, readiness and metrics are told, and nothing else', async (t) => {
  const { port } = await open(t, { metrics: () => Promise.resolve('a 1\n') });
  const health = await ask(port, '/healthz');
  assert.equal(health.status, 200);
  assert.equal(health.body, 'ok\n');
  assert.equal(health.headers['access-control-allow-origin'], undefined);
  const ready = await ask(port, '/readyz?verbose');
  assert.equal(ready.status, 200);
  assert.deepEqual(JSON.parse(ready.body), { ready: true, reasons: [] });
  const metrics = await ask(port, '/metrics');
  assert.equal(metrics.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  assert.equal(metrics.body, 'a 1\n');
  const head = await ask(port, '/metrics', 'HEAD');
  assert.equal(head.status, 200);
  assert.equal(head.headers['content-length'], '4');
  assert.equal(head.body, '');
  assert.equal((await ask(port, '/')).status, 404);
  for (const path of ['/reload', '/status', '/__proto__', '/constructor'])
    assert.equal((await ask(port, path, 'POST')).status, 404, `${path} is not for everybody`);
});

test('other methods are refused and named, and so are bodies', async (t) => {
  const { port } = await open(t);
  for (const method of ['POST', 'DELETE', 'OPTIONS']) {
    const refused = await ask(port, '/metrics', method);
    assert.equal(refused.status, 405);
    assert.equal(refused.headers['allow'], 'GET, HEAD');
  }
  const refused = await ask(port, '/metrics', 'POST', 'x'.repeat(100_000));
  assert.equal(refused.status, 400);
  assert.equal(refused.headers['connection'], 'close');
});

test('a server that lacks something, or stops, says so with 503', async (t) => {
  let reason: string | undefined = 'There are no users.';
  const readiness = new Readiness([{ name: 'users', check: () => reason }], { lifetime: 0 });
  const { port } = await open(t, { readiness });
  const lacking = await ask(port, '/readyz');
  assert.equal(lacking.status, 503);
  assert.deepEqual(JSON.parse(lacking.body), {
    ready: false,
    reasons: [{ check: 'users', message: 'There are no users.' }],
  });
  reason = undefined;
  assert.equal((await ask(port, '/readyz')).status, 200);
  readiness.stopping();
  assert.equal((await ask(port, '/readyz')).status, 503);
  assert.equal((await ask(port, '/healthz')).status, 200, 'it lives until it has ended');
});

test('metrics are made once for all who ask at the same time, and a failure is told to the log alone', async (t) => {
  const made: ((text: string) => void)[] = [];
  const errors: unknown[] = [];
  let fails = false;
  const metrics = (): Promise<string> =>
    fails ? Promise.reject(new Error('secret')) : new Promise((resolve) => made.push(resolve));
  const { port } = await open(t, { metrics }, (error) => errors.push(error));
  const asked = [ask(port, '/metrics'), ask(port, '/metrics')];
  await until(() => made.length === 1, 'somebody asks');
  await ask(port, '/healthz');
  await ask(port, '/healthz');
  made[0]?.('a 1\n');
  assert.deepEqual(
    (await Promise.all(asked)).map(({ body }) => body),
    ['a 1\n', 'a 1\n'],
  );
  assert.equal(made.length, 1);
  fails = true;
  const failed = await ask(port, '/metrics');
  assert.equal(failed.status, 500);
  assert.doesNotMatch(failed.body, /secret/);
  assert.equal(errors.length, 1);
});

test('headers without end and what is no HTTP cost the connection', async (t) => {
  const { port } = await open(t);
  for (const [sent, status] of [
    [`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(10_000)}\r\n\r\n`, '431'],
    ['\u0016\u0003\u0001 this is TLS\r\n\r\n', '400'],
  ] as const) {
    const socket = connect(port, '127.0.0.1');
    socket.write(sent, 'latin1');
    assert.match(await text(socket), new RegExp(`^HTTP/1.1 ${status} `));
  }
  const tunnel = connect(port, '127.0.0.1');
  tunnel.write('CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n');
  assert.equal(await text(tunnel), '');
});

test('an address that is taken is named, and none of the others stays open', async (t) => {
  const { port } = await open(t);
  const failure = await MonitorServer.open([HERE, { host: '127.0.0.1', port }], handlers()).then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(failure instanceof ConfigurationError);
  assert.equal(
    failure.message,
    `monitor.listen: cannot listen on 127.0.0.1:${port}: another program listens there already; choose another port`,
  );
});

test('a connection that the system could not hand over is told of, and ends nothing', async (t) => {
  const told: unknown[] = [];
  const server = smallServer(new Map(), 1_000, (error) => told.push(error));
  afterwards(t, () => endServer(server));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fault = new Error('accept ENETDOWN');
  server.emit('error', fault);
  assert.deepEqual(told, [fault]);
});
