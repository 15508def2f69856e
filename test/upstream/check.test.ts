import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkUpstream } from '../../src/upstream/check.js';
import { afterwards } from '../harness/afterwards.js';
import { temporaryDirectory } from '../harness/directory.js';
import { startFickleUpstream } from '../harness/fickle-upstream.js';
import { freePort } from '../harness/free-port.js';
import { startRecorder } from '../harness/recorder.js';
import { startSecureUpstream } from '../harness/secure-upstream.js';
import { until } from '../harness/until.js';
import { serverAt } from './fleet.js';

const common = {
  maximumFailures: 1,
  failTimeout: 10_000,
  ca: undefined,
  passAuthorization: false,
  tokens: false,
  connections: 1,
};

test('Each server is asked for /v2/, and what it says is told in a sentence.', async (t) => {
  const statuses = [200, 401, 404, 301, 500];
  const recorders = await Promise.all(
    statuses.map((status) => startRecorder(t, (_request, response) => response.writeHead(status).end('{}'))),
  );
  const babble = await startFickleUpstream(t, ({ socket }) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
  const socketPath = join(temporaryDirectory(t), 'none.sock');
  const servers = [
    ...recorders.map(({ origin }) => serverAt(origin)),
    serverAt(babble.origin, { backup: true }),
    serverAt(`http://127.0.0.1:${await freePort()}`),
    serverAt('http://localhost', { socketPath }),
  ];
  const answers = await checkUpstream({ ...common, servers }, undefined);
  const reasons = answers.map(({ reason = 'ok' }) => reason.replace(/(?:: | \(Expected).*\)$/, ')'));
  assert.deepEqual(reasons, [
    'ok',
    'ok',
    'ok',
    'answers GET /v2/ with status 301',
    'answers GET /v2/ with status 500',
    'does not answer as a web server does (Response does not match the HTTP/1.1 protocol)',
    'cannot be reached (ECONNREFUSED)',
    'cannot be reached (ENOENT)',
  ]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [...statuses, undefined, undefined, undefined],
  );
  assert.equal(answers.filter(({ ok }) => ok).length, 3);
  assert.equal(answers[5]?.isBackup, true);
  assert.equal(answers[7]?.server, `http+unix:${socketPath}`);
  for (const { requests } of recorders) assert.equal(requests.length, 1);
});

test('A server that takes a request and says nothing is not waited for.', async (t) => {
  const silent = await startRecorder(t, () => {});
  const [answer] = await checkUpstream({ ...common, servers: [serverAt(silent.origin)] }, undefined, 100);
  assert.deepEqual([answer?.ok, answer?.reason], [false, 'does not answer within 0.1 s']);
  await until(() => silent.connections[0]?.destroyed === true, 'the connection is let go');
});

test('A certificate that nobody vouches for is told as such.', async (t) => {
  const secure = await startSecureUpstream(t, ['localhost'], (_request, response) => response.end());
  const [answer] = await checkUpstream({ ...common, servers: [serverAt(secure.origin)] }, undefined);
  assert.match(answer?.reason ?? '', /^has no TLS that can be trusted \(UNABLE_TO_VERIFY_LEAF_SIGNATURE: /);
});

test('A long reply is not read.', async (t) => {
  const server = createServer((_request, response) => {
    response.writeHead(200);
    const go = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536)));
    };
    response.on('drain', go);
    go();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const closed = new Promise((resolve) => server.on('connection', (socket) => socket.once('close', resolve)));
  afterwards(t, () => server.close());
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const [answer] = await checkUpstream({ ...common, servers: [serverAt(origin)] }, undefined);
  assert.equal(answer?.ok, true);
  await closed;
});
