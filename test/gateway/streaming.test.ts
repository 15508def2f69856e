import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { platform } from 'node:os';
import { test } from 'node:test';
import { temporaryDirectory } from '../harness/directory.js';
import { startTestGateway } from '../harness/gateway.js';
import { openRequest, type Place, pour, replyTo, swallow } from '../harness/outgoing.js';
import { startRecorder } from '../harness/recorder.js';
import { ask } from '../harness/request.js';
import { serve } from '../harness/served.js';
import { until } from '../harness/until.js';

const GIGABYTE = 1_000_000_000;
/** More than all buffers of two connections on one machine hold. */
const LARGE = 200_000_000;
const onLinux = platform() === 'linux' ? {} : { skip: 'the memory of a process is read from /proc' };

/** Answers `GET /v2/SIZE/LENGTH-OR-CHUNKED` with that many zeros, and anything with a body with its size. */
function bulk(request: IncomingMessage, response: ServerResponse): void {
  const [, , size = '', framing] = (request.url ?? '').split('/');
  if (request.method === 'GET') {
    response.writeHead(200, framing === 'length' ? { 'content-length': size } : {});
    void pour(response, Number(size));
    return;
  }
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  request.on('end', () => response.end(String(bytes)));
}

async function push(place: Place, bytes: number, framing: 'length' | 'chunked'): Promise<void> {
  const headers = framing === 'length' ? { 'content-length': bytes } : { 'transfer-encoding': 'chunked' };
  const outgoing = openRequest(place, 'PATCH', '/v2/x/blobs/uploads/1', headers);
  const replied = replyTo(outgoing);
  await pour(outgoing, bytes);
  const reply = await replied;
  let text = '';
  for await (const chunk of reply) text += String(chunk);
  assert.equal(text, String(bytes));
}

async function pull(place: Place, bytes: number, framing: 'length' | 'chunked'): Promise<void> {
  const outgoing = openRequest(place, 'GET', `/v2/${bytes}/${framing}`);
  outgoing.end();
  assert.deepEqual(await swallow(await replyTo(outgoing)), { bytes, whole: true });
}

/** Most memory that a process ever had, in bytes. */
function peakOf(pid: number): number {
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(peak?.[1]) * 1_024;
}

test('2 GB travel each way, chunked and not, in memory that does not grow with them', onLinux, async (t) => {
  const recorder = await startRecorder(t, bulk);
  const served = await serve(t, temporaryDirectory(t), ['--upstream', recorder.origin]);
  const each = async (bytes: number): Promise<void> => {
    await push(served, bytes, 'length');
    await push(served, bytes, 'chunked');
    await pull(served, bytes, 'length');
    await pull(served, bytes, 'chunked');
  };
  await each(100_000_000);
  const before = peakOf(served.pid);
  await each(GIGABYTE);
  const growth = peakOf(served.pid) - before;
  assert.ok(growth < 64 * 1_048_576, `it grew by ${growth} bytes from ${before}`);
});

test('bodies of any size arrive as they were sent, with and without a length', async (t) => {
  const recorder = await startRecorder(t, bulk);
  const gateway = await startTestGateway(t, { upstream: recorder.origin });
  for (const bytes of [0, 1, 16_383, 16_384, 16_385, 65_536, 131_073, 4 * 1_048_576, 4 * 1_048_576 + 1]) {
    for (const framing of ['length', 'chunked'] as const) {
      await push(gateway, bytes, framing);
      const fields = recorder.requests.at(-1)?.headers;
      const length = fields?.['content-length'];
      // A body that has ended before it travels on may as well be told with its length.
      if (length === undefined) assert.equal(fields?.['transfer-encoding'], 'chunked');
      else assert.equal(length, String(bytes));
      if (framing === 'length') assert.notEqual(length, undefined);
      else if (bytes > 1_048_576) assert.equal(length, undefined);
      await pull(gateway, bytes, framing);
    }
  }
});

test('a client that does not read stops the upstream, one that goes on gets everything', async (t) => {
  let written = 0;
  const recorder = await startRecorder(t, (_request, response) => {
    response.writeHead(200, { 'content-length': LARGE });
    const count = response.write.bind(response) as (chunk: Buffer) => boolean;
    response.write = ((chunk: Buffer) => {
      written += chunk.length;
      return count(chunk);
    }) as typeof response.write;
    void pour(response, LARGE);
  });
  const gateway = await startTestGateway(t, { upstream: recorder.origin });
  const outgoing = openRequest(gateway, 'GET', '/v2/x');
  outgoing.end();
  const reply = await replyTo(outgoing);
  reply.once('readable', () => {});
  assert.ok((await settled(() => written)) < LARGE / 2, `${written} bytes were taken from the upstream`);
  reply.removeAllListeners('readable');
  assert.deepEqual(await swallow(reply), { bytes: LARGE, whole: true });
});

test('an upstream that does not read stops the client', async (t) => {
  let waiting: IncomingMessage | undefined;
  let answering: ServerResponse | undefined;
  const recorder = await startRecorder(t, (request, response) => {
    waiting = request;
    answering = response;
  });
  const gateway = await startTestGateway(t, { upstream: recorder.origin });
  const outgoing = openRequest(gateway, 'PUT', '/v2/x', { 'transfer-encoding': 'chunked' });
  const replied = replyTo(outgoing);
  let taken = 0;
  const write = outgoing.write.bind(outgoing) as (chunk: Buffer) => boolean;
  outgoing.write = ((chunk: Buffer) => {
    taken += chunk.length;
    return write(chunk);
  }) as typeof outgoing.write;
  const poured = pour(outgoing, LARGE);
  await until(() => waiting !== undefined, 'the request comes to the upstream');
  assert.ok((await settled(() => taken)) < LARGE / 2, `${taken} bytes were taken from the client`);
  if (waiting === undefined || answering === undefined) throw new Error('nothing came to the upstream');
  bulk(waiting, answering);
  await poured;
  let text = '';
  for await (const chunk of await replied) text += String(chunk);
  assert.equal(text, String(LARGE));
});

/** Waits until a count has begun and then stands still for fifty looks. */
async function settled(count: () => number): Promise<number> {
  let last = 0;
  let same = 0;
  await until(() => {
    same = count() === last && last > 0 ? same + 1 : 0;
    last = count();
    return same === 50;
  }, 'the stream stands still');
  return last;
}

test('a pull that ends in the middle is followed by a good one on the same upstream', async (t) => {
  const recorder = await startRecorder(t, bulk);
  const gateway = await startTestGateway(t, { upstream: recorder.origin });
  for (let round = 0; round < 5; round += 1) {
    const outgoing = openRequest(gateway, 'GET', '/v2/50000000/length');
    outgoing.on('error', () => {});
    outgoing.end();
    const reply = await replyTo(outgoing);
    reply.once('data', () => reply.destroy());
    assert.equal((await swallow(reply)).whole, false);
    assert.equal((await ask(gateway, '/v2/3/chunked')).body.length, 3);
  }
});
