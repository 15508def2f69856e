import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { makeEngineImages, SMALL_IMAGE } from '../harness/engine-v1/images.js';
import { EngineError, EngineV1 } from '../harness/engine-v1.js';
import { unpackedTree } from '../harness/file-tree.js';
import { PASSWORD, startTestGateway, type TestGateway, USER } from '../harness/gateway.js';
import { memoryDirectory } from '../harness/memory-directory.js';
import { treeOfLayers } from '../harness/old-registry/layer-content.js';
import { requireProgram, runProgram } from '../harness/program.js';
import { ask } from '../harness/request.js';
import { skopeoFor } from '../harness/skopeo.js';

const withCurl = requireProgram('curl', 'curl');
const withSkopeo = requireProgram('skopeo', 'skopeo');

const GREETING = '"\\"docker-registry server\\""';

async function curl(gateway: TestGateway, words: readonly string[]): Promise<[status: string, body: string]> {
  const { stdout, stderr, code } = await runProgram('curl', [
    '-sS',
    '-w',
    '\n%{http_code}',
    '--cacert',
    join(gateway.certs, 'ca.crt'),
    ...words,
  ]);
  assert.equal(code, 0, stderr);
  const end = stdout.lastIndexOf('\n');
  return [stdout.slice(end + 1), stdout.slice(0, end)];
}

function engineFor(gateway: TestGateway): EngineV1 {
  return new EngineV1({
    version: '1.3.0',
    port: gateway.port,
    ca: gateway.ca,
    credentials: { user: USER, password: PASSWORD },
  });
}

test('what a person saw with nginx and docker-registry is seen again, from curl to docker search', {
  ...withCurl,
  ...withSkopeo,
}, async (t) => {
  const gateway = await startTestGateway(t);

  // curl without a password, and with one, over https with the authority trusted
  assert.equal((await curl(gateway, [`${gateway.url}/`]))[0], '401');
  assert.deepEqual(await curl(gateway, ['-u', `${USER}:${PASSWORD}`, `${gateway.url}/`]), ['200', GREETING]);
  for (const ping of ['/_ping', '/v1/_ping']) {
    assert.deepEqual(await curl(gateway, [`${gateway.url}${ping}`]), ['200', 'true']);
  }

  // docker login
  const engine = engineFor(gateway);
  assert.equal(await engine.login(USER, PASSWORD), 'Login Succeeded');

  // docker push, down to the tag
  const images = await makeEngineImages('vinod', SMALL_IMAGE);
  await engine.push('vinod-image', new Map([['latest', images]]));
  const last = engine.exchanges.findLast(({ method, path }) => method === 'PUT' && path.includes('/tags/'));
  assert.equal(last?.path, '/v1/repositories/vinod-image/tags/latest');
  assert.equal(last.status, 200);

  // the local image is deleted: another engine knows nothing of it; docker pull
  const pulled = await engineFor(gateway).pull('vinod-image', 'latest');
  assert.equal(pulled.tags.get('latest'), images.at(-1)?.id);
  for (const { id, json, archive } of images) {
    const got = pulled.images.get(id);
    assert.ok(got !== undefined, id);
    assert.ok(got.json.equals(json));
    assert.ok(gunzipSync(got.layer).equals(archive));
  }

  // today's clients see the same image
  assert.deepEqual(await treeWithSkopeo(t, gateway, 'vinod-image:latest'), treeOfLayers(SMALL_IMAGE));

  // docker search
  const searching = engineFor(gateway);
  const hits = await searching.search('vinod');
  assert.deepEqual(
    hits.map(({ name }) => name),
    ['vinod-image'],
  );
  assert.deepEqual(
    searching.exchanges.map(({ method, path, status }) => `${method} ${path} ${status}`),
    ['GET /v1/_ping 200', 'GET /v1/search?q=vinod 200'],
  );
});

/** The files of an image that skopeo pulled through the v2 API. */
async function treeWithSkopeo(t: TestContext, gateway: TestGateway, name: string) {
  const directory = join(memoryDirectory(t), 'pulled');
  mkdirSync(directory);
  const { code, stderr } = await skopeoFor(t, gateway).pull(name, `dir:${directory}`);
  assert.equal(code, 0, stderr);
  const manifest = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as {
    layers: { digest: string }[];
  };
  return unpackedTree(manifest.layers.map(({ digest }) => join(directory, digest.replace(/^sha256:/, ''))));
}

for (const index of ['built-in', 'none'] as const) {
  test(`images are pushed, pulled and deleted with the index ${index}`, async (t) => {
    const gateway = await startTestGateway(t, { v1: { index } });
    const images = await makeEngineImages('three uses', SMALL_IMAGE);
    const top = images.at(-1)?.id ?? '';
    if (index === 'built-in') {
      await engineFor(gateway).push('team/image', new Map([['one', images]]));
      assert.equal((await engineFor(gateway).pull('team/image')).images.size, 3);
    } else {
      await assert.rejects(engineFor(gateway).push('team/image', new Map([['one', images]])), EngineError);
      await pushWithoutIndex(gateway, images, 'team/image');
      const ancestry = await ask(gateway, `/v1/images/${top}/ancestry`);
      assert.deepEqual(JSON.parse(ancestry.text), images.map(({ id }) => id).toReversed());
    }
    const tags = '/v1/repositories/team/image/tags';
    assert.deepEqual(JSON.parse((await ask(gateway, tags)).text), { one: top });
    assert.equal((await ask(gateway, `${tags}/one`, { method: 'DELETE' })).status, 200);
    assert.equal((await ask(gateway, `${tags}/one`)).status, 404);
    const tag = { method: 'PUT', body: JSON.stringify(top), headers: { 'content-type': 'application/json' } };
    assert.equal((await ask(gateway, `${tags}/two`, tag)).status, 200, 'the images are still there');
    const gone = await ask(gateway, '/v1/repositories/team/image/', { method: 'DELETE' });
    assert.equal(gone.status, 200);
    assert.equal((await ask(gateway, tags)).status, 404);
  });
}

/** As other programs than docker did it: straight to the registry, with the password. */
async function pushWithoutIndex(
  gateway: TestGateway,
  images: Awaited<ReturnType<typeof makeEngineImages>>,
  repository: string,
): Promise<void> {
  for (const { id, json, archive } of images) {
    const payload = createHash('sha256').update(json).update('\n').update(archive).digest('hex');
    for (const [path, body, headers] of [
      ['json', json, { 'content-type': 'application/json' }],
      ['layer', archive, { 'content-type': 'application/octet-stream' }],
      ['checksum', undefined, { 'x-docker-checksum-payload': `sha256:${payload}` }],
    ] as const) {
      const reply = await ask(gateway, `/v1/images/${id}/${path}`, {
        method: 'PUT',
        headers,
        ...(body === undefined ? {} : { body }),
      });
      assert.equal(reply.status, 200, `${path}: ${reply.text}`);
    }
  }
  const top = JSON.stringify(images.at(-1)?.id);
  const reply = await ask(gateway, `/v1/repositories/${repository}/tags/one`, { method: 'PUT', body: top });
  assert.equal(reply.status, 200, reply.text);
}
