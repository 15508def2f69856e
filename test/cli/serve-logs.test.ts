import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { afterwards } from '../harness/afterwards.js';
import { temporaryDirectory } from '../harness/directory.js';
import { RegistryClient } from '../harness/registry-client.js';
import { serve } from '../harness/served.js';
import { until } from '../harness/until.js';

test('a server whose access log was renamed goes on in a new one after SIGHUP, with every line in one of them', async (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'access.log');
  const served = await serve(t, directory, [], {
    DOCKGATE_LOG_ACCESS_FILE: path,
    DOCKGATE_LOG_ACCESS_FORMAT: 'combined',
  });
  const client = new RegistryClient(served);
  afterwards(t, () => client.close());
  const ask = async (page: number): Promise<void> => {
    assert.equal((await client.send('GET', `/v2/_catalog?n=${page}`)).status, 200);
  };
  await ask(1);
  renameSync(path, `${path}.1`);
  await ask(2);
  served.kill('SIGHUP');
  await until(() => existsSync(path), 'the file is opened anew');
  await until(() => served.lines().some(({ generation }) => generation === 2), 'the reload is over');
  await ask(3);
  served.kill('SIGTERM');
  assert.deepEqual(await served.ended, { code: 0, signal: null });
  const lines = [`${path}.1`, path].flatMap((each) => readFileSync(each, 'utf8').split('\n').slice(0, -1));
  assert.deepEqual(
    lines.map((line) => /"GET \/v2\/_catalog\?n=(\d) HTTP\/1\.1" 200 \d+ "-" "[^"]*"$/.exec(line)?.[1]),
    ['1', '2', '3'],
  );
  assert.match(readFileSync(path, 'utf8'), /n=3/);
  assert.ok(
    served.lines().every(({ msg }) => msg !== 'request'),
    'the other lines are where they were',
  );
});
