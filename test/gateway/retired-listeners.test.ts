import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfiguration } from '../../src/configuration/load.js';
import { startGateway } from '../../src/gateway.js';
import { Listener } from '../../src/http/listener.js';
import { makeLogs } from '../../src/telemetry/logger.js';
import { afterwards } from '../harness/afterwards.js';
import { temporaryDirectory } from '../harness/directory.js';
import { startRecorder } from '../harness/recorder.js';
import { makeUserFile } from '../harness/user-file.js';

test('a listener that a reload has retired is closed when its connections are gone, so that none piles up', async (t) => {
  const closed = t.mock.method(Listener.prototype, 'close').mock;
  const directory = temporaryDirectory(t);
  await makeUserFile(directory);
  const { origin } = await startRecorder(t);
  const load = (hsts: string) =>
    loadConfiguration({
      flags: { listen: ['127.0.0.1:0'], upstream: origin },
      environment: { DOCKGATE_TLS_HSTS: hsts },
      directory,
    });
  const gateway = await startGateway(await load('0'), makeLogs('silent', { write: () => undefined }));
  afterwards(t, () => gateway.abort());
  // What speaks changes with it, unlike with most settings.
  for (const hsts of ['1d', '2d', '3d']) await gateway.reload(await load(hsts));
  assert.equal(closed.callCount(), 2, 'all are closed but the one that was just retired');
});
