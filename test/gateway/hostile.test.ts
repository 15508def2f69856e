import assert from 'node:assert/strict';
import { connect as connectPlain } from 'node:net';
import { type TestContext, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { AUTHORIZATION, startTestGateway, type TestGateway } from '../harness/gateway.js';
import { openRaw } from '../harness/raw-connection.js';
import { type Recorder, startRecorder } from '../harness/recorder.js';
import { readReplies } from '../harness/replies.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';
import { assertDrains } from './hostile/drain.js';
import { hostileHeaders } from './hostile/headers.js';
import { type HostileCase, hostileLines, hostileTargets } from './hostile/request-lines.js';

const PASSWORD_LINE = `Authorization: ${AUTHORIZATION}\r\n`;
/** What an attacker hopes to slip past behind the first request. */
const SECOND = `GET /smuggled HTTP/1.1\r\nHost: localhost\r\n${PASSWORD_LINE}\r\n`;

interface Place {
  readonly gateway: TestGateway;
  readonly recorder: Recorder;
}

async function startPlace(t: TestContext): Promise<Place> {
  const recorder = await startRecorder(t);
  return { recorder, gateway: await startTestGateway(t, { upstream: recorder.origin }) };
}

/** An ordinary request is answered: the process lives, and serves. */
async function assertServes({ gateway, recorder }: Place): Promise<void> {
  const before = recorder.requests.length;
  assert.equal((await ask(gateway, '/v2/')).status, 200);
  assert.equal(recorder.requests.length, before + 1);
}

function smuggled({ recorder }: Place): boolean {
  return recorder.requests.some(({ url }) => url.includes('smuggled'));
}

async function assertRefused(t: TestContext, place: Place, { bytes, statuses }: HostileCase): Promise<void> {
  const before = place.recorder.requests.length;
  const connection = await openRaw(t, place.gateway.port, place.gateway.ca);
  connection.write(Buffer.from(bytes.replace('{password}', PASSWORD_LINE) + SECOND, 'latin1'));
  const text = await connection.closed();
  const { replies, rest } = readReplies(text, [], true);
  assert.deepEqual([replies.length, rest], [1, ''], `one reply, and nothing behind it: ${text}`);
  const [reply] = replies;
  assert.ok(statuses.includes(reply?.status ?? 0), `${reply?.status} ${reply?.body}`);
  assert.deepEqual(reply?.values('connection'), ['close']);
  assert.equal(place.recorder.requests.length, before, 'the upstream has seen nothing');
  await assertServes(place);
}

for (const [title, cases] of [
  ['targets that servers read differently', hostileTargets],
  ['request lines that are not of HTTP/1.1', hostileLines],
  ['header sections that servers read differently', hostileHeaders],
] as const) {
  test(`${title} are refused and end the connection, although the password is right`, async (t) => {
    const place = await startPlace(t);
    for (const hostile of cases) {
      await t.test(hostile.name, (subtest) => assertRefused(subtest, place, hostile));
    }
    await assertDrains(place.gateway);
  });
}

const CHUNK_ERRORS: readonly (readonly [name: string, body: string])[] = [
  ['a size with 0x', '0x5\r\nhello\r\n0\r\n\r\n'],
  ['a size that is no number', 'g\r\nhello\r\n0\r\n\r\n'],
  ['a negative size', '-5\r\nhello\r\n0\r\n\r\n'],
  ['an empty size', '\r\nhello\r\n0\r\n\r\n'],
  ['a size beyond 64 bits', 'fffffffffffffffff\r\nhello\r\n0\r\n\r\n'],
  ['a size line that ends with LF', '5\nhello\r\n0\r\n\r\n'],
  ['data that ends with LF', '5\r\nhello\n0\r\n\r\n'],
  ['data longer than its size', '3\r\nhello\r\n0\r\n\r\n'],
  ['a space before the size', ' 5\r\nhello\r\n0\r\n\r\n'],
  ['an extension of 20 kB', `5;a=${'x'.repeat(20_000)}\r\nhello\r\n0\r\n\r\n`],
  ['a CR in an extension', '5;a\rb\r\nhello\r\n0\r\n\r\n'],
  ['a trailer without a colon', '5\r\nhello\r\n0\r\nX-Name\r\n\r\n'],
  ['a trailer of 20 kB', `5\r\nhello\r\n0\r\nX-Name: ${'x'.repeat(20_000)}\r\n\r\n`],
];

test('chunks that are malformed end the connection, and what follows them is never read', async (t) => {
  const place = await startPlace(t);
  for (const [name, body] of CHUNK_ERRORS) {
    for (const [with_, password] of [
      ['with the password', PASSWORD_LINE],
      ['without a password', ''],
    ] as const) {
      await t.test(`${name}, ${with_}`, async (subtest) => {
        const connection = await openRaw(subtest, place.gateway.port, place.gateway.ca);
        const head = `PUT /v2/chunks HTTP/1.1\r\nHost: localhost\r\n${password}Transfer-Encoding: chunked\r\n\r\n`;
        connection.write(Buffer.from(head + body + SECOND, 'latin1'));
        const { replies } = readReplies(await connection.closed(), [], true);
        assert.ok(replies.length <= 1, JSON.stringify(replies));
        assert.ok([400, 401].includes(replies[0]?.status ?? 400), JSON.stringify(replies));
        const seen = place.recorder.requests.filter(({ url }) => url === '/v2/chunks');
        if (password === '') assert.equal(seen.length, 0);
        // The body streams, so its beginning may be on its way already; it must never be taken for a whole one.
        assert.ok(seen.every((request) => request.body.length === 0));
        assert.equal(smuggled(place), false);
        await assertServes(place);
        (place.recorder.requests as unknown[]).length = 0;
      });
    }
  }
  await assertDrains(place.gateway);
});

test('a malformed chunk behind a 401 ends the connection without a second answer', async (t) => {
  const place = await startPlace(t);
  const connection = await openRaw(t, place.gateway.port, place.gateway.ca);
  connection.write(
    'PUT /v2/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n',
  );
  await connection.expect(/^HTTP\/1\.1 401[\s\S]*authentication required/);
  connection.write(`0x5\r\nhello\r\n${SECOND}`);
  assert.equal(readReplies(await connection.closed(), [], true).replies.length, 1);
  assert.equal(place.recorder.requests.length, 0);
});

test('white space around a Transfer-Encoding is no difference', async (t) => {
  const place = await startPlace(t);
  for (const value of [' chunked', '  chunked', '\tchunked', ' chunked ', ' Chunked', '']) {
    const connection = await openRaw(t, place.gateway.port, place.gateway.ca);
    const coding =
      value === ''
        ? 'Content-Length: 5\r\n\r\nhello'
        : `Transfer-Encoding:${value}\r\n\r\n5\r\nhello\r\n0\r\n\r\n`;
    connection.write(`PUT /v2/a HTTP/1.1\r\nHost: localhost\r\n${PASSWORD_LINE}${coding}`);
    await connection.expect(/^HTTP\/1\.1 200/);
    assert.equal(place.recorder.requests.at(-1)?.body.toString(), 'hello', value);
  }
});

test('trailers and names with an underscore never become headers of the upstream', async (t) => {
  const place = await startPlace(t);
  const connection = await openRaw(t, place.gateway.port, place.gateway.ca);
  connection.write(
    `PUT /v2/a HTTP/1.1\r\nHost: localhost\r\n${PASSWORD_LINE}Transfer-Encoding: chunked\r\nContent_Length: 3\r\n` +
      'X_Real_IP: 6.6.6.6\r\nTransfer_Encoding: gzip\r\n\r\n5\r\nhello\r\n0\r\nX-Real-IP: 6.6.6.6\r\nAuthorization: x\r\n\r\n',
  );
  await connection.expect(/^HTTP\/1\.1 200/);
  const [seen] = place.recorder.requests;
  assert.equal(seen?.body.toString(), 'hello');
  assert.equal(seen?.headers['x-real-ip'], '127.0.0.1');
  assert.equal(seen?.headers['authorization'], undefined);
  assert.deepEqual(
    seen?.rawHeaders.filter((name) => name.includes('_')),
    [],
  );
});

test('a Connection header cannot take away what the gateway adds', async (t) => {
  const place = await startPlace(t);
  await ask(place.gateway, '/v2/', {
    headers: {
      connection:
        'x-real-ip, x-forwarded-for, x-forwarded-proto, x-forwarded-host, host, content-length, close',
    },
  });
  const headers = place.recorder.requests[0]?.headers ?? {};
  assert.equal(headers['x-real-ip'], '127.0.0.1');
  assert.equal(headers['x-forwarded-for'], '127.0.0.1');
  assert.equal(headers['x-forwarded-proto'], 'https');
  assert.equal(headers['x-forwarded-host'], `localhost:${place.gateway.port}`);
  assert.equal(headers['host'], `localhost:${place.gateway.port}`);
});

test('a request to upgrade is served as any other, and the connection goes on', async (t) => {
  const place = await startPlace(t);
  for (const upgrade of ['websocket', 'h2c', 'TLS/1.3', 'HTTP/2.0, websocket']) {
    const connection = await openRaw(t, place.gateway.port, place.gateway.ca);
    const request = `GET /v2/ HTTP/1.1\r\nHost: localhost\r\n${PASSWORD_LINE}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: ${upgrade}\r\nHTTP2-Settings: AAMAAABk\r\n\r\n`;
    connection.write(request);
    await until(() => readReplies(connection.received()).replies.length === 1, 'the request is answered');
    connection.write(request);
    await until(() => readReplies(connection.received()).replies.length === 2, 'the next one, too');
    for (const { status } of readReplies(connection.received()).replies) assert.equal(status, 200);
    for (const { headers } of place.recorder.requests) {
      assert.equal(headers['upgrade'], undefined);
      assert.equal(headers['http2-settings'], undefined);
    }
    connection.socket.destroy();
  }
});

test('an upgrade without a password is a request without a password', async (t) => {
  const place = await startPlace(t);
  const connection = await openRaw(t, place.gateway.port, place.gateway.ca);
  connection.write(
    'GET /v2/ HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  );
  await connection.expect(/^HTTP\/1\.1 401/);
  assert.equal(place.recorder.requests.length, 0);
});

test('requests of RTSP and ICE, which node takes for HTTP/1.0, need the password as well', async (t) => {
  const place = await startPlace(t);
  for (const line of [
    'GET /v2/ RTSP/1.0',
    'GET /_ping/x RTSP/1.0',
    'SOURCE /_ping ICE/1.0',
    'OPTIONS /_ping RTSP/1.0',
  ]) {
    const connection = await openRaw(t, place.gateway.port, place.gateway.ca);
    connection.write(`${line}\r\nHost: localhost\r\n\r\n`);
    assert.match(await connection.closed(), /^HTTP\/1\.1 40[01] /);
    assert.equal(place.recorder.requests.length, 0, line);
  }
});

test('a ping that brings a body needs the password', async (t) => {
  const place = await startPlace(t);
  for (const framing of [
    'Content-Length: 5\r\n\r\nhello',
    'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  ]) {
    const connection = await openRaw(t, place.gateway.port, place.gateway.ca);
    connection.write(`GET /_ping HTTP/1.1\r\nHost: localhost\r\n${framing}`);
    await connection.expect(/^HTTP\/1\.1 401/);
    assert.equal(place.recorder.requests.length, 0);
  }
  assert.equal((await ask(place.gateway, '/_ping', { anonymous: true })).status, 200);
});

test('a bad request behind a good one does not touch the answer to the good one', async (t) => {
  const recorder = await startRecorder(t, (_request, response) => {
    setImmediate(() => response.end('ok'));
  });
  const place = { recorder, gateway: await startTestGateway(t, { upstream: recorder.origin }) };
  const good = `GET /v2/good HTTP/1.1\r\nHost: localhost\r\n${PASSWORD_LINE}\r\n`;
  for (const [bad, expected] of [
    [`GET /v2/../bad HTTP/1.1\r\nHost: localhost\r\n${PASSWORD_LINE}\r\n`, [[200, 400]]],
    ['GET /v2/ HTTP/1.1\r\nHost : localhost\r\n\r\n', [[200]]],
    ['no request at all\r\n\r\n', [[200]]],
    ['CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n', [[], [200], [200, 405]]],
  ] as const) {
    const connection = await openRaw(t, place.gateway.port, place.gateway.ca);
    connection.write(good + bad + SECOND);
    const { replies } = readReplies(await connection.closed(), [], true);
    const statuses = replies.map(({ status }) => status);
    assert.ok(
      expected.some((one) => JSON.stringify(one) === JSON.stringify(statuses)),
      `${JSON.stringify(bad)}: ${statuses}`,
    );
    assert.ok(recorder.requests.every(({ url }) => url === '/v2/good'));
  }
});

test('plain HTTP and noise on the TLS port end the connection without an answer from the registry', async (t) => {
  const place = await startPlace(t);
  for (const bytes of [
    SECOND,
    'GET / HTTP/1.0\r\n\r\n',
    '\0'.repeat(100),
    '\x16\x03\x01\xff\xff',
    'SSH-2.0-x\r\n',
  ]) {
    const socket = connectPlain(place.gateway.port, '127.0.0.1');
    t.after(() => socket.destroy());
    let received = '';
    let isClosed = false;
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      isClosed = true;
    });
    // Five bytes may be the beginning of a long record; its sender leaves.
    socket.write(Buffer.from(bytes, 'latin1'));
    if (bytes.length === 5) socket.end();
    await until(() => isClosed, `the connection ends after ${JSON.stringify(bytes.slice(0, 20))}`);
    // Nothing, an alert of TLS, or a word to whoever has mixed up the ports.
    assert.match(received, /^(?:$|\x15\x03|HTTP\/1\.1 400 )/);
    assert.equal(smuggled(place), false);
    await assertServes(place);
  }
});

test('a handshake for an old TLS or for HTTP/2 alone fails cleanly', async (t) => {
  const place = await startPlace(t);
  const handshake = (options: object): Promise<string> =>
    new Promise((resolve) => {
      const socket = connectTls({
        host: '127.0.0.1',
        port: place.gateway.port,
        ca: place.gateway.ca,
        servername: 'localhost',
        ...options,
      });
      socket.once('secureConnect', () => {
        resolve(`connected with ${socket.getProtocol()} ${socket.alpnProtocol}`);
        socket.destroy();
      });
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    });
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' };
  assert.match(await handshake(old), /ALERT|PROTOCOL|VERSION/);
  assert.match(await handshake({ ALPNProtocols: ['h2'] }), /ALERT|ECONNRESET|connected with TLSv1.3 false/);
  assert.match(await handshake({ ALPNProtocols: ['h2', 'http/1.1'] }), /connected with TLSv1.3 http\/1.1/);
  await assertServes(place);
});
