import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../harness/directory.js';
import { serve, spawnServe } from '../harness/served.js';
import { until } from '../harness/until.js';

test('A start that a signal ends leaves no first user behind whose password nobody has seen.', async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, 'dockgate.htpasswd');
  const words = ['--listen', '127.0.0.1:0', '--workers', '2', '--htpasswd', file];
  const served = spawnServe(t, directory, words);
  await until(() => existsSync(file), 'the user is made');
  served.kill('SIGTERM');
  assert.deepEqual(await served.ended, { code: null, signal: 'SIGTERM' });
  assert.doesNotMatch(served.stderr(), /password/);
  assert.equal(existsSync(file), false);
});

test('A program whose workers do not stay alive ends with 1, and says why.', {
  skip: process.platform !== 'linux' && 'children are found in /proc',
}, async (t) => {
  const served = await serve(t, temporaryDirectory(t), ['--workers', '1']);
  const children = `/proc/${served.pid}/task/${served.pid}/children`;
  const kill = (): boolean => {
    if (served.isOver) return true;
    for (const pid of readFileSync(children, 'latin1').split(' ').filter(Boolean)) {
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch {
        // It has ended already.
      }
    }
    return served.lines().some(({ level }) => level === 60);
  };
  await until(kill, 'the workers are given up');
  assert.deepEqual(await served.ended, { code: 1, signal: null });
  assert.match(served.stdout(), /10 workers died within 5 s/);
});
