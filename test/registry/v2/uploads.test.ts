import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, test } from 'node:test';
import { ask, followed, ORIGIN, type Received } from '../client.js';
import { digestOf, type Fixture, openFixture, pulling, pushBlob } from '../fixture.js';

let fixture: Fixture;

beforeEach(async () => {
  fixture = await openFixture({ rights: pulling((name) => name !== 'secret') });
});
afterEach(() => fixture.close());

async function begin(query = ''): Promise<string> {
  const reply = await ask(fixture.handler, 'POST', `/v2/team/app/blobs/uploads/${query}`);
  assert.equal(reply.status, 202);
  return followed(reply);
}

function send(method: string, path: string, body = '', range?: string): Promise<Received> {
  const headers =
    range === undefined ? {} : { 'content-range': range, 'content-length': String(body.length) };
  return ask(fixture.handler, method, path, { body, headers });
}

async function pulled(digest: string, name = 'team/app'): Promise<string> {
  return (await ask(fixture.handler, 'GET', `/v2/${name}/blobs/${digest}`)).bytes.toString();
}

async function leftovers(): Promise<string[]> {
  return readdir(join(fixture.tree, 'repositories', 'team', 'app', '_uploads')).catch(() => []);
}

test('POST begins an upload and says where it goes on', async () => {
  const reply = await ask(fixture.handler, 'POST', '/v2/team/app/blobs/uploads/');
  const id = reply.headers['docker-upload-uuid'];
  assert.deepEqual(reply.headers, {
    location: `${ORIGIN}/v2/team/app/blobs/uploads/${id}`,
    range: '0-0',
    'docker-upload-uuid': id,
    'content-length': 0,
  });
});

test('POST and PUT make a blob, which the Location serves', async () => {
  const digest = digestOf('content');
  const reply = await send('PUT', `${await begin()}?digest=${digest}`, 'content');
  assert.equal(reply.status, 201);
  assert.equal(reply.headers['docker-content-digest'], digest);
  assert.equal((await ask(fixture.handler, 'GET', followed(reply))).bytes.toString(), 'content');
  assert.deepEqual(await leftovers(), []);
});

test('chunks with and without ranges are put together in their order', async () => {
  const path = await begin();
  const first = await send('PATCH', path, 'abc', '0-2');
  assert.deepEqual([first.status, first.headers['range']], [202, '0-2']);
  assert.equal((await send('PATCH', path, 'def')).headers['range'], '0-5');
  const digest = digestOf('abcdefghi');
  assert.equal((await send('PUT', `${path}?digest=${digest}`, 'ghi', '6-8')).status, 201);
  assert.equal(await pulled(digest), 'abcdefghi');
});

test('a chunk out of order is refused and changes nothing', async () => {
  const path = await begin();
  await send('PATCH', path, 'abc', '0-2');
  const digest = digestOf('abcdef');
  for (const [method, target, range] of [
    ['PATCH', path, '4-6'],
    ['PATCH', path, '0-2'],
    ['PATCH', path, '5-3'],
    ['PUT', `${path}?digest=${digest}`, '0-2'],
    ['PUT', `${path}?digest=${digest}`, '9-11'],
  ] as const) {
    const reply = await send(method, target, 'def', range);
    assert.deepEqual([reply.status, reply.code], [416, 'BLOB_UPLOAD_INVALID']);
    assert.equal(reply.headers['range'], '0-2');
    assert.equal(followed(reply), path);
  }
  const status = await send('GET', path);
  assert.deepEqual([status.status, status.headers['range']], [204, '0-2']);
  assert.equal((await send('PUT', `${path}?digest=${digest}`, 'def', '3-5')).status, 201);
  assert.equal(await pulled(digest), 'abcdef');
});

test('a Content-Range that cannot be read or does not fit the length is refused', async () => {
  const path = await begin();
  assert.equal((await send('PATCH', path, 'abc', 'three-five')).code, 'BLOB_UPLOAD_INVALID');
  assert.equal((await send('PATCH', path, 'abc', '0-9')).code, 'SIZE_INVALID');
  assert.equal((await send('GET', path)).headers['range'], '0-0');
});

test('content of another digest is refused and the upload is gone', async () => {
  const path = await begin();
  const reply = await send('PUT', `${path}?digest=${digestOf('one')}`, 'two');
  assert.deepEqual([reply.status, reply.code], [400, 'DIGEST_INVALID']);
  assert.equal((await send('GET', path)).code, 'BLOB_UPLOAD_UNKNOWN');
  assert.equal((await ask(fixture.handler, 'GET', `/v2/team/app/blobs/${digestOf('one')}`)).status, 404);
  assert.deepEqual(await leftovers(), []);
});

test('a closing PUT without a digest is refused and can be repeated with one', async () => {
  const path = await begin();
  await send('PATCH', path, 'abc');
  assert.equal((await send('PUT', path)).code, 'DIGEST_INVALID');
  assert.equal((await send('PUT', `${path}?digest=${digestOf('abc')}`)).status, 201);
});

test('sha512 is as good as sha256, announced or not', async () => {
  const digest = digestOf('content', 'sha512');
  for (const query of ['', '?digest-algorithm=sha512']) {
    const path = await begin(query);
    await send('PATCH', path, 'con');
    assert.equal((await send('PUT', `${path}?digest=${digest}`, 'tent')).status, 201);
  }
  assert.equal(await pulled(digest), 'content');
  const reply = await ask(fixture.handler, 'POST', '/v2/team/app/blobs/uploads/?digest-algorithm=md5');
  assert.equal(reply.code, 'DIGEST_INVALID');
});

test('POST with a digest takes the whole blob, or leaves nothing', async () => {
  const path = `/v2/team/app/blobs/uploads/?digest=${digestOf('content')}`;
  assert.equal((await ask(fixture.handler, 'POST', path, { body: 'other' })).code, 'DIGEST_INVALID');
  assert.deepEqual(await leftovers(), []);
  assert.equal((await ask(fixture.handler, 'POST', path, { body: 'content' })).status, 201);
  assert.deepEqual(await leftovers(), []);
});

test('a cancelled upload is unknown', async () => {
  const path = await begin();
  await send('PATCH', path, 'abc');
  assert.equal((await send('DELETE', path)).status, 204);
  for (const method of ['GET', 'PATCH', 'DELETE']) {
    assert.equal((await send(method, path)).code, 'BLOB_UPLOAD_UNKNOWN');
  }
  assert.equal((await send('PUT', `${path}?digest=${digestOf('abc')}`)).status, 404);
});

test('an upload belongs to its repository', async () => {
  const path = (await begin()).replace('team/app', 'other');
  assert.equal((await send('PATCH', path, 'abc')).code, 'BLOB_UPLOAD_UNKNOWN');
});

test('a blob is mounted from a repository that may be pulled from, and uploaded otherwise', async () => {
  const digest = await pushBlob(fixture.handler, 'base', 'layer');
  await pushBlob(fixture.handler, 'secret', 'layer');
  const mount = async (from: string, wanted = digest): Promise<number> => {
    const query = `?mount=${wanted}${from}`;
    return (await ask(fixture.handler, 'POST', `/v2/team/app/blobs/uploads/${query}`)).status;
  };
  assert.equal(await mount('&from=secret'), 202);
  assert.equal(await mount('&from=nobody'), 202);
  assert.equal(await mount('&from=../secret'), 202);
  assert.equal(await mount('&from=base', digestOf('missing')), 202);
  assert.equal((await ask(fixture.handler, 'GET', `/v2/team/app/blobs/${digest}`)).status, 404);
  assert.equal(await mount('&from=base'), 201);
  assert.equal(await pulled(digest), 'layer');
});

test('what came before the client left is kept, and the upload goes on from there', async () => {
  const path = await begin();
  async function* breaking(): AsyncGenerator<Buffer> {
    yield Buffer.from('abc');
    throw new Error('the client has gone');
  }
  const broken = await ask(fixture.handler, 'PATCH', path, { body: Readable.from(breaking()) });
  assert.equal(broken.code, 'BLOB_UPLOAD_INVALID');
  assert.equal((await send('GET', path)).headers['range'], '0-2');
  const digest = digestOf('abcdef');
  assert.equal((await send('PUT', `${path}?digest=${digest}`, 'def', '3-5')).status, 201);
  assert.equal(await pulled(digest), 'abcdef');
});

test('a second writer is sent away while the first is at work', async () => {
  const path = await begin();
  const slow = new Readable({ read: () => undefined });
  slow.push('abc');
  const started = once(slow, 'resume');
  const first = ask(fixture.handler, 'PATCH', path, { body: slow });
  await started;
  const second = await send('PATCH', path, 'xyz');
  assert.deepEqual([second.status, second.headers['retry-after']], [416, 1]);
  slow.push(null);
  assert.equal((await first).status, 202);
  assert.equal((await send('PATCH', path, 'def')).status, 202);
});

test('wrong methods are told which are right', async () => {
  const path = await begin();
  assert.equal((await send('POST', path)).headers['allow'], 'GET, HEAD, PATCH, PUT, DELETE');
  const start = await ask(fixture.handler, 'GET', '/v2/team/app/blobs/uploads/');
  assert.deepEqual([start.status, start.headers['allow']], [405, 'POST']);
});

test('a blob of many megabytes arrives whole', async () => {
  const chunk = Buffer.alloc(65_536, 'z');
  const chunks = Array.from({ length: 160 }, () => chunk);
  const digest = digestOf(Buffer.concat(chunks));
  const path = await begin();
  const body = Readable.from(chunks);
  assert.equal((await ask(fixture.handler, 'PUT', `${path}?digest=${digest}`, { body })).status, 201);
  const head = await ask(fixture.handler, 'HEAD', `/v2/team/app/blobs/${digest}`);
  assert.equal(head.headers['content-length'], 160 * 65_536);
});

test('no file is left open, whatever becomes of an upload', async () => {
  const open = async (): Promise<number> => (await readdir('/proc/self/fd')).length;
  await begin();
  const before = await open();
  for (let round = 0; round < 10; round += 1) {
    const path = await begin();
    await send('PATCH', path, 'abc');
    await send('PATCH', path, 'abc', '0-2');
    await send('PUT', `${path}?digest=${digestOf(round % 2 === 0 ? 'abc' : 'x')}`);
  }
  assert.equal(await open(), before);
});
