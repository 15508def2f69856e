import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestGateway } from '../harness/gateway.js';
import { openRaw } from '../harness/raw-connection.js';
import { startRecorder } from '../harness/recorder.js';
import { ask } from '../harness/request.js';
import { type Below, seededRandom } from '../harness/seeded-random.js';
import { assertDrains } from './hostile/drain.js';

const ROUNDS = 500;

const METHODS = [
  'GET',
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'PRI',
  'get',
  '',
];
const TARGETS = [
  ...[
    '/_ping',
    '/v1/_ping',
    '/_ping?a=b',
    '/v2/',
    '/v2/_catalog',
    '/_ping/../v2/',
    '//_ping',
    '/_ping%2f..%2fv2/',
    '*',
  ],
  ...[
    '/_ping#/v2/',
    '/_ping;/../v2/',
    'http://localhost/_ping',
    '/_ping\\..\\v2',
    '/_ping\0',
    '/_pingx',
    '/%5fping',
    '',
  ],
];
const VERSIONS = ['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/0.9', 'RTSP/1.0', ''];
const LINES = [
  ...[
    'Host: localhost',
    'Host: localhost',
    'Host: evil',
    'Host : a',
    'Connection: keep-alive',
    'Connection: close',
    'Accept: */*',
  ],
  ...[
    'Content-Length: 0',
    'Content-Length: 5',
    'Content-Length: 40',
    'Content-Length: 5, 5',
    'Content-Length:\t5',
  ],
  ...[
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: gzip, chunked',
    'Transfer-Encoding:\x0bchunked',
    'transfer-encoding: Chunked',
  ],
  ...[
    'Expect: 100-continue',
    'Expect: x',
    'Upgrade: websocket',
    'Connection: Upgrade',
    ' folded',
    '\tfolded',
    'X_Y: 1',
    ': 1',
    'X',
  ],
  ...[
    'Authorization: Basic',
    'Authorization: Basic dmlub2Qx',
    'Authorization: Basic YTpi',
    'Authorization: Bearer a',
  ],
];
const BODIES = [
  '',
  '',
  'hello',
  '5\r\nhello\r\n0\r\n\r\n',
  '0\r\n\r\n',
  '5\nhello\n0\n\n',
  'GET /v2/ HTTP/1.1\r\nHost: localhost\r\n\r\n',
];
const ENDS = ['\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r', '\r\r\n', ''];

function pick(below: Below, from: readonly string[]): string {
  return from[below(from.length)] ?? '';
}

/** A request that is more or less one, and never has a right password. */
function randomRequest(below: Below): string {
  const end = below(2) === 0 ? (): string => '\r\n' : (): string => pick(below, ENDS);
  const lines = Array.from({ length: below(6) }, () => pick(below, LINES));
  if (below(4) > 0) lines.unshift('Host: localhost');
  const head = [`${pick(below, METHODS)} ${pick(below, TARGETS)} ${pick(below, VERSIONS)}`, ...lines];
  return `${head.map((line) => line + end()).join('')}${end()}${pick(below, BODIES)}`;
}

/** Changes a few bytes, or none. */
function damaged(below: Below, text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  for (let count = below(3); count > 0 && bytes.length > 0; count -= 1)
    bytes[below(bytes.length)] = below(256);
  return bytes;
}

test('nothing that strangers send, at random, reaches the upstream but the two pings', async (t) => {
  const below = seededRandom(t);
  const recorder = await startRecorder(t);
  const gateway = await startTestGateway(t, { upstream: recorder.origin });
  for (let round = 0; round < ROUNDS; round += 1) {
    const connection = await openRaw(t, gateway.port, gateway.ca);
    const count = 1 + below(3);
    const sent = Array.from({ length: count }, () => damaged(below, randomRequest(below)));
    for (const bytes of sent) connection.write(bytes);
    connection.socket.end();
    await connection.closed();
    for (const { method, url, body } of recorder.requests) {
      const shown = JSON.stringify(Buffer.concat(sent).toString('latin1'));
      assert.match(url, /^(?:\/v1)?\/_ping(?:\?|$)/, shown);
      assert.ok(['GET', 'HEAD'].includes(method), shown);
      assert.equal(body.length, 0, shown);
    }
    if (recorder.requests.length > 50) (recorder.requests as unknown[]).length = 0;
  }
  assert.equal((await ask(gateway, '/v2/')).status, 200);
  assert.ok(
    gateway.log.every((line) => Number(line['level']) < 50),
    'the gateway blames nothing on itself',
  );
  await assertDrains(gateway);
});
