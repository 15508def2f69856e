import assert from 'node:assert/strict';
import { Agent } from 'node:https';
import { type TestContext, test } from 'node:test';
import docker, { type ClientV1 } from 'docker-registry-client';
import { PASSWORD, startTestGateway, type TestGateway, USER } from '../harness/gateway.js';
import { type Recorder, startRecorder } from '../harness/recorder.js';

const IMAGE = 'b'.repeat(64);
const INNER = 'Token signature=ABCDEFGHIJKLMNOP,repository="ada/tool",access=read';

/** A script in place of the Python registry: it lets in whoever brings the token that it has issued. */
function startOldRegistry(t: TestContext): Promise<Recorder> {
  const answers = new Map<string, unknown>([
    ['/v1/repositories/ada/tool/images', []],
    ['/v1/repositories/ada/tool/tags', { latest: IMAGE }],
    [`/v1/images/${IMAGE}/ancestry`, [IMAGE]],
    [`/v1/images/${IMAGE}/json`, { id: IMAGE }],
  ]);
  return startRecorder(t, (request, response) => {
    const isIndex = request.url?.endsWith('/images') === true;
    const isLetIn = isIndex || request.headers.authorization === INNER;
    const tokens = { 'x-docker-token': INNER, 'www-authenticate': INNER, 'x-docker-endpoints': 'internal' };
    const status = isLetIn ? 200 : 401;
    response.writeHead(status, { 'content-type': 'application/json', ...(isIndex ? tokens : {}) });
    response.end(
      JSON.stringify(isLetIn ? answers.get(request.url ?? '') : { error: 'Requires authorization' }),
    );
  });
}

function connect(t: TestContext, { url, ca }: TestGateway): ClientV1 {
  const agent = new Agent({ ca, keepAlive: false });
  t.after(() => agent.destroy());
  // Left alone, the client speaks plain http to this name.
  const options = { name: `${url}/ada/tool`, username: USER, password: PASSWORD, agent, scheme: 'https' };
  const client = docker.createClientV1(options);
  t.after(() => client.close());
  return client;
}

/** Calls a function of the client, whose answers come in callbacks. */
function called<Value>(call: (done: (error: Error | null | undefined, value: Value) => void) => void) {
  return new Promise<Value>((resolve, reject) => {
    call((error, value) => {
      if (error === null || error === undefined) resolve(value);
      else reject(error);
    });
  });
}

test('docker-registry-client, which changes to tokens, reads an image through the gateway from a registry that checks its own', async (t) => {
  const upstream = await startOldRegistry(t);
  const client = connect(t, await startTestGateway(t, { upstream: upstream.origin }));
  const tags = await called<object>((done) => client.listRepoTags(done));
  assert.deepEqual({ ...tags }, { latest: IMAGE });
  assert.deepEqual(await called((done) => client.getImgAncestry({ imgId: IMAGE }, done)), [IMAGE]);
  const json = await called<{ id: string }>((done) => client.getImgJson({ imgId: IMAGE }, done));
  assert.equal(json.id, IMAGE);
  assert.ok(upstream.requests.some(({ headers }) => headers['authorization'] === INNER));
});
