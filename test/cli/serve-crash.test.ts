import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { temporaryDirectory } from '../harness/directory.js';
import { startRecorder } from '../harness/recorder.js';
import { serve } from '../harness/served.js';

/** A program that fails where nobody catches it as soon as it gets SIGUSR2. */
async function serveFragile(t: TestContext, more: Record<string, string>) {
  const directory = temporaryDirectory(t);
  const fault = join(directory, 'fault.mjs');
  writeFileSync(
    fault,
    `process.on('SIGUSR2', () => { throw new RangeError('out of luck, password=hunter2'); });\n`,
  );
  const served = await serve(t, directory, [], {
    ...more,
    NODE_OPTIONS: `--import=${pathToFileURL(fault)}`,
  });
  served.kill('SIGUSR2');
  return { served, end: await served.ended };
}

test('what ends the program is told to Sentry before it ends, without secrets', async (t) => {
  const sink = await startRecorder(t);
  const { served, end } = await serveFragile(t, {
    DOCKGATE_CRASH_REPORTS_SENTRY: `http://key@127.0.0.1:${sink.port}/1`,
  });
  assert.equal(end.code, 1);
  const [report, ...others] = sink.requests.filter(({ url }) => url.startsWith('/api/1/envelope/'));
  assert.equal(others.length, 0);
  assert.match(String(report?.body), /"type":"RangeError","value":"out of luck, password=\*\*\*"/);
  assert.ok(served.lines().some(({ level }) => level === 60));
});
