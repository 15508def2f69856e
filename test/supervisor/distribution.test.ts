import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireProgram, runProgram } from '../harness/program.js';
import { until } from '../harness/until.js';
import { type Client, type Crew, clientsOfAll, makeCrew, startCrew } from './crew.js';

test('connections go to the worker that has the fewest, and bytes flow on when the primary has let go of them', async (t) => {
  const crew = await startCrew(t, { workers: 2 });
  const pids: number[] = [];
  const clients: Client[] = [];
  for (let count = 0; count < 6; count += 1) {
    const client = await crew.client();
    clients.push(client);
    pids.push(await client.pid());
  }
  const [one, other] = crew.workforce.status();
  assert.deepEqual([one?.connections, other?.connections], [3, 3]);
  assert.deepEqual(new Set(pids), new Set([one?.pid, other?.pid]));
  for (const [index, client] of clients.entries()) {
    assert.equal(await client.ask('open'), 'true', 'the connection may be half open');
    assert.equal(await client.pid(), pids[index]);
    client.end();
  }
  await until(() => clients.every(({ isClosed }) => isClosed), 'the workers have closed their side too');
  await until(
    () => crew.workforce.status().every(({ connections }) => connections === 0),
    'the workers have told that they are closed',
  );
});

test('connections wait until a worker is ready', async (t) => {
  const crew = await makeCrew(t, { workers: 2 });
  const early = await Promise.all([crew.client(), crew.client()]);
  const pids = early.map((client) => client.pid());
  await crew.workforce.start();
  const ready = crew.workforce.status().map(({ pid }) => pid);
  for (const pid of await Promise.all(pids)) assert.ok(ready.includes(pid));
});

test('a worker that is killed takes exactly its own connections with it, and is replaced', async (t) => {
  const crew = await startCrew(t, { workers: 2 });
  const clients = await clientsOfAll(crew, 2);
  const [[victim, lost] = [], [survivor, kept] = []] = [...clients];
  process.kill(victim ?? 0, 'SIGKILL');
  await until(() => lost?.isClosed === true, 'the connection is closed');
  await until(
    () => crew.workforce.status().filter(({ state }) => state === 'ready').length === 2,
    'there is another worker',
  );
  assert.equal(await kept?.pid(), survivor);
  assert.ok(crew.workforce.status().every(({ pid }) => pid !== victim));
  const death = crew.log.find(({ msg }) => msg === 'a worker has died');
  assert.deepEqual([death?.['pid'], death?.['signal'], death?.['connections']], [victim, 'SIGKILL', 1]);
  await clientsOfAll(crew, 2);
});

test(
  'connections that a worker has no files left for go to another one',
  requireProgram('prlimit', 'util-linux'),
  async (t) => {
    const limits = { heartbeat: { interval: 50, silence: 20_000 } };
    const crew = await startCrew(t, { workers: 2, limits });
    const [[full, first] = [], [other] = []] = [...(await clientsOfAll(crew, 2))];
    const allow = (files: number) => runProgram('prlimit', [`--pid=${full}`, `--nofile=${files}:`]);
    assert.equal((await allow(4)).code, 0);
    const clients = await Promise.all(Array.from({ length: 6 }, () => crew.client()));
    for (const client of clients) assert.equal(await client.pid(), other);
    assert.equal(await first?.pid(), full, 'what it had goes on');
    await allow(1_024);
  },
);

/** Each channel keeps its order: with the first answers the primary has what was told, with the second everybody has it. */
async function hearAll({ workforce }: Crew): Promise<void> {
  await workforce.collect();
  await workforce.collect();
}

test('who guesses at two workers in turns has the tries of one', async (t) => {
  const crew = await startCrew(t, { workers: 2 });
  const [one, other] = [...(await clientsOfAll(crew, 2)).values()] as [Client, Client];
  await Promise.all([one.ask('guard'), other.ask('guard')]);
  const tries = [0, 0];
  for (let turn = 0; turn < 14; turn += 1) {
    const index = turn % 2;
    const asked = index === 0 ? one : other;
    if ((await asked.ask(`guess user${turn}`)) === 'true') tries[index] = (tries[index] ?? 0) + 1;
    await hearAll(crew);
  }
  assert.deepEqual(tries, [5, 5]);
  assert.equal(await other.ask('isKnown'), 'false');
  await one.ask('right');
  await hearAll(crew);
  assert.deepEqual([await one.ask('isKnown'), await other.ask('isKnown')], ['true', 'true']);
});
