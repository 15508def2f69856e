import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { afterwards } from '../harness/afterwards.js';
import { requireProgram, runProgram } from '../harness/program.js';
import { until } from '../harness/until.js';
import { startGreeter } from './greeter.js';

/** What comes back for some bytes, up to the end of the connection. */
async function exchange(test: TestContext, port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  afterwards(test, () => socket.destroy());
  let received = '';
  let isOver = false;
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    isOver = true;
  });
  socket.write(text);
  await until(() => isOver, `the connection ends; it sent ${JSON.stringify(received)}`);
  return received;
}

const CLOSE = 'Connection: close\r\n';
const LOGIN = 'Authorization: Basic YTpi\r\n';

test('plain HTTP is spoken where it was asked for, and makes no certificates', async (context) => {
  const { port } = await startGreeter(context, { plain: true });
  const answer = await exchange(context, port, `GET /v2/ HTTP/1.1\r\nHost: a\r\n${CLOSE}\r\n`);
  assert.match(answer, /^HTTP\/1\.1 200 /);
  assert.match(answer, /"tls":"","protocol":"http"/);
});

test('passwords are taken in clear from this machine', async (context) => {
  const { port } = await startGreeter(context, { plain: true });
  const answer = await exchange(context, port, `GET /v2/ HTTP/1.1\r\nHost: a\r\n${LOGIN}${CLOSE}\r\n`);
  assert.match(answer, /^HTTP\/1\.1 200 /);
});

for (const [what, lines, status] of [
  ['a client elsewhere whose proxy says nothing', 'X-Forwarded-For: 203.0.113.9\r\n', 403],
  ['a client elsewhere who came by HTTP', 'X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: http\r\n', 403],
  [
    'a client elsewhere who came by HTTPS',
    'X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n',
    200,
  ],
  ['a client who claims to be here', 'X-Forwarded-For: 127.0.0.1, 203.0.113.9\r\n', 403],
] as const) {
  test(`behind a trusted proxy, a password of ${what}: ${status}`, async (context) => {
    const { port } = await startGreeter(context, { plain: true, proxies: ['127.0.0.1'] });
    const head = `GET /v2/ HTTP/1.1\r\nHost: a\r\n${lines}${CLOSE}`;
    const answer = await exchange(context, port, `${head}${LOGIN}\r\n`);
    assert.equal(Number(answer.slice(9, 12)), status);
    if (status === 403) assert.match(answer, /"DENIED".*over HTTPS only/);
    assert.doesNotMatch(answer, /www-authenticate/i);
    assert.match(await exchange(context, port, `${head}\r\n`), /^HTTP\/1\.1 200 /);
  });
}

test('the limits of the parser hold without TLS as well', async (context) => {
  const { port, seen } = await startGreeter(context, { plain: true });
  const long = await exchange(context, port, `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
  assert.match(long, /^HTTP\/1\.1 400 [\s\S]*16384 bytes of headers/);
  const garbage = await exchange(context, port, '\x16\x03\x01\x02\x00\x01\r\n\r\n');
  assert.match(garbage, /^HTTP\/1\.1 400 /);
  assert.match(garbage, /x-content-type-options: nosniff/);
  assert.doesNotMatch(garbage, /strict-transport-security|\r\nserver:|x-powered-by/i);
  const tunnel = await exchange(context, port, 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n');
  assert.match(tunnel, /^HTTP\/1\.1 405 /);
  assert.deepEqual(seen, []);
});

test('who sends no headers is sent away without TLS as well', async (context) => {
  const { port } = await startGreeter(context, { plain: true, headersTimeout: 200 });
  assert.match(await exchange(context, port, 'GET / HTTP/1.1\r\n'), /^HTTP\/1\.1 408 /);
  assert.match(await exchange(context, port, ''), /^(HTTP\/1\.1 408 |$)/);
});

test('HTTP/1.0 and pipelined requests are answered without TLS as well', async (context) => {
  const { port } = await startGreeter(context, { plain: true });
  const old = await exchange(context, port, 'GET /old HTTP/1.0\r\n\r\n');
  assert.match(old, /^HTTP\/1\.1 200 [\s\S]*\}$/);
  const one = 'GET /1 HTTP/1.1\r\nHost: a\r\n\r\n';
  const both = await exchange(context, port, `${one}GET /2 HTTP/1.1\r\nHost: a\r\n${CLOSE}\r\n`);
  assert.equal(both.match(/HTTP\/1\.1 200 /g)?.length, 2);
});

test('HTTP at the port of HTTPS is told so', async (context) => {
  const { port, seen } = await startGreeter(context);
  const answer = await exchange(context, port, 'GET /v2/ HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/);
  assert.match(answer, /"errors":\[\{"code":"UNSUPPORTED","message":"this port speaks HTTPS/);
  assert.doesNotMatch(answer, /strict-transport-security/);
  assert.deepEqual(seen, []);
});

test('curl reads that answer', requireProgram('curl', 'curl'), async (context) => {
  const { port } = await startGreeter(context);
  const { code, stdout, stderr } = await runProgram('curl', ['-sS', `http://127.0.0.1:${port}/v2/`]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /this port speaks HTTPS/);
});
