import assert from 'node:assert/strict';
import { Agent } from 'node:https';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import client, { type ClientOptions } from 'docker-registry-client';
import { PASSWORD, startTestGateway, type TestGateway, USER } from '../harness/gateway.js';
import { memoryDirectory } from '../harness/memory-directory.js';
import { makeOldRegistry, type OldRegistry } from '../harness/old-registry.js';
import { requireProgram, runProgram } from '../harness/program.js';

const withXz = requireProgram('xz', 'xz-utils');

/** Calls a function of the client, whose answers come in callbacks; the first value is the result. */
function called<Value>(call: (answer: (error: Error | null | undefined, value: Value) => void) => void) {
  return new Promise<Value>((resolve, reject) => {
    call((error, value) => {
      if (error === null || error === undefined) resolve(value);
      else reject(error);
    });
  });
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** A gateway in front of an old directory, and options for the client. */
async function start(t: TestContext): Promise<{
  readonly gateway: TestGateway;
  readonly old: OldRegistry;
  readonly agent: Agent;
  options(name: string): ClientOptions;
}> {
  const data = join(memoryDirectory(t), 'data');
  const old = await makeOldRegistry(data);
  const gateway = await startTestGateway(t, { data });
  const agent = new Agent({ ca: gateway.ca, keepAlive: false });
  t.after(() => agent.destroy());
  return {
    gateway,
    old,
    agent,
    options: (name) => ({
      name: `localhost:${gateway.port}/${name}`,
      scheme: 'https',
      username: USER,
      password: PASSWORD,
      agent,
    }),
  };
}

test('docker-registry-client logs in with the v1 API, and not with a wrong password', withXz, async (t) => {
  const { gateway, agent } = await start(t);
  const login = (password: string) =>
    called<{ status: string }>((answer) =>
      client.loginV1({ index: gateway.url, username: USER, password, email: 'a@example.com', agent }, answer),
    );
  assert.deepEqual(await login(PASSWORD), { status: 'Login Succeeded' });
  await assert.rejects(login('wrong'), /Wrong login\/password/);
});

test('docker-registry-client pulls an old image with the v1 API', withXz, async (t) => {
  const { old, options } = await start(t);
  const v1 = client.createClientV1(options('vinod1/web'));
  t.after(() => v1.close());
  const image = old.image('vinod1/web', 'latest');
  const tags = await called<Readonly<Record<string, string>>>((answer) => v1.listRepoTags(answer));
  const known = old.repositories.find(({ path }) => path === 'vinod1/web');
  assert.deepEqual(new Map(Object.entries(tags)), known?.tags);
  assert.equal(await called<string>((answer) => v1.getImgId({ tag: 'latest' }, answer)), image.id);
  const ancestry = await called<readonly string[]>((answer) =>
    v1.getImgAncestry({ imgId: image.id }, answer),
  );
  assert.deepEqual(ancestry, image.ancestry);
  for (const imgId of ancestry) {
    const stored = old.images.get(imgId);
    const json = await called<object>((answer) => v1.getImgJson({ imgId }, answer));
    assert.deepEqual(json, JSON.parse(stored?.json.toString() ?? ''));
    const stream = await called<Readable>((answer) => v1.getImgLayerStream({ imgId }, answer));
    assert.ok((await bytesOf(stream)).equals(stored?.layer ?? Buffer.alloc(0)), stored?.name);
  }
});

/** Its v2 side takes no agent, so that only a process of its own can be made to trust the authority. */
const V2_SCRIPT = `
const { name, username, password, ref } = JSON.parse(process.env.DOCKGATE_TEST_INPUT);
const client = require('docker-registry-client').createClientV2(
  { name, scheme: 'https', username, password, maxSchemaVersion: 2 });
const fail = (error) => { if (error) { console.error(error); process.exit(1); } };
client.listTags((error, { tags } = {}) => {
  fail(error);
  client.getManifest({ ref }, (error, manifest) => {
    fail(error);
    const layers = [];
    const next = () => {
      const layer = manifest.layers[layers.length];
      if (layer === undefined) {
        console.log(JSON.stringify({ tags, manifest, layers }));
        return client.close();
      }
      client.createBlobReadStream({ digest: layer.digest }, (error, stream) => {
        fail(error);
        const chunks = [];
        stream.on('data', (chunk) => chunks.push(chunk));
        stream.on('end', () => { layers.push(Buffer.concat(chunks).toString('base64')); next(); });
        stream.resume();
      });
    };
    next();
  });
});`;

test('docker-registry-client pulls the same image with the v2 API', withXz, async (t) => {
  const { gateway, old } = await start(t);
  const input = {
    name: `localhost:${gateway.port}/vinod1/web`,
    username: USER,
    password: PASSWORD,
    ref: 'v1',
  };
  const { code, stdout, stderr } = await runProgram(process.execPath, ['-e', V2_SCRIPT], {
    environment: {
      ...process.env,
      NODE_EXTRA_CA_CERTS: join(gateway.certs, 'ca.crt'),
      DOCKGATE_TEST_INPUT: JSON.stringify(input),
    },
  });
  assert.equal(code, 0, stderr);
  const { tags, manifest, layers } = JSON.parse(stdout) as {
    tags: string[];
    manifest: { layers: { mediaType: string }[] };
    layers: string[];
  };
  assert.deepEqual(tags, ['base', 'latest', 'v1', 'v2']);
  const archives = layers.map((text, at) => {
    const bytes = Buffer.from(text, 'base64');
    return manifest.layers[at]?.mediaType.endsWith('gzip') === true ? gunzipSync(bytes) : bytes;
  });
  const image = old.image('vinod1/web', 'v1');
  const expected = image.ancestry
    .toReversed()
    .map((id) => old.images.get(id))
    .filter((one) => one !== undefined && !one.isEmpty);
  assert.deepEqual(
    archives.map((archive) => archive.length),
    expected.map((one) => one?.archive.length),
  );
  for (const [at, archive] of archives.entries())
    assert.ok(archive.equals(expected[at]?.archive ?? Buffer.of()));
});

test('docker-registry-client finds a repository', withXz, async (t) => {
  const { options } = await start(t);
  const v1 = client.createClientV1(options('vinod1/web'));
  t.after(() => v1.close());
  const hits = await called<{ results: readonly { name: string }[] }>((answer) =>
    v1.search({ term: 'busybox' }, answer),
  );
  assert.deepEqual(
    hits.results.map(({ name }) => name),
    ['busybox'],
  );
});
