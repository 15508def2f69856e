import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireProgram, runProgram } from '../harness/program.js';
import { clientsOfAll, startCrew } from './crew.js';

test(
  'connections that a worker has no files left for go to another one',
  requireProgram('prlimit', 'util-linux'),
  async (t) => {
    const limits = { heartbeat: { interval: 50, silence: 20_000 } };
    const crew = await startCrew(t, { workers: 2, limits });
    const [[full, first] = [], [other] = []] = [...(await clientsOfAll(crew, 2))];
    const { code } = await runProgram('prlimit', [`--pid=${full}`, '--nofile=4:4']);
    assert.equal(code, 0);
    const clients = await Promise.all(Array.from({ length: 6 }, () => crew.client()));
    for (const client of clients) assert.equal(await client.pid(), other);
    assert.equal(await first?.pid(), full, 'what it had goes on');
  },
);
