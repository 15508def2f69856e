import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { freePort } from '../harness/free-port.js';
import { type Recorder, startRecorder } from '../harness/recorder.js';
import { until } from '../harness/until.js';
import { type DirectUpstream, openUpstream, serverAt, startRecorders } from './fleet.js';

/** Two servers, of which the first is not there yet, and a clock. */
async function open(t: TestContext, more: { maximumFailures?: number } = {}) {
  const port = await freePort();
  const [other] = (await startRecorders(t, 1)) as [Recorder];
  const clock = { now: 1_000_000 };
  const direct = openUpstream(t, {
    servers: [serverAt(`http://127.0.0.1:${port}`), serverAt(other.origin)],
    now: () => clock.now,
    ...more,
  });
  return { ...direct, port, other, clock };
}

async function many({ send }: Pick<DirectUpstream, 'send'>, times: number): Promise<void> {
  for (let index = 0; index < times; index += 1) assert.equal((await send('/v2/x')).status, 200);
}

test('A server that is down is left alone, then asked by the gateway alone, and only then by requests.', async (t) => {
  const { send, upstream, port, other, clock, lines } = await open(t);
  await many({ send }, 1);
  assert.equal(upstream.tallies[0]?.isUp, false);
  let answer: (() => void) | undefined;
  const back = await startRecorder(
    t,
    (_request, response) => {
      answer = () => response.writeHead(401).end();
      if (back.requests.length > 1) answer();
    },
    port,
  );
  clock.now += 9_999;
  await many({ send }, 5);
  assert.equal(back.requests.length, 0);
  clock.now += 1;
  await many({ send }, 5);
  await until(() => answer !== undefined, 'the gateway asks the server');
  await many({ send }, 5);
  assert.deepEqual(
    back.requests.map(({ method, url, headers }) => [method, url, headers['authorization']]),
    [['GET', '/v2/', undefined]],
  );
  assert.equal(other.requests.length, 16);
  answer?.();
  await until(() => upstream.tallies[0]?.isUp === true, 'the server is up');
  const replies = [await send('/v2/x'), await send('/v2/x')];
  assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 401]);
  assert.deepEqual(
    lines.map(({ msg, level, server }) => [msg, level, server]),
    [
      ['an upstream server is down', 40, `http://127.0.0.1:${port}`],
      ['an upstream server is up again', 30, `http://127.0.0.1:${port}`],
    ],
  );
});

test('A server that is asked in vain is left alone for as long again.', async (t) => {
  const { send, upstream, port, clock, lines } = await open(t);
  await many({ send }, 1);
  const attempts: number[] = [];
  const refusing = await startRecorder(t, (request) => request.socket.destroy(), port);
  for (let round = 0; round < 3; round += 1) {
    clock.now += 10_000;
    await many({ send }, 3);
    await until(() => refusing.requests.length === round + 1, 'the gateway asks the server');
    await until(() => upstream.tallies[0]?.runningRequests === 0, 'it has heard the answer');
    await many({ send }, 3);
    attempts.push(refusing.requests.length);
  }
  assert.deepEqual(attempts, [1, 2, 3]);
  assert.equal(lines.length, 1);
});

test('As many failures as maxFails within failTimeout make a server down, and fewer do not.', async (t) => {
  const { send, upstream, clock } = await open(t, { maximumFailures: 3 });
  const [tally] = upstream.tallies;
  await many({ send }, 4);
  assert.deepEqual([tally?.failures.connect, tally?.isUp], [2, true]);
  clock.now += 10_001;
  await many({ send }, 4);
  assert.deepEqual([tally?.failures.connect, tally?.isUp], [4, true]);
  await many({ send }, 4);
  assert.deepEqual([tally?.failures.connect, tally?.isUp], [5, false]);
});

test('With maxFails 0 no server is ever left alone.', async (t) => {
  const { send, upstream, lines } = await open(t, { maximumFailures: 0 });
  await many({ send }, 10);
  assert.deepEqual([upstream.tallies[0]?.failures.connect, upstream.tallies[0]?.isUp], [5, true]);
  assert.equal(upstream.tallies[1]?.retries, 5);
  assert.deepEqual(lines, []);
});

test('A check that is answered brings a server back at once.', async (t) => {
  const { send, upstream, port } = await open(t);
  await many({ send }, 1);
  const back = await startRecorder(t, undefined, port);
  await upstream.check();
  await many({ send }, 2);
  assert.equal(back.requests.length, 2);
});

test('Alone, a server is never left alone, and its numbers tell whether it answers.', async (t) => {
  const port = await freePort();
  const { send, upstream } = openUpstream(t, { servers: [serverAt(`http://127.0.0.1:${port}`)] });
  const [tally] = upstream.tallies;
  for (let index = 0; index < 3; index += 1) assert.equal((await send('/v2/')).status, 502);
  assert.deepEqual([tally?.isUp, tally?.failures.connect, tally?.retries], [false, 3, 0]);
  await startRecorder(t, undefined, port);
  await many({ send }, 3);
  assert.deepEqual([tally?.isUp, tally?.replies[2]], [true, 3]);
  assert.ok(tally !== undefined && tally.openConnections > 0 && tally.pendingRequests === 0);
});

test('Lists for those who may not see all go on to the next server, too.', async (t) => {
  const recorder = await startRecorder(t, (_request, response) => response.end('{"repositories":["a"]}'));
  const leaving = await startRecorder(t, (request) => request.socket.destroy());
  const servers = [serverAt(`http://127.0.0.1:${await freePort()}`), serverAt(leaving.origin)];
  const { send } = openUpstream(t, { servers: [...servers, serverAt(recorder.origin)] });
  const rights = { may: () => true } as never;
  for (let index = 0; index < 3; index += 1)
    assert.equal((await send('/v2/_catalog', { rights })).status, 200);
  // The gateway itself asks it, too.
  const asked = leaving.requests.filter(({ url }) => url?.startsWith('/v2/_catalog'));
  assert.deepEqual([asked.length, recorder.requests.length], [1, 3]);
});

test('No client can have a server left alone that breaks off at one request and answers all others.', async (t) => {
  const fragile = await startRecorder(t, (request, response) => {
    if (request.url === '/v2/deadly') request.socket.destroy();
    else response.end();
  });
  const [other] = (await startRecorders(t, 1)) as [Recorder];
  const { send, upstream, lines } = openUpstream(t, {
    servers: [serverAt(fragile.origin), serverAt(other.origin)],
    now: () => 1_000_000,
  });
  assert.equal((await send('/v2/deadly')).text, '0');
  assert.equal(upstream.tallies[0]?.failures.reset, 1);
  // No time passes on the clock that it would be left alone by.
  await until(() => upstream.tallies[0]?.isUp === true, 'the server was asked, and is up');
  assert.deepEqual([(await send('/v2/x')).text, (await send('/v2/x')).text].sort(), ['', '0']);
  assert.deepEqual(
    lines.map(({ msg }) => msg),
    ['an upstream server is down', 'an upstream server is up again'],
  );
});
