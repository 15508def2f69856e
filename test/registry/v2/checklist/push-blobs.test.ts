import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followed, type Received } from '../../client.js';
import { digestOf, pulling } from '../../fixture.js';
import { Asker, refusal } from './asker.js';

const registry = new Asker({ rights: pulling((name) => !name.startsWith('secret')) });
const UPLOADS = '/v2/app/blobs/uploads/';

async function begin(query = ''): Promise<string> {
  const reply = await registry.ask('POST', `${UPLOADS}${query}`);
  assert.equal(reply.status, 202);
  return followed(reply);
}

function patch(path: string, body: string, range?: string): Promise<Received> {
  const headers = range === undefined ? {} : { 'content-range': range, 'content-length': `${body.length}` };
  return registry.ask('PATCH', path, { body, headers });
}

function close(path: string, digest: string, body = '', range?: string): Promise<Received> {
  const headers = range === undefined ? {} : { 'content-range': range, 'content-length': `${body.length}` };
  return registry.ask('PUT', `${path}?digest=${digest}`, { body, headers });
}

async function content(digest: string, name = 'app'): Promise<string> {
  return (await registry.get(`/v2/${name}/blobs/${digest}`)).bytes.toString();
}

test('B1: POST begins an upload with a Location of its own', async () => {
  const [one, other] = [await begin(), await begin()];
  assert.match(one, /^\/v2\/app\/blobs\/uploads\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.notEqual(one, other);
});

test('B2: the digest is found in the query of a Location, with whatever else is there', async () => {
  const path = await begin();
  const reply = await registry.ask('PUT', `${path}?a=1&digest=${encodeURIComponent(digestOf('x'))}&b`, {
    body: 'x',
  });
  assert.equal(reply.status, 201);
});

test('B3: PUT with the whole body answers 201, and its Location serves the blob', async () => {
  const reply = await close(await begin(), digestOf('content'), 'content');
  assert.equal(reply.status, 201);
  assert.equal((await registry.get(followed(reply))).bytes.toString(), 'content');
});

test('B4: a digest that does not match, is malformed or is of another algorithm gets 400 DIGEST_INVALID', async () => {
  for (const digest of [digestOf('other'), 'sha256:abc', 'md5:0cc175b9c0f1b6a831c399e269772661', '']) {
    const path = await begin();
    assert.equal(refusal(await close(path, digest, 'content')), '400 DIGEST_INVALID', digest);
  }
  assert.equal((await registry.get(`/v2/app/blobs/${digestOf('other')}`)).status, 404);
});

test('B5: POST with a digest and the body answers 201', async () => {
  const reply = await registry.ask('POST', `${UPLOADS}?digest=${digestOf('content')}`, { body: 'content' });
  assert.equal(reply.status, 201);
  assert.equal((await registry.get(followed(reply))).bytes.toString(), 'content');
});

test('B6: POST with a Content-Length of 0 begins a chunked upload', async () => {
  const reply = await registry.ask('POST', UPLOADS, { headers: { 'content-length': '0' } });
  assert.equal(reply.status, 202);
  assert.equal((await patch(followed(reply), 'abc', '0-2')).status, 202);
});

test('B7: chunks have no least length, so none is told', async () => {
  const reply = await registry.ask('POST', UPLOADS);
  assert.equal(reply.headers['oci-chunk-min-length'], undefined);
  const path = followed(reply);
  for (const [offset, byte] of [...'abc'].entries()) {
    assert.equal((await patch(path, byte, `${offset}-${offset}`)).status, 202);
  }
  assert.equal((await close(path, digestOf('abc'))).status, 201);
});

test('B8: PATCH with a Content-Range answers 202 with Location and Range', async () => {
  const path = await begin();
  const reply = await patch(path, 'abc', '0-2');
  assert.deepEqual([reply.status, followed(reply), reply.headers['range']], [202, path, '0-2']);
  assert.equal((await patch(path, 'def', '3-5')).headers['range'], '0-5');
  assert.equal((await patch(path, 'def', 'x-y')).status, 400);
});

test('B9: a chunk out of order gets 416 with the range that is there, and changes nothing', async () => {
  const path = await begin();
  const early = await patch(path, 'abc', '3-5');
  assert.deepEqual([refusal(early), early.headers['range']], ['416 BLOB_UPLOAD_INVALID', '0-0']);
  await patch(path, 'abc', '0-2');
  for (const range of ['0-2', '2-4', '4-6']) {
    const reply = await patch(path, 'def', range);
    assert.deepEqual([refusal(reply), reply.headers['range']], ['416 BLOB_UPLOAD_INVALID', '0-2'], range);
    assert.equal(followed(reply), path);
  }
  assert.equal((await patch(path, 'def', '3-5')).status, 202);
  assert.equal((await close(path, digestOf('abcdef'))).status, 201);
});

test('B10: the closing PUT may bring the last chunk, and its digest is of the whole', async () => {
  for (const last of ['', 'ghi']) {
    const path = await begin();
    await patch(path, 'abc', '0-2');
    await patch(path, 'def', '3-5');
    const reply = await close(path, digestOf(`abcdef${last}`), last, last === '' ? undefined : '6-8');
    assert.equal(reply.status, 201);
    assert.equal((await registry.get(followed(reply))).bytes.toString(), `abcdef${last}`);
  }
});

test('B11: a closing PUT out of order gets 416, and the upload goes on', async () => {
  const path = await begin();
  await patch(path, 'abc', '0-2');
  const digest = digestOf('abcdef');
  for (const range of ['0-2', '4-6']) {
    const reply = await close(path, digest, 'def', range);
    assert.deepEqual([refusal(reply), reply.headers['range']], ['416 BLOB_UPLOAD_INVALID', '0-2'], range);
  }
  assert.equal((await close(path, digest, 'def', '3-5')).status, 201);
});

test('B12: GET of an upload answers 204 with Location and Range', async () => {
  const path = await begin();
  await patch(path, 'abc');
  const reply = await registry.get(path);
  assert.deepEqual([reply.status, followed(reply), reply.headers['range']], [204, path, '0-2']);
});

test('B13: PATCH without a Content-Range adds to what is there', async () => {
  const path = await begin();
  await patch(path, 'abc');
  assert.deepEqual((await patch(path, 'def')).headers['range'], '0-5');
  await close(path, digestOf('abcdef'));
  assert.equal(await content(digestOf('abcdef')), 'abcdef');
});

test('B14: an upload that is not there gets 404 BLOB_UPLOAD_UNKNOWN', async () => {
  const paths = [`${UPLOADS}0b0d2a39-64a7-4f3e-9c40-95d3a2a4a1c8`, `${UPLOADS}nothing`];
  for (const path of paths) {
    for (const method of ['GET', 'PATCH', 'DELETE', 'PUT']) {
      const reply = await registry.ask(method, `${path}?digest=${digestOf('x')}`);
      assert.equal(refusal(reply), '404 BLOB_UPLOAD_UNKNOWN', method);
    }
  }
});

test('B15: DELETE of an upload answers 204, and it is gone', async () => {
  const path = await begin();
  await patch(path, 'abc');
  assert.equal((await registry.ask('DELETE', path)).status, 204);
  assert.equal(refusal(await registry.get(path)), '404 BLOB_UPLOAD_UNKNOWN');
});

test('B16: POST announces sha512 with digest-algorithm, and other algorithms get 400', async () => {
  const path = await begin('?digest-algorithm=sha512');
  await patch(path, 'content');
  const digest = digestOf('content', 'sha512');
  assert.equal((await close(path, digest)).headers['docker-content-digest'], digest);
  assert.equal(await content(digest), 'content');
  assert.equal(refusal(await registry.ask('POST', `${UPLOADS}?digest-algorithm=md5`)), '400 DIGEST_INVALID');
});

test('B17: a mount answers 201 with a Location that serves the blob', async () => {
  for (const algorithm of ['sha256', 'sha512']) {
    const digest = digestOf('layer', algorithm);
    await registry.ask('POST', `/v2/base/blobs/uploads/?digest=${digest}`, { body: 'layer' });
    const reply = await registry.ask('POST', `${UPLOADS}?mount=${digest}&from=base`);
    assert.deepEqual([reply.status, reply.headers['docker-content-digest']], [201, digest]);
    assert.equal((await registry.get(followed(reply))).bytes.toString(), 'layer');
  }
});

test('B18: a mount without from takes the blob from wherever the client may pull', async () => {
  const open = await registry.blob('open', 'base/one');
  await registry.blob('open', 'secret/one');
  for (const [name, from] of [
    ['app', ''],
    ['other', '&from='],
  ] as const) {
    const reply = await registry.ask('POST', `/v2/${name}/blobs/uploads/?mount=${open}${from}`);
    assert.equal(reply.status, 201);
    assert.equal((await registry.get(followed(reply))).bytes.toString(), 'open');
  }
  const hidden = await registry.blob('hidden', 'secret/one');
  assert.equal((await registry.ask('POST', `${UPLOADS}?mount=${hidden}`)).status, 202);
  assert.equal((await registry.get(`/v2/app/blobs/${hidden}`)).status, 404);
});

test('B19: what cannot be mounted gets an upload, which may be in the same request', async () => {
  await registry.blob('layer', 'base');
  const missing = digestOf('missing');
  for (const from of ['&from=base', '&from=nobody', '&from=../base', '&from=', '']) {
    const reply = await registry.ask('POST', `${UPLOADS}?mount=${missing}${from}`);
    assert.equal(reply.status, 202, from);
    assert.equal((await registry.get(followed(reply))).status, 204);
  }
  const whole = await registry.ask('POST', `${UPLOADS}?mount=${missing}&from=base&digest=${missing}`, {
    body: 'missing',
  });
  assert.equal(whole.status, 201);
  assert.equal(await content(missing), 'missing');
});

test('B20: a blob of a repository that may not be pulled from is not mounted', async () => {
  const digest = await registry.blob('layer', 'secret');
  assert.equal((await registry.ask('POST', `${UPLOADS}?mount=${digest}&from=secret`)).status, 202);
  assert.equal((await registry.get(`/v2/app/blobs/${digest}`)).status, 404);
});

test('B21: an upload without a byte says 0-0, as one with a byte does, and takes its first chunk at 0', async () => {
  const path = await begin();
  assert.equal((await registry.get(path)).headers['range'], '0-0');
  assert.equal((await patch(path, 'a', '0-0')).headers['range'], '0-0');
  assert.equal((await patch(path, 'b', '0-0')).status, 416);
  assert.equal((await patch(path, 'b', '1-1')).headers['range'], '0-1');
});
