import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import { Outlet, reasonOf } from '../../src/telemetry/outlet.js';
import { afterwards } from '../harness/afterwards.js';
import { startRecorder } from '../harness/recorder.js';

async function open(t: TestContext, answer: (response: ServerResponse) => void) {
  const recorder = await startRecorder(t, (request, response) => {
    request.resume();
    answer(response);
  });
  const outlet = new Outlet(`${recorder.origin}/base/`);
  afterwards(t, () => outlet.close());
  return { recorder, outlet };
}

test('of a reply that never ends only the beginning is read', async (t) => {
  const { outlet } = await open(t, (response) => {
    const flood = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(16_384, 'x')));
      response.once('drain', flood);
    };
    flood();
  });
  const { status, body } = await outlet.post('/a', {}, 'b');
  assert.deepEqual([status, body], [200, 'x'.repeat(8_192)]);
});

test('redirections are not followed, so that nobody can lead secrets elsewhere', async (t) => {
  const { outlet, recorder } = await open(t, (response) => response.writeHead(307, { location: '/b' }).end());
  assert.equal((await outlet.post('/a', { key: 'c' }, 'd')).status, 307);
  assert.deepEqual(
    recorder.requests.map(({ url }) => url),
    ['/base/a'],
  );
});

test('proxies of the environment are not asked', async (t) => {
  const { outlet, recorder } = await open(t, (response) => response.end());
  for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY']) {
    process.env[name] = 'http://127.0.0.1:1';
    t.after(() => delete process.env[name]);
  }
  assert.equal((await outlet.post('/a', {}, 'b')).status, 200);
  assert.equal(recorder.requests.length, 1);
});

test('how long to wait is read from seconds and from dates', async (t) => {
  const written = ['7', 'Wed, 21 Oct 2015 07:28:00 GMT', 'soon'];
  const { outlet } = await open(t, (response) =>
    response.setHeader('retry-after', written.shift() ?? '').end(),
  );
  const read = [];
  while (written.length > 0) read.push((await outlet.post('/a', {}, 'b')).retryAfter);
  assert.deepEqual(read, [7_000, 0, undefined]);
});

test('a broken reply is an error that names no more than its kind', async (t) => {
  const { outlet } = await open(t, (response) => response.socket?.end('secret\r\n\r\n'));
  await assert.rejects(outlet.post('/a', {}, 'b'), (error) => {
    assert.match(reasonOf(error), /^[A-Za-z_]+$/);
    return true;
  });
});
