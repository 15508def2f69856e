import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestGateway } from '../harness/gateway.js';
import { startRecorder } from '../harness/recorder.js';
import { ask } from '../harness/request.js';

test('a request with the right password reaches the upstream, one without does not', async (t) => {
  const recorder = await startRecorder(t);
  const gateway = await startTestGateway(t, { upstream: recorder.origin });
  const refused = await ask(gateway, '/v2/', { anonymous: true });
  assert.equal(refused.status, 401);
  assert.equal(refused.headers['www-authenticate'], 'Basic realm="dockgate"');
  assert.equal(refused.headers['docker-distribution-api-version'], 'registry/2.0');
  assert.equal(recorder.requests.length, 0);
  const accepted = await ask(gateway, '/v2/');
  assert.equal(accepted.status, 200);
  assert.equal(accepted.text, 'ok');
  assert.equal(recorder.requests.length, 1);
});
