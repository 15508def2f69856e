import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ControlClient } from '../../src/monitor/control-client.js';
import { afterwards } from '../harness/afterwards.js';
import { temporaryDirectory } from '../harness/directory.js';
import { AUTHORIZATION } from '../harness/gateway.js';
import { type Serving, serve } from '../harness/served.js';
import { ask, GREAT, type Layer, placeZeros, SlowPull, SlowPush } from './serve-transfers.js';

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

interface Row {
  readonly workers: number;
  readonly layer: Layer;
  readonly reloads: number;
  /** Reloads after which another realm makes the server build all anew; in between other settings change. */
  readonly rebuild: number;
}

const small = 64 * 1024 ** 2;
const hashOf = (value: number): string =>
  createHash('sha256').update(Buffer.alloc(small, value)).digest('hex');
const rows: readonly Row[] = [
  {
    ...{ workers: 0, reloads: 10, rebuild: 1 },
    layer: { size: small, hash: hashOf(0), ones: hashOf(1) },
  },
  { workers: 2, layer: GREAT, reloads: 50, rebuild: 10 },
];

for (const { workers, layer, reloads, rebuild } of rows) {
  const what = workers === 0 ? 'one process' : `${workers} workers`;
  const bytes = `${layer.size / 1024 ** 2} MiB`;
  test(`With ${what}, a push and a pull of ${bytes} go on through ${reloads} reloads, on the connections of before.`, async (t) => {
    const directory = temporaryDirectory(t);
    placeZeros(directory, 'there', layer);
    const file = join(directory, 'dockgate.yaml');
    const configure = (realm: string, rate: number): void => {
      const settings = [
        `realm: ${realm}`,
        `minimumRate: ${rate}`,
        ...(workers === 0 ? [] : [`workers: ${workers}`]),
      ];
      writeFileSync(file, `${settings.join('\n')}\n`);
    };
    configure('before', 500);
    const served = await serve(t, directory);
    const control = new ControlClient(join(directory, 'dockgate.sock'));
    const knock = keptConnection(t, served);
    const first = await knock();
    const pull = await SlowPull.start(served, 'there', layer);
    const push = await SlowPush.start(served, 'pushed', layer.size);
    afterwards(t, () => {
      pull.abandon();
      push.abandon();
    });
    for (let count = 1; count <= reloads; count += 1) {
      // Another realm is another identity and another registry, and the answer tells whose it is.
      const realm = `r${Math.ceil(count / rebuild)}`;
      configure(realm, 500 + count);
      const report = await control.reload();
      assert.deepEqual([report.ok, report.problems, report.generation], [true, [], count + 1]);
      assert.equal(await knock(), first.replace('before', realm));
      const bytes = Math.floor((layer.size / reloads) * count);
      await Promise.all([pull.upTo(bytes - 1), push.upTo(bytes - 1)]);
    }
    assert.equal(await pull.finish(), layer.hash);
    assert.equal(await push.finish(layer.ones), 201);
    const { statusCode, headers } = await ask(served, 'HEAD', `/v2/pushed/blobs/sha256:${layer.ones}`);
    assert.deepEqual([statusCode, headers['content-length']], [200, String(layer.size)]);
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
