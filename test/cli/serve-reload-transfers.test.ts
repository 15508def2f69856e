import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ControlClient } from '../../src/monitor/control-client.js';
import { temporaryDirectory } from '../harness/directory.js';
import { AUTHORIZATION } from '../harness/gateway.js';
import { type Serving, serve } from '../harness/served.js';
import { ask, ONES, placeZeros, SIZE, SlowPull, SlowPush, ZEROS } from './serve-transfers.js';

const RELOADS = 50;

/** Asks again and again on one connection. */
function keptConnection(t: TestContext, { port, ca }: Serving): () => Promise<string> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca });
  t.after(() => agent.destroy());
  return () =>
    new Promise((resolve, reject) => {
      const sent = request({ host: 'localhost', port, path: '/v2/', agent }, (response) => {
        const { localPort } = sent.socket ?? {};
        response.resume();
        response.once('end', () =>
          resolve(`${response.statusCode} on ${localPort}, ${response.headers['www-authenticate']}`),
        );
      });
      sent.once('error', reject).end();
    });
}

for (const workers of [0, 2]) {
  const what = workers === 0 ? 'one process' : `${workers} workers`;
  test(`With ${what}, a push and a pull of 2 GiB go on through ${RELOADS} reloads, on the connections of before.`, async (t) => {
    const directory = temporaryDirectory(t);
    placeZeros(directory, 'there');
    const file = join(directory, 'dockgate.yaml');
    const configure = (more: string): void =>
      writeFileSync(file, `${workers === 0 ? '' : `workers: ${workers}\n`}${more}\n`);
    configure('realm: before');
    const served = await serve(t, directory);
    const control = new ControlClient(join(directory, 'dockgate.sock'));
    const knock = keptConnection(t, served);
    const first = await knock();
    const [pull, push] = await Promise.all([
      SlowPull.start(served, 'there'),
      SlowPush.start(served, 'pushed'),
    ]);
    for (let count = 1; count <= RELOADS; count += 1) {
      // Another realm is another identity and another registry; the last digit says whose answer it is.
      configure(`realm: r${count}`);
      const report = await control.reload();
      assert.deepEqual(report, { ok: true, problems: [], notices: [], generation: count + 1 });
      assert.equal(await knock(), first.replace('before', `r${count}`));
      const bytes = Math.floor((SIZE / RELOADS) * count);
      await Promise.all([pull.upTo(bytes - 1), push.upTo(bytes - 1)]);
    }
    assert.equal(await pull.finish(), ZEROS);
    assert.equal(await push.finish(), 201);
    const { statusCode, headers } = await ask(served, 'HEAD', `/v2/pushed/blobs/sha256:${ONES}`);
    assert.deepEqual([statusCode, headers['content-length']], [200, String(SIZE)]);
    served.kill('SIGTERM');
    assert.deepEqual(await served.ended, { code: 0, signal: null });
  });
}

test('A broken configuration changes nothing, and is reported where the reload was asked for.', async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, 'dockgate.yaml');
  writeFileSync(file, 'realm: before\n');
  const served = await serve(t, directory);
  const knock = keptConnection(t, served);
  const before = await knock();
  writeFileSync(file, 'realm: after\nlisten: [nonsense]\nrelm: x\n');
  const report = await new ControlClient(join(directory, 'dockgate.sock')).reload();
  assert.equal(report.ok, false);
  assert.deepEqual(
    report.problems.map(({ line }) => line),
    [2, 3],
  );
  assert.equal(await knock(), before);
  assert.ok(AUTHORIZATION !== '' && !served.isOver);
});
