import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ControlClient } from '../../src/monitor/control-client.js';
import type { RunningExchange } from '../../src/monitor/status.js';
import { afterwards } from '../harness/afterwards.js';
import { temporaryDirectory } from '../harness/directory.js';
import { serve } from '../harness/served.js';
import { until } from '../harness/until.js';
import { ask, placeZeros, SlowPull, SlowPush } from './serve-transfers.js';

const MIB = 1024 ** 2;
const LAYER = {
  size: 64 * MIB,
  hash: createHash('sha256')
    .update(Buffer.alloc(64 * MIB))
    .digest('hex'),
};
const REPOSITORIES = ['pull/0', 'pull/1', 'pull/2', 'pull/3'];

test('A worker killed with SIGKILL during transfers costs exactly its own connections, and its uploads go on at another.', async (t) => {
  const directory = temporaryDirectory(t);
  for (const repository of REPOSITORIES) placeZeros(directory, repository, LAYER);
  const served = await serve(t, directory, ['--workers', '2']);
  const control = new ControlClient(join(directory, 'dockgate.sock'));
  const pulls = new Map<string, SlowPull>();
  for (const name of REPOSITORIES) pulls.set(name, await SlowPull.start(served, name, LAYER));
  const pushes = [await SlowPush.start(served, 'push/0'), await SlowPush.start(served, 'push/1')];
  // Workers without the process that looks after them would wait for these.
  afterwards(t, () => {
    for (const push of pushes) push.abandon();
  });
  for (const push of pushes) await push.upTo(8 * MIB);
  let running: readonly RunningExchange[] = [];
  const settled = async (): Promise<boolean> => {
    running = (await control.status()).exchanges;
    return running.filter(({ method, received }) => method === 'PATCH' && received === 8 * MIB).length === 2;
  };
  await until(settled, 'the workers have what was sent');
  const workerOf = (path: string): number | undefined =>
    running.find(({ target }) => target.includes(path))?.worker;
  const [victim] = running.map(({ worker }) => worker);
  const isVictims = (path: string): boolean => workerOf(path) === victim;
  assert.ok(victim !== undefined && running.length === 6, 'all six transfers run');
  assert.ok(
    running.some(({ worker }) => worker !== victim),
    'both workers have some',
  );

  process.kill(victim, 'SIGKILL');
  for (const [name, pull] of pulls) {
    if (isVictims(name)) await assert.rejects(pull.finish(), `${name} was at the killed worker`);
    else assert.equal(await pull.finish(), LAYER.hash, `${name} was at the other one`);
  }
  for (const push of pushes) {
    const { statusCode, headers } = await ask(served, 'GET', push.path);
    // What was sent to a worker that nobody could warn may not be on the disk; the client is told how far it is.
    const offset = Number(/^0-(\d+)$/.exec(headers.range ?? '')?.[1]) + 1;
    assert.equal(statusCode, 204);
    if (isVictims(push.path)) assert.ok(offset <= 8 * MIB);
    else await push.upTo(9 * MIB);
  }
  await until(async () => {
    const { workers = [] } = await control.status();
    return workers.filter(({ pid, state }) => state === 'running' && pid !== victim).length === 2;
  }, 'another worker takes the place');
  const [killed] = pushes.filter(({ path }) => isVictims(path));
  if (killed !== undefined) assert.equal((await ask(served, 'DELETE', killed.path)).statusCode, 204);
  assert.equal((await ask(served, 'GET', '/v2/')).statusCode, 200);
  assert.match(served.stdout(), /SIGKILL/);
});

test('A user who is removed is refused by all workers once a reload has been answered.', async (t) => {
  const directory = temporaryDirectory(t);
  const served = await serve(t, directory, ['--workers', '2']);
  // Each request comes on a connection of its own, so that both workers are asked, and remember the password.
  const statuses = async (): Promise<ReadonlySet<number | undefined>> => {
    const replies = await Promise.all(Array.from({ length: 8 }, () => ask(served, 'GET', '/v2/')));
    return new Set(replies.map(({ statusCode }) => statusCode));
  };
  assert.deepEqual(await statuses(), new Set([200]));
  writeFileSync(
    join(directory, 'dockgate.htpasswd'),
    'other:$2y$05$abcdefghijklmnopqrstuuIX3QH9T4i7J7vXRjVg0Nq1oXl8gk8Fi\n',
  );
  const report = await new ControlClient(join(directory, 'dockgate.sock')).reload();
  assert.ok(report.ok, JSON.stringify(report.problems));
  assert.deepEqual(await statuses(), new Set([401]));
});
