import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { afterwards } from '../harness/afterwards.js';
import { temporaryDirectory } from '../harness/directory.js';
import { until } from '../harness/until.js';
import { Client, clientsOfAll, startCrew } from './crew.js';

test('all workers finish what runs when they are stopped, and end', async (t) => {
  const crew = await startCrew(t, { workers: 2 });
  const clients = await clientsOfAll(crew, 2);
  crew.doors.close();
  let isOver = false;
  const stopped = crew.workforce.stop({ detach: false }).then(() => {
    isOver = true;
  });
  for (const [pid, client] of clients) assert.equal(await client.pid(), pid);
  const [first, second] = clients.values();
  first?.end();
  await until(() => crew.workforce.status().length === 1, 'one has ended');
  assert.equal(isOver, false);
  second?.end();
  await stopped;
  assert.equal(await crew.workforce.ended, 0);
});

test('a worker cuts what still runs when the time to finish is over', async (t) => {
  const crew = await startCrew(t, { grace: 50 });
  const client = await crew.client();
  await client.pid();
  await crew.workforce.stop({ detach: false });
  await until(() => client.isClosed, 'the connection is closed');
  assert.ok(crew.notes().some((line) => line.endsWith(' abort')));
});

test('a worker that does not even end then is killed', async (t) => {
  const crew = await startCrew(t, { grace: 1, limits: { overdue: 100, collect: 100 } });
  const client = await crew.client();
  client.send('block');
  await until(async () => (await crew.workforce.collect()).length === 0, 'the worker hangs');
  await crew.workforce.stop({ detach: false });
  assert.ok(crew.log.some(({ msg }) => msg === 'a worker did not end when told to, and is killed'));
});

test('stopping at once cuts what runs', async (t) => {
  const crew = await startCrew(t, { workers: 2 });
  const clients = [...(await clientsOfAll(crew, 2)).values()];
  const stopped = crew.workforce.stop({ detach: false });
  await crew.workforce.abort();
  await stopped;
  await until(() => clients.every(({ isClosed }) => isClosed), 'the connections are closed');
});

/** A primary in a process of its own, with one worker that has a client. */
async function startPrimary(
  t: TestContext,
): Promise<{ primary: ChildProcess; client: Client; worker: number }> {
  const primary = fork(fileURLToPath(new URL('./primary.js', import.meta.url)), [temporaryDirectory(t)]);
  afterwards(t, () => primary.kill('SIGKILL'));
  const [port] = (await once(primary, 'message')) as [number];
  const client = await Client.open(t, port);
  const worker = await client.pid();
  afterwards(t, () => isAlive(worker) && process.kill(worker, 'SIGKILL'));
  return { primary, client, worker };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

for (const [how, end] of [
  ['leaves its workers to themselves', (primary) => primary.send('detach')],
  ['is killed', (primary) => primary.kill('SIGKILL')],
] as [string, (primary: ChildProcess) => void][]) {
  test(`when the primary ${how} the workers finish what runs, and end`, async (t) => {
    const { primary, client, worker } = await startPrimary(t);
    const ended = once(primary, 'exit');
    end(primary);
    await ended;
    assert.equal(await client.pid(), worker);
    assert.ok(isAlive(worker));
    client.end();
    await until(() => !isAlive(worker), 'the worker has ended');
  });
}
