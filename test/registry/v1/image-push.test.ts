import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { beforeEach, type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { tarsum } from '../../harness/tarsum.js';
import { entryBytes } from '../layer/archive.js';
import {
  type Answer,
  type AskOptions,
  beginImage,
  idOf,
  jsonOf,
  openV1,
  payloadOf,
  pushImage,
  type V1Registry,
} from './v1-registry.js';

const BASE = idOf('base');
const TOP = idOf('top');

let registry: V1Registry;

beforeEach(async (context) => {
  registry = await openV1(context as TestContext);
});

function put(part: string, options: AskOptions = {}, id = TOP): Promise<Answer> {
  return registry.ask('PUT', `/v1/images/${id}/${part}`, options);
}

function checksum(payload: string, headers: Record<string, string> = {}): Promise<Answer> {
  return put('checksum', { headers: { 'x-docker-checksum-payload': payload, ...headers } });
}

function assertRefused({ status, json }: Answer, expected: number, error: string): void {
  assert.deepEqual([status, json], [expected, { error }]);
}

test('the three steps of a push are answered with true', async () => {
  const json = jsonOf(TOP);
  for (const reply of [
    await put('json', { body: json }),
    await put('layer', { body: 'layer' }),
    await checksum(payloadOf(json, 'layer')),
  ]) {
    assert.equal(reply.status, 200);
    assert.equal(reply.bytes.toString(), 'true');
    assert.equal(reply.headers['cache-control'], 'no-cache');
  }
  assert.equal((await registry.ask('GET', `/v1/images/${TOP}/layer`)).bytes.toString(), 'layer');
});

test('json that cannot be that of the image is refused, and nothing is stored', async () => {
  const cases: [string | Uint8Array, string][] = [
    ['', 'Invalid JSON'],
    ['{', 'Invalid JSON'],
    ['[]', 'Invalid JSON'],
    ['null', 'Invalid JSON'],
    [Buffer.from([0x22, 0xff, 0x22]), 'Invalid JSON'],
    [`${'['.repeat(5000)}${']'.repeat(5000)}`, 'Invalid JSON'],
    ['{}', "Missing key `id' in JSON"],
    ['{"__proto__":{"id":"x"}}', "Missing key `id' in JSON"],
    [jsonOf(BASE), 'JSON data contains invalid id'],
    ['{"id":7}', 'JSON data contains invalid id'],
    [jsonOf(TOP, BASE), 'Image depends on a non existing parent'],
    [jsonOf(TOP, TOP), 'Image depends on a non existing parent'],
    [jsonOf(TOP, '../x'), 'Image depends on a non existing parent'],
  ];
  for (const [body, error] of cases) assertRefused(await put('json', { body }), 400, error);
  assert.equal((await registry.ask('GET', `/v1/images/${TOP}/json`)).status, 404);
});

test('an image that is complete exists already, and one that is under way can begin anew', async () => {
  const body = jsonOf(TOP);
  assert.equal((await put('json', { body })).status, 200);
  assert.equal((await put('json', { body })).status, 200);
  await pushImage(registry, BASE);
  assertRefused(await put('json', { body: jsonOf(BASE) }, BASE), 409, 'Image already exists');
  assertRefused(await put('layer', { body: 'another' }, BASE), 409, 'Image already exists');
});

test('an image cannot depend on itself through others', async () => {
  await beginImage(registry, TOP);
  await pushImage(registry, BASE, TOP);
  assertRefused(await put('json', { body: jsonOf(TOP, BASE) }), 400, 'Image depends on itself');
});

test('json of more than four mebibytes is read to its end and refused', async () => {
  const body = Readable.from(Array.from({ length: 80 }, () => Buffer.alloc(65_536, 0x20)));
  const reply = await put('json', { body });
  assert.equal(reply.status, 413);
  assert.equal(reply.isRead, true);
});

test('a layer needs an image, and is read to its end all the same', async () => {
  const reply = await put('layer', { body: Readable.from([Buffer.from('a'), Buffer.from('b')]) });
  assertRefused(reply, 404, 'Image not found');
  assert.equal(reply.isRead, true);
});

test('a client that knows no payload checksums is refused', async () => {
  await put('json', { body: jsonOf(TOP) });
  const headers = { 'user-agent': 'docker/0.9.1 go/go1.2.1 os/linux arch/amd64' };
  assert.equal((await put('layer', { body: 'layer', headers })).status, 412);
  for (const agent of ['docker/0.10.0', 'docker/1.5.0', 'docker/0.90', 'curl/0.9']) {
    const { status } = await put('layer', { body: 'layer', headers: { 'user-agent': agent } });
    assert.equal(status, 200, agent);
  }
});

test('a checksum is refused in each of its ways', async () => {
  const payload = payloadOf(jsonOf(TOP), 'layer');
  assertRefused(await checksum(payload), 404, 'Image not found');
  assert.equal((await put('checksum')).status, 412);
  for (const empty of ['', ' ', ' , ,']) {
    assertRefused(await checksum(empty), 400, "Missing Image's checksum");
  }
  await put('json', { body: jsonOf(TOP) });
  const early = await checksum(payload);
  assertRefused(early, 400, 'Checksum mismatch: the layer has not been received yet');
  await put('layer', { body: 'layer' });
  for (const wrong of [payloadOf(jsonOf(TOP), 'other'), 'sha256:', '../../x', 'x'.repeat(5000)]) {
    assertRefused(await checksum(wrong), 400, 'Checksum mismatch');
  }
  assert.equal((await checksum(payload)).status, 200);
  assertRefused(await checksum(payloadOf(jsonOf(TOP), 'x')), 409, 'Cannot set this image checksum');
});

test('a checksum that is not right leaves the push as it was, and another layer can be sent', async () => {
  await beginImage(registry, TOP, undefined, 'broken');
  const payload = payloadOf(jsonOf(TOP), 'whole');
  assertRefused(await checksum(payload), 400, 'Checksum mismatch');
  assertRefused(
    await registry.ask('GET', `/v1/images/${TOP}/layer`),
    400,
    'Image is being uploaded, retry later',
  );
  await put('layer', { body: 'whole' });
  assert.equal((await checksum(payload)).status, 200);
});

test('of several payload checksums one has to be right', async () => {
  const payload = await beginImage(registry, TOP);
  assert.equal((await checksum(`sha256:${'0'.repeat(64)}, ${payload}`)).status, 200);
});

test('two clients that push the same image at once both succeed', async () => {
  const json = jsonOf(TOP);
  for (const _ of ['one', 'other']) assert.equal((await put('json', { body: json })).status, 200);
  for (const layer of ['one', 'other']) assert.equal((await put('layer', { body: layer })).status, 200);
  for (const layer of ['one', 'other']) {
    assert.equal((await checksum(payloadOf(json, layer))).status, 200, layer);
  }
});

const ARCHIVE = Buffer.concat([entryBytes({ name: 'motd', mode: 0o644 }, 'hello'), Buffer.alloc(1024)]);

test('a tarsum that is sent has to be right, whatever the compression', async () => {
  for (const layer of [ARCHIVE, gzipSync(ARCHIVE)]) {
    const id = idOf(String(layer.length));
    const right = tarsum(ARCHIVE, Buffer.from(jsonOf(id)));
    const payload = await beginImage(registry, id, undefined, layer);
    const send = (sum: string): Promise<Answer> =>
      put('checksum', { headers: { 'x-docker-checksum-payload': payload, 'x-docker-checksum': sum } }, id);
    const wrong = `tarsum+sha256:${'0'.repeat(64)}`;
    assertRefused(await send(wrong), 400, 'Checksum mismatch');
    assertRefused(await send(`${right}, ${wrong}`), 400, 'Checksum mismatch');
    assertRefused(await send(wrong.replace('tarsum', 'tarsum.v1')), 400, 'Checksum mismatch');
    assert.equal((await send(right)).status, 200);
  }
});

test('a tarsum of what is no archive is wrong, and one of an unknown kind says nothing', async () => {
  const payload = await beginImage(registry, TOP, undefined, 'no archive');
  const known = await checksum(payload, { 'x-docker-checksum': `tarsum+sha256:${'0'.repeat(64)}` });
  assertRefused(known, 400, 'Checksum mismatch');
  const unknown = await checksum(payload, { 'x-docker-checksum': 'tarsum.v9+md5:00, anything' });
  assert.equal(unknown.status, 200);
});

test('a read-only registry says so, after it has read what was sent', async (context) => {
  const closed = await openV1(context, {}, true);
  for (const [path, body] of [
    [`images/${TOP}/json`, jsonOf(TOP)],
    ['repositories/app/', '[]'],
  ] as const) {
    const reply = await closed.ask('PUT', `/v1/${path}`, { body });
    assert.equal(reply.status, 405, path);
    assert.match(JSON.stringify(reply.json), /read-only/);
    assert.equal(reply.isRead, true);
  }
});
