import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTHORIZATION, startTestGateway, type TestGateway } from '../../harness/gateway.js';
import { openRaw } from '../../harness/raw-connection.js';
import { ask } from '../../harness/request.js';
import { until } from '../../harness/until.js';
import { artifactOf, pushBlobTo } from '../interop/artifacts.js';
import { dockgateAt, sha256 } from '../interop/skopeo.js';
import { assertRefused, send, tree } from './stranger.js';

const TYPE = 'Content-Type: application/vnd.oci.image.manifest.v1+json';
const CONTENT = 'hello world, this is content';
const DIGEST = sha256(CONTENT);
const POST = `POST /v2/team/app/blobs/uploads/?digest=${DIGEST}`;

async function begin(gateway: TestGateway): Promise<string> {
  const begun = await ask(gateway, '/v2/team/app/blobs/uploads/', { method: 'POST' });
  assert.equal(begun.status, 202);
  return new URL(String(begun.headers.location)).pathname;
}

async function assertAbsent(gateway: TestGateway, digest: string): Promise<void> {
  assert.equal((await ask(gateway, `/v2/team/app/blobs/${digest}`)).status, 404);
}

test('a body that is shorter than its length is never taken for whole', async (t) => {
  const gateway = await startTestGateway(t);
  const before = tree(gateway.data);
  const long = [`Content-Length: ${CONTENT.length + 10}`];
  {
    const reply = await send(t, gateway, POST, { headers: long, body: CONTENT, leaves: true });
    if (reply !== undefined)
      assertRefused(reply, 'POST', '400 BLOB_UPLOAD_INVALID', '400 UNSUPPORTED', '408 UNSUPPORTED');
  }
  await assertAbsent(gateway, DIGEST);
  await until(() => gateway.accessLines().length > 0, 'the broken request has ended');
  await until(() => JSON.stringify(tree(gateway.data)) === JSON.stringify(before), 'nothing is left of it');

  const session = await begin(gateway);
  const put = `PUT ${session}?digest=${DIGEST}`;
  const broken = await send(t, gateway, put, { headers: long, body: CONTENT, leaves: true });
  if (broken !== undefined) assertRefused(broken, 'PUT', '400 BLOB_UPLOAD_INVALID', '400 UNSUPPORTED');
  await assertAbsent(gateway, DIGEST);
  // The client asks how much of it came, and goes on from there.
  await until(async () => {
    const last = Number(/^0-(\d+)$/.exec(String((await ask(gateway, session)).headers['range']))?.[1]);
    const size = last === 0 ? 0 : last + 1;
    const rest = CONTENT.slice(size);
    const range = rest === '' ? {} : { 'content-range': `${size}-${CONTENT.length - 1}` };
    const closing = `${session}?digest=${DIGEST}`;
    return (await ask(gateway, closing, { method: 'PUT', headers: range, body: rest })).status === 201;
  }, 'the upload can be closed');
  assert.equal((await ask(gateway, `/v2/team/app/blobs/${DIGEST}`)).text, CONTENT);

  const kept = tree(gateway.data);
  const { manifest } = artifactOf({ content: CONTENT });
  const headers = [`Content-Length: ${manifest.length + 1}`, TYPE];
  const cut = await send(t, gateway, 'PUT /v2/team/app/manifests/v1', {
    headers,
    body: manifest,
    leaves: true,
  });
  if (cut !== undefined)
    assertRefused(cut, 'PUT', '400 BLOB_UPLOAD_INVALID', '400 UNSUPPORTED', '400 MANIFEST_INVALID');
  assert.equal((await ask(gateway, '/v2/team/app/manifests/v1')).status, 404);
  assert.deepEqual(tree(gateway.data), kept);
});

test('a body that is longer than its length ends where the length says, and the rest is no request', async (t) => {
  const gateway = await startTestGateway(t);
  const before = tree(gateway.data);
  const connection = await openRaw(t, gateway.port, gateway.ca);
  const head = `Host: localhost\r\nAuthorization: ${AUTHORIZATION}\r\nContent-Length: 5\r\n\r\n`;
  connection.write(`${POST} HTTP/1.1\r\n${head}${CONTENT}\r\n\r\n`);
  const replies = await connection.closed();
  assert.match(replies, /^HTTP\/1\.1 400 /);
  assert.match(replies, /DIGEST_INVALID/);
  assert.doesNotMatch(replies, /HTTP\/1\.1 2/);
  await assertAbsent(gateway, DIGEST);
  assert.deepEqual(tree(gateway.data), before);
});

test('lengths that are none, chunks that are none and both at once are refused', async (t) => {
  const gateway = await startTestGateway(t);
  const session = await begin(gateway);
  const before = tree(gateway.data);
  for (const length of ['-1', '+5', '5 5', '0x5', '5, 5', '5.0', '1e1', '9'.repeat(30), '', '\u00b2', '5;']) {
    for (const line of [
      POST,
      `PATCH ${session}`,
      `PUT ${session}?digest=${DIGEST}`,
      'PUT /v2/team/app/manifests/v1',
    ]) {
      const reply = await send(t, gateway, line, {
        headers: [`Content-Length: ${length}`, TYPE],
        body: 'hello',
      });
      // A length that is empty is none at all to some; what counts is that nothing of the body is taken.
      if (length === '' && reply?.status !== 400)
        assertRefused(reply, line, '400 DIGEST_INVALID', '411 UNSUPPORTED');
      else assertRefused(reply, `${line} ${length}`, '400 UNSUPPORTED', '413 UNSUPPORTED');
    }
  }
  const chunked = ['Transfer-Encoding: chunked', TYPE];
  for (const body of [
    'zz\r\nhello\r\n0\r\n\r\n',
    '-5\r\nhello\r\n0\r\n\r\n',
    '5\r\nhelloX\r\n0\r\n\r\n',
    '5 5\r\nhello\r\n0\r\n\r\n',
    'fffffffffffffffff\r\nhello\r\n0\r\n\r\n',
    '0x5\r\nhello\r\n0\r\n\r\n',
    '\r\n\r\n',
  ])
    for (const line of [POST, 'PUT /v2/team/app/manifests/v1']) {
      const reply = await send(t, gateway, line, { headers: chunked, body, leaves: true });
      if (reply !== undefined)
        assertRefused(reply, `${line} ${body}`, '400 UNSUPPORTED', '400 BLOB_UPLOAD_INVALID');
    }
  for (const headers of [
    ['Transfer-Encoding: chunked', 'Content-Length: 5'],
    ['Content-Length: 5', 'Content-Length: 5'],
    ['Content-Length: 5', 'Content-Length: 6'],
    ['Transfer-Encoding: gzip, chunked'],
    ['Transfer-Encoding: identity'],
    ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'],
  ]) {
    const reply = await send(t, gateway, POST, { headers, body: '5\r\nhello\r\n0\r\n\r\n', leaves: true });
    assertRefused(reply, headers.join(), '400 UNSUPPORTED', '501 UNSUPPORTED');
  }
  await assertAbsent(gateway, sha256('hello'));
  await until(() => tree(gateway.data).length <= before.length, 'nothing is left of it').catch(
    () => undefined,
  );
  assert.deepEqual(tree(gateway.data), before);
  const progress = await ask(gateway, session);
  assert.equal(progress.headers['range'], '0-0', 'the session has not moved');
});

test('what is not what its digest says is refused and leaves nothing behind', async (t) => {
  const gateway = await startTestGateway(t);
  const ours = dockgateAt(t, gateway);
  const artifact = artifactOf({ content: 'content' });
  for (const content of artifact.blobs) await pushBlobTo(ours, 'team/app', content);
  const before = tree(gateway.data);
  const other = `sha256:${'b'.repeat(64)}`;
  for (const digest of [other, `sha512:${'b'.repeat(128)}`]) {
    const posted = await ask(gateway, `/v2/team/app/blobs/uploads/?digest=${digest}`, {
      method: 'POST',
      body: CONTENT,
    });
    assert.equal(posted.status, 400);
    assert.match(posted.text, /"DIGEST_INVALID"/);
    const session = await begin(gateway);
    assert.equal((await ask(gateway, session, { method: 'PATCH', body: CONTENT })).status, 202);
    const closed = await ask(gateway, `${session}?digest=${digest}`, { method: 'PUT', body: '' });
    assert.equal(closed.status, 400);
    assert.match(closed.text, /"DIGEST_INVALID"/);
    assert.equal((await ask(gateway, session)).status, 404);
    const manifest = await ask(gateway, `/v2/team/app/manifests/${digest}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
      body: artifact.manifest,
    });
    assert.equal(manifest.status, 400);
    assert.match(manifest.text, /"DIGEST_INVALID"/);
    await assertAbsent(gateway, digest);
  }
  await assertAbsent(gateway, DIGEST);
  assert.deepEqual(tree(gateway.data), before);
});
