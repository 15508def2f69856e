import assert from 'node:assert/strict';
import { test } from 'node:test';
import { temporaryDirectory } from '../harness/directory.js';
import { AUTHORIZATION } from '../harness/gateway.js';
import { openRaw } from '../harness/raw-connection.js';
import { serve } from '../harness/served.js';

test('SIGHUP does not end a service that has nothing to reopen', async (t) => {
  const served = await serve(t, temporaryDirectory(t), []);
  served.kill('SIGHUP');
  const connection = await openRaw(t, served.port, served.ca);
  connection.write(`GET /v2/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${AUTHORIZATION}\r\n\r\n`);
  await connection.expect(/^HTTP\/1\.1 200 /);
  served.kill('SIGTERM');
  assert.deepEqual(await served.ended, { code: 0, signal: null });
});
