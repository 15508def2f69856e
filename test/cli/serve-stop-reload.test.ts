import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../harness/directory.js';
import { serve } from '../harness/served.js';

for (const workers of [0, 2]) {
  const what = workers === 0 ? 'one process' : `${workers} workers`;
  test(`With ${what}, a server that is told to stop in the middle of a reload stops.`, async (t) => {
    const directory = temporaryDirectory(t);
    const file = join(directory, 'dockgate.yaml');
    const configure = (realm: string): void =>
      writeFileSync(file, `${workers === 0 ? '' : `workers: ${workers}\n`}realm: ${realm}\n`);
    configure('before');
    const served = await serve(t, directory);
    // Another realm makes a reload open everything anew, which takes longer than the signals are apart.
    configure('after');
    served.kill('SIGHUP');
    served.kill('SIGTERM');
    assert.deepEqual(await served.ended, { code: 0, signal: null });
  });
}
