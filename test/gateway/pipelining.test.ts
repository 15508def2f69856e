import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { AUTHORIZATION, startTestGateway } from '../harness/gateway.js';
import { openRaw } from '../harness/raw-connection.js';
import { startRecorder } from '../harness/recorder.js';
import { until } from '../harness/until.js';

const head = (line: string): string =>
  `${line} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${AUTHORIZATION}\r\nContent-Length: 0\r\n\r\n`;

function finish(response: ServerResponse | undefined, text: string): void {
  response?.writeHead(200, { 'content-length': text.length });
  response?.end(text);
}

test('a pipelined request waits for the one before it when either changes something', async (t) => {
  const waiting: ServerResponse[] = [];
  const recorder = await startRecorder(t, (_request, response) => waiting.push(response));
  const gateway = await startTestGateway(t, { upstream: recorder.origin });
  const connection = await openRaw(t, gateway.port, gateway.ca);
  connection.write(head('PUT /v2/a') + head('GET /v2/b') + head('DELETE /v2/c'));
  for (const [index, url] of ['/v2/a', '/v2/b', '/v2/c'].entries()) {
    await until(() => recorder.requests.length > index, `the upstream is asked for ${url}`);
    assert.deepEqual(recorder.requests.length, index + 1);
    assert.equal(recorder.requests[index]?.url, url);
    finish(waiting[index], `answer ${index}`);
    await connection.expect(new RegExp(`answer ${index}`));
  }
});

test('pipelined requests that only read run at the same time and are answered in order', async (t) => {
  const waiting: ServerResponse[] = [];
  const recorder = await startRecorder(t, (_request, response) => waiting.push(response));
  const gateway = await startTestGateway(t, { upstream: recorder.origin });
  const connection = await openRaw(t, gateway.port, gateway.ca);
  connection.write(head('GET /v2/a') + head('GET /v2/b'));
  await until(() => waiting.length === 2, 'both requests reach the upstream');
  finish(waiting[1], 'second');
  finish(waiting[0], 'first');
  assert.match(await connection.expect(/second/), /first.*second/s);
});

test('requests that wait for their turn go with their connection', async (t) => {
  const waiting: ServerResponse[] = [];
  const recorder = await startRecorder(t, (_request, response) => waiting.push(response));
  const gateway = await startTestGateway(t, { upstream: recorder.origin });
  const connection = await openRaw(t, gateway.port, gateway.ca);
  connection.write(head('PUT /v2/a') + head('PUT /v2/b'));
  await until(() => waiting.length === 1, 'the first request reaches the upstream');
  connection.socket.destroy();
  await once(waiting[0] as ServerResponse, 'close');
  await gateway.gateway.stop();
  assert.deepEqual(
    gateway.accessLines().map(({ outcome }) => outcome),
    ['client gone', 'client gone'],
  );
  assert.equal(recorder.requests.length, 1);
});
