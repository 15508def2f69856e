import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { connect } from 'node:tls';
import { AUTHORIZATION, startTestGateway, type TestGateway } from '../harness/gateway.js';
import { openRaw } from '../harness/raw-connection.js';
import { startRecorder } from '../harness/recorder.js';
import { readReplies, type WireReply } from '../harness/replies.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';

const hasLoopback6 = Object.values(networkInterfaces())
  .flat()
  .some((address) => address?.address === '::1');

function head(gateway: TestGateway, line: string, ...more: readonly string[]): string {
  const fields = [`Host: localhost:${gateway.port}`, `Authorization: ${AUTHORIZATION}`, ...more];
  return `${line}\r\n${fields.join('\r\n')}\r\n\r\n`;
}

test('replies to HEAD, 204 and 304 have no body and keep the headers that speak of one', async (t) => {
  const recorder = await startRecorder(t, (request, response) => {
    const answers: Record<string, () => void> = {
      '/v2/sized': () => response.writeHead(200, { 'content-length': 1234, etag: '"e"' }).end(),
      '/v2/chunked': () => response.writeHead(200, { 'content-type': 'a/b' }).end(),
      '/v2/none': () => response.writeHead(204, { 'x-left': 'yes' }).end(),
      '/v2/same': () => response.writeHead(304, { etag: '"e"' }).end(),
      '/v2/last': () => response.end('last'),
    };
    answers[request.url ?? '']?.();
  });
  const gateway = await startTestGateway(t, { upstream: recorder.origin });
  const raw = await openRaw(t, gateway.port, gateway.ca);
  raw.write(head(gateway, 'HEAD /v2/sized HTTP/1.1'));
  raw.write(head(gateway, 'HEAD /v2/chunked HTTP/1.1'));
  raw.write(head(gateway, 'DELETE /v2/none HTTP/1.1'));
  raw.write(head(gateway, 'GET /v2/same HTTP/1.1', 'If-None-Match: "e"'));
  raw.write(head(gateway, 'GET /v2/last HTTP/1.1'));
  const text = await raw.expect(/last$/);
  // Had one of the replies a body, the next one would not be found where it has to begin.
  const { replies, rest } = readReplies(text, [true, true]);
  assert.equal(rest, '');
  const [sized, chunked, none, same, last] = replies as [
    WireReply,
    WireReply,
    WireReply,
    WireReply,
    WireReply,
  ];
  assert.deepEqual([sized.status, sized.value('content-length'), sized.value('etag')], [200, '1234', '"e"']);
  assert.deepEqual([chunked.status, chunked.value('content-type')], [200, 'a/b']);
  assert.deepEqual([none.status, none.value('x-left')], [204, 'yes']);
  assert.deepEqual([none.value('content-length'), none.value('transfer-encoding')], [undefined, undefined]);
  assert.deepEqual([same.status, same.value('etag')], [304, '"e"']);
  assert.deepEqual([last.status, last.body], [200, 'last']);
});

test('a chunked reply stays chunked, and its trailers follow it', async (t) => {
  const recorder = await startRecorder(t, (_request, response) => {
    response.writeHead(200, { trailer: 'x-checksum' });
    response.write('one ');
    response.addTrailers({ 'x-checksum': 'abc' });
    response.end('two');
  });
  const gateway = await startTestGateway(t, { upstream: recorder.origin });
  const raw = await openRaw(t, gateway.port, gateway.ca);
  raw.write(head(gateway, 'GET /v2/x HTTP/1.1'));
  const text = await raw.expect(/\r\n0\r\n[\s\S]*\r\n\r\n$/);
  assert.match(text, /\r\ntransfer-encoding: chunked\r\n/i);
  assert.match(text, /\r\n0\r\nx-checksum: abc\r\n\r\n$/i);
});

test('a client of HTTP/1.0 gets a chunked reply without chunks, ended by the connection', async (t) => {
  const recorder = await startRecorder(t, (_request, response) => {
    response.write('one ');
    response.end('two');
  });
  const gateway = await startTestGateway(t, { upstream: recorder.origin });
  for (const host of [true, false]) {
    const raw = await openRaw(t, gateway.port, gateway.ca);
    const fields = `${host ? 'Host: old.example\r\n' : ''}Authorization: ${AUTHORIZATION}\r\n`;
    raw.write(`GET /v2/x HTTP/1.0\r\n${fields}\r\n`);
    const { replies, rest } = readReplies(await raw.closed(), [], true);
    assert.equal(rest, '');
    assert.deepEqual(
      replies.map(({ status, body }) => [status, body]),
      [[200, 'one two']],
    );
    assert.equal(replies[0]?.value('transfer-encoding'), undefined);
    const name = host ? 'old.example' : `127.0.0.1:${gateway.port}`;
    assert.equal(recorder.requests.at(-1)?.headers['host'], name);
  }
});

test('pipelined requests are answered in their order, whichever the upstream answers first', async (t) => {
  const held = new Map<string, ServerResponse>();
  const recorder = await startRecorder(t, (request, response) => {
    held.set(request.url ?? '', response);
  });
  const gateway = await startTestGateway(t, { upstream: recorder.origin });
  const raw = await openRaw(t, gateway.port, gateway.ca);
  const names = ['first', 'second', 'third', 'fourth'];
  raw.write(names.map((name) => head(gateway, `GET /v2/${name} HTTP/1.1`)).join(''));
  await until(() => held.size === names.length, 'all four reach the upstream');
  for (const name of names.toReversed()) held.get(`/v2/${name}`)?.end(`answer ${name};`);
  const text = await raw.expect(/answer fourth;/);
  assert.deepEqual(
    [...text.matchAll(/answer (\w+);/g)].map((match) => match[1]),
    names,
  );
});

test('a listener on ::1 serves, and names an address of IPv6', {
  ...(hasLoopback6 ? {} : { skip: 'this machine has no ::1' }),
}, async (t) => {
  const recorder = await startRecorder(t);
  const gateway = await startTestGateway(t, {
    upstream: recorder.origin,
    listen: [{ host: '::1', port: 0 }],
  });
  const socket = connect({ host: '::1', port: gateway.port, ca: gateway.ca });
  t.after(() => socket.destroy());
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  socket.write(`GET /v2/ HTTP/1.1\r\nHost: [::1]:${gateway.port}\r\nAuthorization: ${AUTHORIZATION}\r\n\r\n`);
  await until(() => text.endsWith('ok'), 'an answer');
  const { headers } = recorder.requests[0] ?? { headers: {} as Record<string, unknown> };
  assert.equal(headers['host'], `[::1]:${gateway.port}`);
  assert.equal(headers['x-real-ip'], '::1');
  await until(() => gateway.accessLines().length === 1, 'an access line');
  assert.equal(gateway.accessLines()[0]?.['client'], '::1');
});

test('100 Continue comes after the password was found right, and the upstream learns nothing of it', async (t) => {
  const recorder = await startRecorder(t);
  const gateway = await startTestGateway(t, { upstream: recorder.origin });
  const raw = await openRaw(t, gateway.port, gateway.ca);
  raw.write(head(gateway, 'PUT /v2/x HTTP/1.1', 'Content-Length: 5', 'Expect: 100-continue'));
  await raw.expect(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
  raw.write('hello');
  await raw.expect(/HTTP\/1\.1 200 OK\r\n[\s\S]*ok$/);
  assert.equal(recorder.requests[0]?.body.toString(), 'hello');
  assert.equal(recorder.requests[0]?.headers['expect'], undefined);
});

test('with a wrong password there is no 100 Continue, and the upstream sees nothing', async (t) => {
  const recorder = await startRecorder(t);
  const gateway = await startTestGateway(t, { upstream: recorder.origin });
  for (const field of ['X-None: 1', `Authorization: Basic ${btoa('vinod1:wrong')}`]) {
    const raw = await openRaw(t, gateway.port, gateway.ca);
    const fields = `Host: localhost\r\n${field}\r\nContent-Length: 5000000\r\nExpect: 100-continue\r\n`;
    raw.write(`PUT /v2/x HTTP/1.1\r\n${fields}\r\n`);
    assert.match(await raw.expect(/\r\n\r\n/), /^HTTP\/1\.1 401 /);
    assert.ok(!raw.received().includes('100 Continue'));
  }
  assert.equal(recorder.requests.length, 0);
  assert.equal((await ask(gateway, '/v2/')).status, 200);
});
