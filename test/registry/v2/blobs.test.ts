import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { ask } from '../client.js';
import { digestOf, type Fixture, openFixture, pushBlob } from '../fixture.js';

let fixture: Fixture;
let digest: string;
const CONTENT = 'x'.repeat(500) + 'y'.repeat(500);

before(async () => {
  fixture = await openFixture();
  digest = await pushBlob(fixture.handler, 'team/app', CONTENT);
});
after(() => fixture.close());

function get(method: string, headers: Record<string, string> = {}, wanted = digest): ReturnType<typeof ask> {
  return ask(fixture.handler, method, `/v2/team/app/blobs/${wanted}`, { headers });
}

test('a blob comes back with its digest, entity tag and length', async () => {
  const reply = await get('GET');
  assert.equal(reply.status, 200);
  assert.equal(reply.bytes.toString(), CONTENT);
  assert.deepEqual(reply.headers, {
    'docker-content-digest': digest,
    etag: `"${digest}"`,
    'cache-control': 'max-age=31536000',
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
    'content-length': 1000,
  });
});

test('HEAD is answered like GET and opens no file', async () => {
  const reply = await get('HEAD', { range: 'bytes=0-1' });
  assert.equal(reply.status, 200);
  assert.equal(reply.headers['content-length'], 1000);
  assert.equal(reply.bytes.length, 0);
});

test('ranges are served as RFC 9110 has them', async () => {
  const cases: [string, number, string][] = [
    ['bytes=500-999', 206, 'bytes 500-999/1000'],
    ['bytes=500-', 206, 'bytes 500-999/1000'],
    ['bytes=-500', 206, 'bytes 500-999/1000'],
    ['bytes=-5000', 206, 'bytes 0-999/1000'],
    ['bytes=900-5000', 206, 'bytes 900-999/1000'],
    ['bytes=0-0', 206, 'bytes 0-0/1000'],
    ['bytes=500-0', 416, 'bytes */1000'],
    ['bytes=1000-', 416, 'bytes */1000'],
    ['bytes=-0', 416, 'bytes */1000'],
    ['bytes=5000-10000', 416, 'bytes */1000'],
    ['bytes=99999999999999999999999-', 416, 'bytes */1000'],
  ];
  for (const [range, status, contentRange] of cases) {
    const reply = await get('GET', { range });
    assert.equal(reply.status, status, range);
    assert.equal(reply.headers['content-range'], contentRange, range);
  }
  assert.equal((await get('GET', { range: 'bytes=498-501' })).bytes.toString(), 'xxyy');
});

test('what is not one range of bytes gets the whole', async () => {
  for (const range of ['bytes=0-1,4-5', 'lines=1-2', 'bytes=-', 'bytes=a-b', 'bytes']) {
    assert.equal((await get('GET', { range })).status, 200, range);
  }
});

test('If-Range lets a range through for the same content only', async () => {
  assert.equal((await get('GET', { range: 'bytes=0-1', 'if-range': `"${digest}"` })).status, 206);
  assert.equal((await get('GET', { range: 'bytes=0-1', 'if-range': '"other"' })).status, 200);
});

test('a client that has the blob is told so', async () => {
  for (const condition of [`"${digest}"`, `W/"${digest}"`, `"other", "${digest}"`, digest, '*']) {
    const reply = await get('GET', { 'if-none-match': condition });
    assert.equal(reply.status, 304);
    assert.equal(reply.headers['etag'], `"${digest}"`);
  }
  assert.equal((await get('GET', { 'if-none-match': '"other"' })).status, 200);
});

test('an empty blob is a blob', async () => {
  const empty = await pushBlob(fixture.handler, 'team/app', '');
  const reply = await get('GET', {}, empty);
  assert.equal(reply.status, 200);
  assert.equal(reply.headers['content-length'], 0);
  assert.equal((await get('GET', { range: 'bytes=0-' }, empty)).status, 416);
});

test('a missing blob, an unknown repository and a wrong method have their codes', async () => {
  const missing = await get('GET', {}, digestOf('missing'));
  assert.deepEqual([missing.status, missing.code], [404, 'BLOB_UNKNOWN']);
  const unknown = await ask(fixture.handler, 'GET', `/v2/nobody/blobs/${digest}`);
  assert.deepEqual([unknown.status, unknown.code], [404, 'NAME_UNKNOWN']);
  const wrong = await get('POST');
  assert.deepEqual([wrong.status, wrong.code], [405, 'UNSUPPORTED']);
  assert.equal(wrong.headers['allow'], 'GET, HEAD, DELETE');
});

test('a blob deleted from one repository stays in another', async () => {
  const shared = await pushBlob(fixture.handler, 'one', 'shared');
  await pushBlob(fixture.handler, 'two', 'shared');
  const path = `blobs/${shared}`;
  assert.equal((await ask(fixture.handler, 'DELETE', `/v2/one/${path}`)).status, 202);
  assert.equal((await ask(fixture.handler, 'GET', `/v2/one/${path}`)).code, 'BLOB_UNKNOWN');
  assert.equal((await ask(fixture.handler, 'DELETE', `/v2/one/${path}`)).status, 404);
  assert.equal((await ask(fixture.handler, 'GET', `/v2/two/${path}`)).bytes.toString(), 'shared');
});

test('no file is left open by any of these replies', async () => {
  const open = async (): Promise<number> => (await readdir('/proc/self/fd')).length;
  await get('GET');
  const before = await open();
  for (let round = 0; round < 20; round += 1) {
    await get('HEAD');
    await get('GET');
    await get('GET', { range: 'bytes=5000-' });
    await get('GET', { 'if-none-match': '*' });
    await get('GET', {}, digestOf('missing'));
  }
  assert.equal(await open(), before);
});
