import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ImageId } from '../../../src/registry/model/v1/image-id.js';
import { LayerContents } from '../../../src/registry/v1/layer-contents.js';
import { entryBytes } from '../layer/archive.js';
import { type Answer, beginImage, idOf, jsonOf, openV1, pushImage, type V1Registry } from './v1-registry.js';

const BASE = idOf('base');
const TOP = idOf('top');
const UNKNOWN = idOf('unknown');
const LAYER = 'x'.repeat(500) + 'y'.repeat(500);

let registry: V1Registry;
let payload: string;

beforeEach(async (context) => {
  registry = await openV1(context as TestContext);
  await pushImage(registry, BASE);
  payload = await pushImage(registry, TOP, BASE, LAYER);
});

function get(part: string, headers: Record<string, string> = {}, id = TOP): Promise<Answer> {
  return registry.ask('GET', `/v1/images/${id}/${part}`, { headers });
}

function assertLongCache({ headers }: Answer): void {
  assert.equal(headers['cache-control'], 'public, max-age=31536000');
  assert.equal(headers['last-modified'], 'Thu, 01 Jan 1970 00:00:00 GMT');
  const left = Date.parse(String(headers['expires'])) - Date.now();
  assert.ok(Math.abs(left - 365 * 86_400_000) < 60_000);
}

test('the json comes back byte for byte, with the size and checksum of the layer', async () => {
  const reply = await get('json');
  assert.equal(reply.status, 200);
  assert.equal(reply.bytes.toString(), jsonOf(TOP, BASE));
  assert.equal(reply.headers['content-type'], 'application/json');
  assert.equal(reply.headers['x-docker-size'], LAYER.length);
  assert.deepEqual(reply.headers['x-docker-checksum-payload'], [payload]);
  assertLongCache(reply);
});

test('every checksum that is stored has a line, and without a layer there is no size', async () => {
  const other = `sha256:${'a'.repeat(64)}`;
  await writeFile(join(registry.directory, 'images', TOP, '_checksum'), JSON.stringify([payload, other]));
  await rm(join(registry.directory, 'images', TOP, 'layer'));
  const reply = await get('json');
  assert.deepEqual(reply.headers['x-docker-checksum-payload'], [payload, other]);
  assert.equal(Object.hasOwn(reply.headers, 'x-docker-size'), false);
  assert.equal((await get('layer')).status, 404);
});

test('the ancestry begins with the image and ends with its base', async () => {
  const reply = await get('ancestry');
  assert.deepEqual([reply.status, reply.json], [200, [TOP, BASE]]);
  assertLongCache(reply);
});

test('the layer comes back as it was pushed', async () => {
  const reply = await get('layer');
  assert.equal(reply.status, 200);
  assert.equal(reply.bytes.toString(), LAYER);
  assert.equal(reply.headers['content-type'], 'application/octet-stream');
  assert.equal(reply.headers['accept-ranges'], 'bytes');
  assert.equal(reply.headers['content-length'], 1000);
  assertLongCache(reply);
});

test('ranges of a layer are clamped, and 416 without a body means that all has arrived', async () => {
  const cases: [string, number, string | undefined, number][] = [
    ['bytes=500-999', 206, 'bytes 500-999/1000', 500],
    ['bytes=500-1000', 206, 'bytes 500-999/1000', 500],
    ['bytes=0-', 206, 'bytes 0-999/1000', 1000],
    ['bytes=999-1000', 206, 'bytes 999-999/1000', 1],
    ['bytes=-100', 206, 'bytes 900-999/1000', 100],
    ['bytes=1000-1000', 416, 'bytes */1000', 0],
    ['bytes=700-500', 416, 'bytes */1000', 0],
    ['bytes=-0', 416, 'bytes */1000', 0],
    ['bytes=a-b', 200, undefined, 1000],
    ['bytes=0-1,5-6', 200, undefined, 1000],
    ['lines=1-2', 200, undefined, 1000],
  ];
  for (const [range, status, contentRange, length] of cases) {
    const reply = await get('layer', { range });
    assert.equal(reply.status, status, range);
    assert.equal(reply.headers['content-range'], contentRange, range);
    assert.equal(reply.headers['content-length'], length, range);
    assert.equal(reply.bytes.length, length, range);
  }
});

test('an empty layer is served to whoever asks for all of it', async () => {
  await pushImage(registry, UNKNOWN, undefined, '');
  const reply = await get('layer', {}, UNKNOWN);
  assert.deepEqual([reply.status, reply.headers['content-length'], reply.bytes.length], [200, 0, 0]);
  assert.equal((await get('json', {}, UNKNOWN)).headers['x-docker-size'], 0);
});

test('HEAD is answered like GET, without a body', async () => {
  for (const part of ['json', 'layer', 'ancestry']) {
    const head = await registry.ask('HEAD', `/v1/images/${TOP}/${part}`, { headers: { range: 'bytes=0-1' } });
    const whole = await get(part);
    assert.equal(head.status, 200, part);
    assert.equal(head.headers['content-length'], whole.headers['content-length'], part);
  }
});

const READ = ['json', 'layer', 'ancestry', 'files', 'diff'];

test('whoever has a copy is told that it is good', async () => {
  for (const part of READ) {
    const reply = await get(part, { 'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' });
    assert.deepEqual([reply.status, reply.bytes.length], [304, 0], part);
  }
});

test('an image that is not there is not found', async () => {
  for (const part of READ) {
    const reply = await get(part, {}, UNKNOWN);
    assert.deepEqual([reply.status, reply.json], [404, { error: 'Image not found' }], part);
    assert.equal(reply.headers['cache-control'], 'no-cache');
    assert.equal(reply.headers['pragma'], 'no-cache');
    assert.equal(reply.headers['expires'], '-1');
  }
});

test('an image whose push is under way is not shown', async () => {
  await beginImage(registry, UNKNOWN);
  for (const part of READ) {
    const reply = await get(part, {}, UNKNOWN);
    const error = 'Image is being uploaded, retry later';
    assert.deepEqual([reply.status, reply.json], [400, { error }], part);
  }
});

test('what is no id names no image', async () => {
  for (const id of ['abc', TOP.toUpperCase(), `${TOP}0`, 'a'.repeat(17), '__proto__', '%C3%A9']) {
    const reply = await get('json', {}, id);
    assert.deepEqual([reply.status, reply.json], [404, { error: 'Invalid image ID' }], id);
  }
  const old = 'a'.repeat(16);
  await pushImage(registry, old);
  assert.equal((await get('json', {}, old)).status, 200);
});

test('an image that cannot be one is not there, and the reason is told', async () => {
  await writeFile(join(registry.directory, 'images', TOP, 'json'), '{');
  const reply = await get('json');
  assert.equal(reply.status, 404);
  assert.match((reply.json as { error: string }).error, /^Image not found/);
});

test('the files of a layer are listed', async () => {
  const archive = Buffer.concat([
    entryBytes({ name: './', type: '5', mode: 0o755, modified: 12 }),
    entryBytes({ name: './etc/motd', mode: 0o644, userId: 3, groupId: 4, modified: 34 }, 'hello'),
    entryBytes({ name: './etc/.wh.passwd' }),
    Buffer.alloc(1024),
  ]);
  await pushImage(registry, UNKNOWN, BASE, gzipSync(archive));
  for (const _ of ['made', 'remembered']) {
    const reply = await get('files', {}, UNKNOWN);
    assert.equal(reply.status, 200);
    assert.deepEqual(reply.json, [
      ['/', 'd', false, 0, 12, 0o755, 0, 0],
      ['/etc/motd', 'f', false, 5, 34, 0o644, 3, 4],
      ['/etc/passwd', 'f', true, 0, 0, 0, 0, 0],
    ]);
    assertLongCache(reply);
  }
});

test('what a layer deletes, changes and creates is told of it', async () => {
  const end = Buffer.alloc(1024);
  const below = [entryBytes({ name: 'kept' }), entryBytes({ name: 'changed' }), entryBytes({ name: 'gone' })];
  const above = [
    entryBytes({ name: 'changed' }, 'new'),
    entryBytes({ name: '.wh.gone' }),
    entryBytes({ name: '__proto__' }, 'x'),
  ];
  await pushImage(registry, UNKNOWN, undefined, Buffer.concat([...below, end]));
  await pushImage(registry, idOf('above'), UNKNOWN, Buffer.concat([...above, end]));
  const asked = [1, 2, 3].map(() => get('diff', {}, idOf('above')));
  for (const reply of await Promise.all(asked)) {
    assert.equal(reply.status, 200);
    assert.equal(
      reply.bytes.toString(),
      '{"changed":{"/changed":["f",false,3,0,0,0,0]},' +
        '"created":{"/__proto__":["f",false,1,0,0,0,0]},' +
        '"deleted":{"/gone":["f",true,0,0,0,0,0]}}',
    );
  }
});

test('the files of layers that take too long to read are not listed', async () => {
  const ended = new LayerContents(registry.stores.images, () => AbortSignal.abort());
  const ids = [TOP, BASE].map((hex) => ImageId.parse(hex));
  for (const part of ['files', 'diff'] as const) {
    await assert.rejects(ended.read(part, ids), { status: 400, message: /take too long/ });
  }
});

test('the files of what is no archive cannot be listed', async () => {
  for (const part of ['files', 'diff']) {
    const reply = await get(part);
    assert.deepEqual([reply.status, reply.json], [400, { error: 'Layer format not supported' }]);
  }
});

test('other methods are refused with those that there are', async () => {
  const cases: [string, string, string][] = [
    ['POST', 'json', 'GET, HEAD, PUT'],
    ['DELETE', 'layer', 'GET, HEAD, PUT'],
    ['GET', 'checksum', 'PUT'],
    ['PUT', 'ancestry', 'GET, HEAD'],
    ['PUT', 'files', 'GET, HEAD'],
    ['PUT', 'diff', 'GET, HEAD'],
  ];
  for (const [method, part, allow] of cases) {
    const reply = await registry.ask(method, `/v1/images/${TOP}/${part}`);
    assert.deepEqual([reply.status, reply.headers['allow']], [405, allow], `${method} ${part}`);
  }
});
