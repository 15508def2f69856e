import assert from 'node:assert/strict';
import { Agent } from 'node:https';
import { type TestContext, test } from 'node:test';
import { AUTHORIZATION, PASSWORD, startTestGateway, type TestGateway, USER } from '../harness/gateway.js';
import { openRaw, type RawConnection } from '../harness/raw-connection.js';
import { startRecorder } from '../harness/recorder.js';
import { readReplies } from '../harness/replies.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { assertDrains } from './hostile/drain.js';

const MIB = 1024 * 1024;

function basic(credentials: string | Buffer): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

async function nextReply(connection: RawConnection, count: number): Promise<string> {
  await until(
    () => readReplies(connection.received()).replies.length >= count || connection.isClosed,
    `reply ${count} is there`,
  );
  return connection.received();
}

async function startRefusing(
  t: TestContext,
  timeouts = {},
): Promise<{ gateway: TestGateway; seen: () => number }> {
  const recorder = await startRecorder(t);
  const gateway = await startTestGateway(t, { upstream: recorder.origin, timeouts });
  return { gateway, seen: () => recorder.requests.length };
}

test('every kind of missing or bad password gets the same 401, byte for byte', async (t) => {
  const { gateway, seen } = await startRefusing(t);
  const encoded = AUTHORIZATION.slice('Basic '.length);
  const values: Record<string, string | undefined> = {
    'no header': undefined,
    'empty header': '',
    'no credentials': 'Basic',
    'no base64': 'Basic !!!',
    'base64 without padding': `Basic ${encoded.replaceAll('=', '')}`,
    'too much padding': `${AUTHORIZATION}=`,
    'no colon': basic('vinod1'),
    'empty user': basic(`:${PASSWORD}`),
    'empty password': basic(`${USER}:`),
    'no UTF-8': basic(Buffer.from([0x76, 0xff, 0x3a, 0xfe])),
    'NUL behind the password': basic(`${USER}:${PASSWORD}\0`),
    'NUL in the user': basic(`${USER}\0:${PASSWORD}`),
    'a line end behind the password': basic(`${USER}:${PASSWORD}\n`),
    'the wrong password': basic(`${USER}:wrong`),
    'an unknown user': basic(`nobody:${PASSWORD}`),
    'a user called constructor': basic(`constructor:${PASSWORD}`),
    'a user called __proto__': basic('__proto__:[object Object]'),
    'a password of 10 kB': basic(`${USER}:${'x'.repeat(10_000)}`),
    'the right password and 10 kB': basic(`${USER}:${PASSWORD}${'x'.repeat(10_000)}`),
    'another scheme': `Digest ${encoded}`,
    'a Bearer token': `Bearer ${encoded}`,
    'the scheme without a space': `Basic${encoded}`,
    'the credentials twice': `${AUTHORIZATION}, ${AUTHORIZATION}`,
    'two header lines': `${AUTHORIZATION}\r\nAuthorization: ${AUTHORIZATION}`,
  };
  const answers = new Map<string, string[]>();
  for (const [name, value] of Object.entries(values)) {
    const connection = await openRaw(t, gateway.port, gateway.ca);
    const line = value === undefined ? '' : `Authorization: ${value}\r\n`;
    connection.write(`GET /v2/ HTTP/1.1\r\nHost: localhost\r\n${line}\r\n`);
    const answer = (await nextReply(connection, 1)).replace(/\r\ndate: [^\r]*/i, '');
    answers.set(answer, [...(answers.get(answer) ?? []), name]);
    assert.equal(connection.isClosed, false, `${name}: the connection stays usable`);
    connection.socket.destroy();
  }
  assert.equal(answers.size, 1, JSON.stringify([...answers], undefined, 1));
  const [reply] = readReplies([...answers.keys()][0] ?? '').replies;
  assert.equal(reply?.status, 401);
  assert.deepEqual(reply?.values('www-authenticate'), ['Basic realm="dockgate"']);
  assert.equal(seen(), 0);
});

test('a refusal speaks the language of its path', async (t) => {
  const { gateway } = await startRefusing(t);
  const html = { accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' };
  for (const [path, headers] of [
    ['/v2/', {}],
    ['/v2', {}],
    ['/v2/a/manifests/b', html],
  ] as const) {
    const reply = await ask(gateway, path, { anonymous: true, headers });
    assert.equal(reply.status, 401, path);
    assert.match(reply.headers['content-type'] ?? '', /^application\/json/);
    assert.equal(reply.headers['docker-distribution-api-version'], 'registry/2.0');
    const { errors } = JSON.parse(reply.text) as { errors: { code: string; message: string }[] };
    assert.equal(errors[0]?.code, 'UNAUTHORIZED');
    assert.equal(typeof errors[0]?.message, 'string');
  }
  const first = await ask(gateway, '/v1/search?q=a', { anonymous: true, headers: html });
  assert.equal(first.status, 401);
  assert.equal(first.headers['docker-distribution-api-version'], undefined);
  assert.equal(typeof (JSON.parse(first.text) as { error: string }).error, 'string');
  const text = await ask(gateway, '/', { anonymous: true });
  assert.match(text.headers['content-type'] ?? '', /^text\/plain/);
  assert.doesNotMatch(text.text, /[<{]/);
  const page = await ask(gateway, '/', { anonymous: true, headers: html });
  assert.match(page.headers['content-type'] ?? '', /^text\/html/);
  assert.match(page.text, /^<!doctype html>/i);
  for (const reply of [first, text, page]) {
    const basic = 'Basic realm="dockgate"';
    assert.equal(reply.headers['www-authenticate'], reply === first ? `${basic}, Token` : basic);
    assert.equal(reply.headers['content-length'], String(reply.body.length));
  }
});

test('what is malformed and what the upstream fails to answer is told as JSON under /v2/', async (t) => {
  const recorder = await startRecorder(t);
  const gateway = await startTestGateway(t, { upstream: recorder.origin });
  await recorder.close();
  for (const [path, status] of [
    ['/v2/a/../b', 400],
    ['/v2/a', 502],
  ] as const) {
    const reply = await ask(gateway, path);
    assert.equal(reply.status, status);
    assert.equal(reply.headers['docker-distribution-api-version'], 'registry/2.0');
    const { errors } = JSON.parse(reply.text) as { errors: { code: string }[] };
    assert.match(errors[0]?.code ?? '', /^[A-Z_]+$/);
  }
  assert.equal(
    typeof (JSON.parse((await ask(gateway, '/v1/search')).text) as { error: string }).error,
    'string',
  );
  const connection = await openRaw(t, gateway.port, gateway.ca);
  connection.write('GET /v2/ HTTP/1.1\r\nHost : localhost\r\n\r\n');
  const [reply] = readReplies(await connection.closed(), [], true).replies;
  assert.equal(reply?.status, 400);
  assert.equal(reply?.value('docker-distribution-api-version'), 'registry/2.0');
  assert.ok(Array.isArray((JSON.parse(reply?.body ?? '') as { errors: unknown }).errors));
});

test('a HEAD request is refused without a body, and its connection goes on', async (t) => {
  const { gateway } = await startRefusing(t);
  const connection = await openRaw(t, gateway.port, gateway.ca);
  connection.write('HEAD /v2/ HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await until(() => readReplies(connection.received(), [true]).replies.length === 1, 'the first reply');
  connection.write(`GET /v2/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${AUTHORIZATION}\r\n\r\n`);
  await until(() => readReplies(connection.received(), [true]).replies.length === 2, 'the second reply');
  const { replies, rest } = readReplies(connection.received(), [true, false]);
  assert.deepEqual([replies.map(({ status }) => status), rest], [[401, 200], '']);
});

for (const [title, head, frame] of [
  ['with a length', `Content-Length: ${20 * MIB}`, (chunk: Buffer): Buffer => chunk],
  [
    'in chunks',
    'Transfer-Encoding: chunked',
    (chunk: Buffer): Buffer =>
      Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]),
  ],
] as const) {
  test(`20 MiB ${title} behind a refused password are dropped, and the connection stays usable`, async (t) => {
    const { gateway, seen } = await startRefusing(t);
    const connection = await openRaw(t, gateway.port, gateway.ca);
    connection.write(`PUT /v2/a HTTP/1.1\r\nHost: localhost\r\n${head}\r\n\r\n`);
    await nextReply(connection, 1);
    const chunk = frame(Buffer.alloc(MIB, 'layer'));
    for (let count = 0; count < 20; count += 1) connection.write(chunk);
    if (title === 'in chunks') connection.write('0\r\n\r\n');
    assert.equal(seen(), 0);
    connection.write(`GET /v2/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${AUTHORIZATION}\r\n\r\n`);
    const { replies } = readReplies(await nextReply(connection, 2));
    assert.deepEqual(
      replies.map(({ status }) => status),
      [401, 200],
    );
    assert.equal(seen(), 1);
  });
}

test('a client that sends its body without end behind a refusal is cut', async (t) => {
  const { gateway, seen } = await startRefusing(t);
  const connection = await openRaw(t, gateway.port, gateway.ca);
  connection.write('PUT /v2/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n');
  await nextReply(connection, 1);
  const chunk = Buffer.alloc(MIB);
  const send = (error?: Error | null): void => {
    if (error === undefined || error === null) connection.socket.write(chunk, send);
  };
  send();
  await connection.closed();
  assert.equal(seen(), 0);
  assert.ok(connection.socket.bytesWritten < 200 * MIB, `${connection.socket.bytesWritten} bytes were taken`);
  assert.equal((await ask(gateway, '/v2/')).status, 200);
  await assertDrains(gateway);
});

test('a client that waits for 100-continue with a wrong password gets 401 at once, no 100, and keeps its connection', async (t) => {
  const { gateway, seen } = await startRefusing(t);
  for (const [asked, authorization] of ['', `Authorization: ${basic(`${USER}:wrong`)}\r\n`].entries()) {
    const connection = await openRaw(t, gateway.port, gateway.ca);
    connection.write(
      `PUT /v2/a HTTP/1.1\r\nHost: localhost\r\n${authorization}Content-Length: 5\r\nExpect: 100-continue\r\n\r\n`,
    );
    const { replies } = readReplies(await nextReply(connection, 1));
    assert.deepEqual(
      replies.map(({ status }) => status),
      [401],
    );
    assert.equal(seen(), asked);
    // The body may come all the same; then the connection is the client's again.
    connection.write('hello');
    connection.write(`GET /v2/b HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${AUTHORIZATION}\r\n\r\n`);
    const { replies: both } = readReplies(await nextReply(connection, 2));
    assert.deepEqual(
      both.map(({ status }) => status),
      [401, 200],
    );
    connection.socket.destroy();
  }
});

test('a client that waits for 100-continue with the right password gets 100 and then its answer', async (t) => {
  const { gateway } = await startRefusing(t);
  const connection = await openRaw(t, gateway.port, gateway.ca);
  connection.write(
    `PUT /v2/a HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${AUTHORIZATION}\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n`,
  );
  await connection.expect(/^HTTP\/1\.1 100 /);
  connection.write('hello');
  const { replies } = readReplies(await nextReply(connection, 2));
  assert.deepEqual(
    replies.map(({ status }) => status),
    [100, 200],
  );
});

test('an expectation that is not known is refused before anything is asked of the upstream', async (t) => {
  const { gateway, seen } = await startRefusing(t);
  const reply = await ask(gateway, '/v2/', { headers: { expect: '200-ok' }, agent: new Agent() });
  assert.equal(reply.status, 417);
  assert.equal(reply.headers['docker-distribution-api-version'], 'registry/2.0');
  assert.ok(Array.isArray((JSON.parse(reply.text) as { errors: unknown }).errors));
  assert.equal(seen(), 0);
});

test('too many wrong passwords from one address are answered 429, and the right one still gets in', async (t) => {
  const { gateway, seen } = await startRefusing(t);
  assert.equal((await ask(gateway, '/v2/')).status, 200);
  const statuses = new Map<number, number>();
  for (let count = 0; count < 60; count += 1) {
    const reply = await ask(gateway, '/v2/', { headers: { authorization: basic(`${USER}:wrong${count}`) } });
    statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1);
    if (reply.status === 429) {
      assert.match(String(reply.headers['retry-after']), /^[1-9][0-9]*$/);
      assert.match(reply.text, /"TOOMANYREQUESTS"/);
    }
  }
  assert.deepEqual([...statuses.keys()].sort(), [401, 429], JSON.stringify([...statuses]));
  assert.equal((await ask(gateway, '/v2/')).status, 200);
  assert.equal(seen(), 2);
});
