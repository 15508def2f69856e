import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError } from '../../src/configuration/problem.js';
import type { RespawnLimits } from '../../src/supervisor/respawn.js';
import { until } from '../harness/until.js';
import { clientsOfAll, makeCrew, startCrew } from './crew.js';

const respawn: RespawnLimits = {
  firstPause: 1,
  longestPause: 5,
  longLife: 60_000,
  deaths: 3,
  within: 60_000,
};

test('a configuration that no worker can start with is told once, with its place, and nothing is tried again', async (t) => {
  const crew = await makeCrew(t, { workers: 2, realm: 'wrong' });
  await assert.rejects(crew.workforce.start(), (error: Error) => {
    assert.ok(error instanceof ConfigurationError);
    assert.equal(error.message, '/etc/dockgate.yaml:7: realm: it is wrong.');
    return true;
  });
  assert.equal(await crew.workforce.ended, 2);
  assert.equal(crew.notes().length, 1);
});

test('workers that never become ready are given up after so many deaths, and the log says why', async (t) => {
  const crew = await makeCrew(t, { workers: 2, realm: 'broken', limits: { respawn } });
  await assert.rejects(crew.workforce.start(), /giving up: 3 workers died within 60 s/);
  assert.equal(await crew.workforce.ended, 1);
  assert.equal(crew.notes().length, 3);
  assert.equal(crew.log.filter(({ level }) => level === 60).length, 1);
  const deaths = crew.log.filter(({ msg }) => msg === 'a worker has died');
  assert.equal(deaths.length, 3);
  assert.match(String(deaths[0]?.['reason']), /Error: it broke/);
});

test('workers that die while they serve are replaced until it is too often; what still runs may finish then', async (t) => {
  const ends: string[] = [];
  const listener = { died: (_index: number, how: string) => ends.push(how), farewell: () => undefined };
  const crew = await startCrew(t, { workers: 2, limits: { respawn }, listener });
  const clients = await clientsOfAll(crew, 2);
  const [kept] = [...clients.values()];
  const keptPid = await kept?.pid();
  const victims = new Set([...clients.keys()].filter((pid) => pid !== keptPid));
  for (let count = 0; count < 3; count += 1) {
    const [victim] = victims;
    process.kill(victim ?? 0, 'SIGKILL');
    victims.clear();
    await until(() => {
      const { log, workforce } = crew;
      const other = workforce.status().find(({ pid, state }) => pid !== keptPid && state === 'ready');
      if (other?.pid !== undefined && other.pid !== victim) victims.add(other.pid);
      return victims.size > 0 || log.some(({ level }) => level === 60);
    }, 'the worker is replaced, or given up');
  }
  assert.equal(await kept?.pid(), keptPid);
  assert.deepEqual(
    crew.workforce.status().map(({ pid, state }) => [pid, state]),
    [[keptPid, 'draining']],
  );
  kept?.end();
  assert.equal(await crew.workforce.ended, 1);
  assert.deepEqual(ends, Array(3).fill('was ended by SIGKILL'));
  assert.deepEqual([crew.workforce.deaths, crew.workforce.replacements], [3, 0]);
});

test('a worker that has served its number of requests is replaced by another one, and finishes what it has', async (t) => {
  const last: unknown[] = [];
  const died = (): never => assert.fail('none has died');
  const listener = { died, farewell: (metrics: unknown): unknown => last.push(metrics) };
  const crew = await startCrew(t, { workers: 2, requests: 5, listener });
  const clients = await clientsOfAll(crew, 2);
  const [[old, client] = []] = [...clients];
  for (let count = 0; count < 5; count += 1) await client?.ask('served');
  const pids = (): unknown[] => crew.workforce.status().map(({ pid, state }) => [pid, state]);
  await until(
    () => pids().length === 3 && pids().every((pair) => !String(pair).includes('starting')),
    'it is replaced',
  );
  assert.deepEqual(crew.workforce.status().find(({ pid }) => pid === old)?.state, 'draining');
  assert.equal(await client?.pid(), old);
  for (const pid of (await clientsOfAll(crew, 2)).keys()) assert.notEqual(pid, old);
  client?.end();
  await until(() => pids().length === 2, 'the old one has ended');
  assert.ok(crew.workforce.status().every(({ restarts }) => restarts === 0));
  assert.deepEqual([crew.workforce.replacements, crew.workforce.deaths], [1, 0]);
  assert.deepEqual(last, [{ pid: old, map: new Map([[1, 2]]) }], 'what it counted last is told');
  assert.equal(crew.log.filter(({ msg }) => msg === 'a worker has died').length, 0);
});

test('a worker that is told by a signal to end is replaced in the same way, one after the other', async (t) => {
  const crew = await startCrew(t, { workers: 2 });
  const old = crew.workforce.status().map(({ pid }) => pid ?? 0);
  for (const pid of old) {
    process.kill(pid, 'SIGINT');
    process.kill(pid, 'SIGTERM');
  }
  let most = 0;
  await until(() => {
    const status = crew.workforce.status();
    most = Math.max(most, status.filter(({ state }) => state === 'starting').length);
    return (
      status.length === 2 && status.every(({ pid, state }) => state === 'ready' && !old.includes(pid ?? 0))
    );
  }, 'both are replaced');
  assert.equal(most, 1);
});

test('a worker that hangs is killed and replaced, and connections that it has not taken go to others', async (t) => {
  const limits = { heartbeat: { interval: 50, silence: 3_000 } };
  const crew = await startCrew(t, { workers: 2, limits });
  const [[stuck, blocking] = []] = [...(await clientsOfAll(crew, 2))];
  blocking?.send('block');
  await until(async () => {
    // As long as it takes connections, it is not stuck.
    const client = await crew.client();
    const isTaken = await Promise.race([
      client.pid().then(() => true),
      crew.workforce.collect().then(() => false),
    ]);
    return !isTaken;
  }, 'a connection is on its way to the worker that hangs');
  const clients = await Promise.all(Array.from({ length: 4 }, () => crew.client()));
  for (const client of clients) assert.notEqual(await client.pid(), stuck);
  await until(() => blocking?.isClosed === true, 'the worker is killed');
  assert.ok(crew.log.some(({ msg, pid }) => msg === 'a worker is stuck, and is killed' && pid === stuck));
});
