import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { startDockerRegistry } from '../harness/docker-registry.js';
import { AUTHORIZATION, startTestGateway } from '../harness/gateway.js';
import { openRequest, pour, replyTo, swallow } from '../harness/outgoing.js';
import { requireProgram, runProgram } from '../harness/program.js';
import { openRaw } from '../harness/raw-connection.js';
import { startRecorder } from '../harness/recorder.js';
import { trustDirectory } from '../harness/skopeo.js';
import { until } from '../harness/until.js';

const withCurl = requireProgram('curl', 'curl');

for (const framing of ['length', 'chunked'] as const) {
  test(`a client that goes in the middle of a push takes its upload with it: ${framing}`, async (t) => {
    let seen: IncomingMessage | undefined;
    let closed = false;
    const recorder = await startRecorder(t, (request) => {
      seen = request;
      request.on('error', () => {});
      request.on('close', () => {
        closed = true;
      });
      request.resume();
    });
    const gateway = await startTestGateway(t, { upstream: recorder.origin });
    const headers =
      framing === 'length' ? { 'content-length': 10_000_000 } : { 'transfer-encoding': 'chunked' };
    const outgoing = openRequest(gateway, 'PATCH', '/v2/x/blobs/uploads/1', headers);
    outgoing.on('error', () => {});
    outgoing.write(Buffer.alloc(1_000_000));
    await until(() => seen !== undefined, 'the upload begins');
    outgoing.destroy();
    await until(() => closed, 'the upload to the upstream is aborted');
    assert.equal(seen?.complete, false, 'the upstream must not take the upload for whole');
    await until(() => gateway.accessLines().length === 1, 'an access line');
    assert.equal(gateway.accessLines()[0]?.['outcome'], 'client gone');
  });

  test(`an upstream that goes in the middle of a reply is seen as a cut connection: ${framing}`, async (t) => {
    const recorder = await startRecorder(t, (_request, response) => {
      response.writeHead(200, framing === 'length' ? { 'content-length': 10_000_000 } : {});
      response.write(Buffer.alloc(500_000), () => response.destroy());
    });
    const gateway = await startTestGateway(t, { upstream: recorder.origin });
    const outgoing = openRequest(gateway, 'GET', '/v2/x/blobs/1');
    outgoing.on('error', () => {});
    outgoing.end();
    const { whole, bytes } = await swallow(await replyTo(outgoing));
    assert.equal(whole, false);
    assert.ok(bytes <= 500_000);
    await until(() => gateway.accessLines().length === 1, 'an access line');
    assert.equal(gateway.accessLines()[0]?.['outcome'], 'upstream failed');
    assert.equal(recorder.requests.length, 1, 'a reply that has begun is not asked for again');
  });

  test(
    `curl in HTTP/1.0 sees that the upstream went in the middle of a reply: ${framing}`,
    withCurl,
    async (t) => {
      const recorder = await startRecorder(t, (_request, response) => {
        response.writeHead(200, framing === 'length' ? { 'content-length': 10_000_000 } : {});
        response.write(Buffer.alloc(500_000), () => response.destroy());
      });
      const gateway = await startTestGateway(t, { upstream: recorder.origin });
      const authority = join(trustDirectory(t, gateway.ca), 'ca.crt');
      const result = await runProgram('curl', [
        ...['--http1.0', '-sS', '--cacert', authority, '-H', `authorization: ${AUTHORIZATION}`],
        ...['-o', '/dev/null', `${gateway.url}/v2/x/blobs/1`],
      ]);
      assert.ok(result.code === 18 || result.code === 56, `curl ended with ${result.code}: ${result.stderr}`);
    },
  );
}

test('a client that goes in the middle of a pull, or before the answer, ends the request upstream', async (t) => {
  const ends: string[] = [];
  const recorder = await startRecorder(t, (request, response) => {
    response.on('close', () => ends.push(`${request.url} ${response.writableFinished}`));
    if (request.url === '/v2/silent') return;
    response.writeHead(200);
    void pour(response, 1_000_000_000);
  });
  const gateway = await startTestGateway(t, { upstream: recorder.origin });
  const pulling = openRequest(gateway, 'GET', '/v2/endless');
  pulling.on('error', () => {});
  pulling.end();
  const reply = await replyTo(pulling);
  reply.on('error', () => {});
  reply.destroy();
  const waiting = openRequest(gateway, 'GET', '/v2/silent');
  waiting.on('error', () => {});
  waiting.end();
  await until(() => recorder.requests.length === 2, 'both requests reach the upstream');
  waiting.destroy();
  await until(() => ends.length === 2, 'both are ended upstream');
  assert.deepEqual(ends.sort(), ['/v2/endless false', '/v2/silent false']);
  await until(() => gateway.accessLines().length === 2, 'two access lines');
  for (const line of gateway.accessLines()) assert.equal(line['outcome'], 'client gone');
});

test('an early 413 is delivered while the upload runs, and a short rest leaves the connection usable', async (t) => {
  const recorder = await startRecorder(t, (request, response) => {
    if (request.method === 'GET') response.end('next');
    else response.writeHead(413, { 'content-length': 6 }).end('so big');
  });
  const gateway = await startTestGateway(t, { upstream: recorder.origin });
  const raw = await openRaw(t, gateway.port, gateway.ca);
  const common = `Host: localhost:${gateway.port}\r\nAuthorization: ${AUTHORIZATION}\r\n`;
  raw.write(`PATCH /v2/x/blobs/uploads/1 HTTP/1.1\r\n${common}Content-Length: 3000000\r\n\r\n`);
  raw.write(Buffer.alloc(1_000_000));
  await raw.expect(/^HTTP\/1\.1 413 [\s\S]*so big$/);
  raw.write(Buffer.alloc(2_000_000));
  raw.write(`GET /v2/ HTTP/1.1\r\n${common}\r\n`);
  await raw.expect(/so bigHTTP\/1\.1 200 [\s\S]*next/);
});

test('an early 413 is delivered while a large upload runs, whose rest is not read for ever', async (t) => {
  // Answers at once and reads no more, but leaves the connection open until the other side has seen the answer.
  const upstream = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.pause();
      socket.end('HTTP/1.1 413 Payload Too Large\r\ncontent-length: 6\r\nconnection: close\r\n\r\nso big');
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  t.after(() => upstream.close());
  const { port } = upstream.address() as AddressInfo;
  const gateway = await startTestGateway(t, { upstream: `http://127.0.0.1:${port}` });
  const outgoing = openRequest(gateway, 'PATCH', '/v2/x/blobs/uploads/1', {
    'content-length': 1_000_000_000,
  });
  outgoing.on('error', () => {});
  const poured = pour(outgoing, 1_000_000_000);
  const reply = await replyTo(outgoing);
  assert.equal(reply.statusCode, 413);
  let text = '';
  for await (const chunk of reply) text += String(chunk);
  assert.equal(text, 'so big');
  await poured;
  assert.ok(outgoing.destroyed, 'the connection was closed before all was sent');
  await until(() => gateway.accessLines().length === 1, 'an access line');
  const { received, outcome } = gateway.accessLines()[0] ?? {};
  assert.equal(outcome, 'complete');
  assert.ok(Number(received) < 100_000_000, `${received} bytes were read`);
});

for (const kind of ['embedded', 'docker-registry'] as const) {
  test(`a large upload to a place that the registry does not know is told 404 while it runs: ${kind}`, {
    ...(kind === 'embedded' ? {} : requireProgram('docker-registry', 'docker-registry')),
  }, async (t) => {
    const behind = kind === 'embedded' ? {} : { upstream: (await startDockerRegistry(t)).origin };
    const gateway = await startTestGateway(t, behind);
    const path = '/v2/x/blobs/uploads/0c3dbc4a-6f19-4d3f-9a73-1f1f6b0f3c11?_state=none';
    for (const framing of ['length', 'chunked']) {
      const headers =
        framing === 'length' ? { 'content-length': 100_000_000 } : { 'transfer-encoding': 'chunked' };
      const outgoing = openRequest(gateway, 'PATCH', path, headers);
      outgoing.on('error', () => {});
      const replied = replyTo(outgoing);
      void pour(outgoing, 100_000_000);
      const reply = await replied;
      assert.equal(reply.statusCode, 404);
      let text = '';
      for await (const chunk of reply) text += String(chunk);
      assert.match(text, /BLOB_UPLOAD_(UNKNOWN|INVALID)/);
    }
  });
}
