import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestGateway } from '../../harness/gateway.js';
import { ask } from '../../harness/request.js';
import { artifactOf, pushBlobTo, pushManifestTo } from '../interop/artifacts.js';
import { dockgateAt, sha256 } from '../interop/skopeo.js';
import { assertRefused, send, sendWhole, tree } from './stranger.js';

const HEX = 'a'.repeat(64);
const UNKNOWN = `sha256:${HEX}`;
const NAMES = [
  ...[
    'UPPER',
    'teaM/app',
    '_a',
    'a_',
    '-a',
    'a-',
    '.a',
    'a.',
    'a..b',
    'a._b',
    'a___b',
    'a-_b',
    'a/_layers',
    'a/.b',
  ],
  ...[
    '_uploads',
    '_manifests/tags',
    'a%20b',
    'a%0ab',
    'caf%C3%A9',
    '%E2%80%AE',
    'a@b',
    'a:b',
    'a+b',
    'a~b',
    'a,b',
    '*',
  ],
  ...['a'.repeat(256), `${'a/'.repeat(127)}ab`, 'a'.repeat(4000), '%61%41', `a%C0%AEb`],
];
/** Refused before anybody asks what they name. */
const TRICKS = [
  ...[
    '..',
    '../..',
    'a/../b',
    '../../../../etc',
    './a',
    'a/./b',
    '/a',
    'a//b',
    '..;/a',
    '%2e%2e',
    '%2e%2e/%2e%2e',
  ],
  ...[
    'a%2fb',
    'a%2Fb',
    '..%2f..',
    '%252e%252e%252f',
    '..%5c..',
    'a\\b',
    '..\\..',
    'a%00b',
    'a\0b',
    '%00',
    'a%zz',
    'a%',
  ],
  ...['a b', 'a\tb', 'a#b', 'a<b', 'a"b', 'a|b', 'caf\u00e9', 'a\x7fb', 'a%7fb', '%25', 'a`b', 'a{b}'],
];
const TAGS = [
  '.a',
  '-a',
  'a'.repeat(129),
  'a%20b',
  'caf%C3%A9',
  'a@b',
  'a+b',
  'a~',
  '',
  '*',
  'a'.repeat(3000),
];
const DIGESTS = [
  ...[
    'sha256:',
    'sha256:abc',
    `sha256:${HEX}a`,
    `sha256:${'A'.repeat(64)}`,
    `sha256:${'g'.repeat(64)}`,
    `SHA256:${HEX}`,
  ],
  ...[
    `sha512:${HEX}`,
    `md5:${'a'.repeat(32)}`,
    `sha384:${'a'.repeat(96)}`,
    `:${HEX}`,
    `sha256:sha256:${HEX}`,
    ':',
  ],
  ...[`sha256+b64:${HEX}`, `sha256:${HEX}:`, `sha256:%0a${HEX.slice(1)}`, `sha256:${'a'.repeat(4000)}`],
];

test('names, tags and digests that cannot be any are refused, and nothing is stored', async (t) => {
  const gateway = await startTestGateway(t);
  const ours = dockgateAt(t, gateway);
  const artifact = artifactOf({ content: 'content' });
  for (const content of artifact.blobs) await pushBlobTo(ours, 'team/app', content);
  await pushManifestTo(ours, 'team/app', artifact.manifest, 'v1');
  const before = tree(gateway.data);
  const type = 'Content-Type: application/vnd.oci.image.manifest.v1+json';

  for (const name of NAMES) {
    const allowed = ['400 NAME_INVALID', '404 NAME_INVALID', '404 NAME_UNKNOWN'];
    for (const line of [
      `GET /v2/${name}/tags/list`,
      `HEAD /v2/${name}/blobs/${UNKNOWN}`,
      `GET /v2/${name}/manifests/v1`,
      `DELETE /v2/${name}/manifests/v1`,
      `GET /v2/${name}/referrers/${UNKNOWN}`,
    ])
      assertRefused(await send(t, gateway, line), line, ...allowed, '400 UNSUPPORTED');
    const upload = `POST /v2/${name}/blobs/uploads/`;
    assertRefused(await sendWhole(t, gateway, upload, ''), upload, ...allowed, '400 UNSUPPORTED');
    const push = `PUT /v2/${name}/manifests/v1`;
    assertRefused(
      await sendWhole(t, gateway, push, artifact.manifest, type),
      push,
      ...allowed,
      '400 UNSUPPORTED',
    );
  }
  for (const name of TRICKS) {
    for (const line of [`GET /v2/${name}/tags/list`, `DELETE /v2/team/app/manifests/${name}`, `GET /${name}`])
      assertRefused(
        await send(t, gateway, line),
        line,
        '400 UNSUPPORTED',
        '400 MANIFEST_INVALID',
        '404 UNSUPPORTED',
      );
    const line = `PUT /v2/${name}/manifests/v1`;
    assertRefused(
      await sendWhole(t, gateway, line, artifact.manifest, type),
      line,
      '400 UNSUPPORTED',
      '400 NAME_INVALID',
    );
  }
  for (const tag of TAGS) {
    const allowed = ['400 MANIFEST_INVALID', '400 UNSUPPORTED', '404 MANIFEST_UNKNOWN', '400 TAG_INVALID'];
    for (const method of ['GET', 'HEAD', 'DELETE']) {
      const line = `${method} /v2/team/app/manifests/${tag}`;
      assertRefused(await send(t, gateway, line), line, ...allowed);
    }
    const push = `PUT /v2/team/app/manifests/${tag}`;
    assertRefused(await sendWhole(t, gateway, push, artifact.manifest, type), push, ...allowed);
    if (tag === '') continue;
    const many = `PUT /v2/team/app/manifests/${sha256(artifact.manifest)}?tag=fine&tag=${tag}`;
    assertRefused(await sendWhole(t, gateway, many, artifact.manifest, type), many, ...allowed);
  }
  for (const digest of DIGESTS) {
    const allowed = ['400 DIGEST_INVALID', '400 UNSUPPORTED', '404 BLOB_UNKNOWN', '404 MANIFEST_UNKNOWN'];
    for (const line of [
      `GET /v2/team/app/blobs/${digest}`,
      `HEAD /v2/team/app/blobs/${digest}`,
      `DELETE /v2/team/app/blobs/${digest}`,
      `GET /v2/team/app/manifests/${digest}`,
      `DELETE /v2/team/app/manifests/${digest}`,
    ])
      assertRefused(await send(t, gateway, line), line, ...allowed);
    const referrers = `GET /v2/team/app/referrers/${digest}`;
    assertRefused(await send(t, gateway, referrers), referrers, '400 DIGEST_INVALID', '400 UNSUPPORTED');
    const push = `PUT /v2/team/app/manifests/${digest}`;
    assertRefused(
      await sendWhole(t, gateway, push, artifact.manifest, type),
      push,
      '400 DIGEST_INVALID',
      '400 UNSUPPORTED',
    );
    const upload = `POST /v2/team/app/blobs/uploads/?digest=${digest}`;
    assertRefused(
      await sendWhole(t, gateway, upload, 'content'),
      upload,
      '400 DIGEST_INVALID',
      '400 UNSUPPORTED',
    );
  }
  assert.deepEqual(tree(gateway.data), before);
  assert.equal((await ask(gateway, '/v2/team/app/manifests/v1')).status, 200);
  assert.ok(
    gateway.log.every((line) => Number(line['level']) < 50),
    'the gateway blames nothing on itself',
  );
});

test('tricks in the query lead nowhere', async (t) => {
  const gateway = await startTestGateway(t);
  const ours = dockgateAt(t, gateway);
  const digest = await pushBlobTo(ours, 'team/app', 'content');
  const sha512 = `sha512:${'a'.repeat(128)}`;
  const uploads = '/v2/team/other/blobs/uploads/';
  const before = tree(gateway.data);

  for (const query of [
    `digest=${UNKNOWN}&digest=${digest}`,
    `digest=&digest=${digest}`,
    'digest=',
    `digest=${sha512}`,
    `digest=${encodeURIComponent('../../x')}`,
    `digest=${UNKNOWN}&mount=`,
    'mount=nothing&from=team/app',
    `mount=${encodeURIComponent(`${digest}/../x`)}&from=team/app`,
    'digest-algorithm=md5',
    'digest-algorithm=',
    'digest-algorithm=__proto__',
  ])
    assertRefused(
      await sendWhole(t, gateway, `POST ${uploads}?${query}`, 'content'),
      query,
      '400 DIGEST_INVALID',
    );
  for (const n of ['-1', 'x', '1e9', '0x10', '9'.repeat(40), '1.5', '%00', '1%20'])
    for (const list of ['/v2/_catalog', '/v2/team/app/tags/list'])
      assertRefused(
        await send(t, gateway, `GET ${list}?n=${n}`),
        n,
        '400 UNSUPPORTED',
        '404 NAME_UNKNOWN',
        '400 PAGINATION_NUMBER_INVALID',
      );
  assert.deepEqual(tree(gateway.data), before);

  // A source that cannot be one, or does not hold the blob, leads to an ordinary upload.
  for (const from of [
    '..%2F..%2Fx',
    'NOBODY',
    'team/none',
    '',
    'team/other',
    '%00',
    'team/app/'.repeat(40),
  ]) {
    const mount = `POST ${uploads}?mount=${from === '' ? UNKNOWN : digest}&from=${from}`;
    const reply = await sendWhole(t, gateway, mount, '');
    assert.equal(reply?.status, 202, `${from}: ${reply?.body}`);
    const session = new URL(reply.value('location') ?? '').pathname;
    assert.equal((await ask(gateway, session, { method: 'DELETE' })).status, 204);
  }
  assert.deepEqual(tree(gateway.data), before);
  assert.equal((await ask(gateway, `/v2/team/other/blobs/${digest}`)).status, 404);

  // The first of two digests is the one that counts, so the second cannot put content under a wrong name.
  const both = await sendWhole(t, gateway, `POST ${uploads}?digest=${digest}&digest=${UNKNOWN}`, 'content');
  if (both?.status === 201) assert.equal(both.value('docker-content-digest'), digest);
  else assertRefused(both, 'two digests', '400 DIGEST_INVALID');
  assert.equal((await ask(gateway, `/v2/team/other/blobs/${UNKNOWN}`)).status, 404);
  for (const last of ['..%2F..', '%00', '%FF', 'a'.repeat(5000), '%ED%A0%80']) {
    const reply = await send(t, gateway, `GET /v2/team/app/tags/list?last=${last}`);
    assert.ok([200, 400, 404, 414].includes(reply?.status ?? 0), last);
  }
});

test('a session belongs to its repository and its id, whatever is put in their place', async (t) => {
  const gateway = await startTestGateway(t);
  const begun = await ask(gateway, '/v2/team/app/blobs/uploads/', { method: 'POST' });
  const session = new URL(String(begun.headers.location)).pathname;
  const id = session.split('/').at(-1) ?? '';
  const before = tree(gateway.data);
  const unknown = [
    '404 BLOB_UPLOAD_UNKNOWN',
    '400 BLOB_UPLOAD_INVALID',
    '400 UNSUPPORTED',
    '404 NAME_UNKNOWN',
  ];
  const others = [
    `/v2/team/other/blobs/uploads/${id}`,
    `/v2/team/app/blobs/uploads/${id.toUpperCase()}x`,
    '/v2/team/app/blobs/uploads/3b241101-e2bb-4255-8caf-4136c566a962',
    '/v2/team/app/blobs/uploads/..',
    '/v2/team/app/blobs/uploads/%2e%2e',
    `/v2/team/app/blobs/uploads/${id}%00`,
    '/v2/team/app/blobs/uploads/__proto__',
    `/v2/team/app/blobs/uploads/${'a'.repeat(2000)}`,
  ];
  for (const path of others) {
    for (const method of ['GET', 'DELETE'])
      assertRefused(await send(t, gateway, `${method} ${path}`), path, ...unknown);
    for (const body of ['', 'x']) {
      const put = `PUT ${path}?digest=${sha256(body)}`;
      assertRefused(await sendWhole(t, gateway, `PATCH ${path}`, body), path, ...unknown);
      assertRefused(await sendWhole(t, gateway, put, body), path, ...unknown);
    }
  }
  for (const query of ['', '?digest=', '?digest=x', `?digest=${UNKNOWN.toUpperCase()}`, '?tag=x'])
    assertRefused(await sendWhole(t, gateway, `PUT ${session}${query}`, ''), query, '400 DIGEST_INVALID');
  for (const range of [
    'x',
    '5',
    '0-',
    '-5',
    '1-5',
    '5-1',
    '0-99999999999999999999',
    '0-4, 6-9',
    'bytes=0-4',
    '00-1',
    ' ',
  ]) {
    const reply = await sendWhole(t, gateway, `PATCH ${session}`, 'x', `Content-Range: ${range}`);
    assertRefused(reply, range, '400 BLOB_UPLOAD_INVALID', '416 BLOB_UPLOAD_INVALID', '400 SIZE_INVALID');
  }
  const wrong = await sendWhole(t, gateway, `PATCH ${session}`, 'hello', 'Content-Range: 0-9');
  assertRefused(wrong, 'a range of 10 bytes and a body of 5', '400 SIZE_INVALID', '416 BLOB_UPLOAD_INVALID');
  assert.deepEqual(tree(gateway.data), before, 'the session has not moved');
});
