import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestGateway, USER } from '../../../harness/gateway.js';
import { ask } from '../../../harness/request.js';
import { followed } from '../../client.js';
import { digestOf } from '../../fixture.js';
import { Asker, refusal } from './asker.js';

const registry = new Asker();
const DIGEST = digestOf('nothing');

test('G1: every endpoint of the four categories is there', async () => {
  await registry.put(await registry.image('one'), 'v1');
  const started = followed(await registry.ask('POST', '/v2/app/blobs/uploads/'));
  const asked: [string, string, number][] = [
    ['GET', '/v2/', 200],
    ['GET', `/v2/app/blobs/${await registry.blob('layer')}`, 200],
    ['GET', '/v2/app/manifests/v1', 200],
    ['POST', '/v2/app/blobs/uploads/', 202],
    ['GET', started, 204],
    ['PATCH', started, 202],
    ['DELETE', started, 204],
    ['GET', '/v2/app/tags/list', 200],
    ['GET', `/v2/app/referrers/${DIGEST}`, 200],
    ['DELETE', '/v2/app/manifests/v1', 202],
    ['DELETE', `/v2/app/blobs/${await registry.blob('layer')}`, 202],
    ['GET', '/v2/_catalog', 200],
    ['GET', '/v2/_oci/ext/discover', 200],
  ];
  for (const [method, target, status] of asked) {
    assert.equal((await registry.ask(method, target)).status, status, `${method} ${target}`);
  }
});

test('G2: a name outside the grammar gets 400 NAME_INVALID', async () => {
  for (const name of ['App', 'a..b', 'a___b', '-a', 'a/_b', 'a/-']) {
    assert.equal(refusal(await registry.get(`/v2/${name}/tags/list`)), '400 NAME_INVALID', name);
  }
  for (const name of ['a', 'a.b_c__d---e/f0']) await registry.blob('layer', name);
});

test('G3: a name may have 255 characters and no more', async () => {
  await registry.blob('layer', 'a'.repeat(255));
  assert.equal(refusal(await registry.get(`/v2/${'a'.repeat(256)}/tags/list`)), '400 NAME_INVALID');
});

test('G4: a tag outside the grammar gets 400 MANIFEST_INVALID, or 404 when it is looked for', async () => {
  const image = await registry.image('one');
  for (const tag of ['.a', '-a', 't'.repeat(129), 'a+b']) {
    assert.equal(refusal(await registry.put(image, tag)), '400 MANIFEST_INVALID', tag);
    for (const method of ['GET', 'HEAD'])
      assert.equal((await registry.ask(method, `/v2/app/manifests/${tag}`)).status, 404, tag);
  }
  for (const tag of ['_', 'A.b-c_9', 't'.repeat(128)])
    assert.equal((await registry.put(image, tag)).status, 201);
});

test('G5: a reference with a colon is a digest and nothing else', async () => {
  const image = await registry.image('one');
  for (const reference of ['sha256:v1', 'v1:sha256', `md5:${'a'.repeat(32)}`]) {
    assert.equal(refusal(await registry.put(image, reference)), '400 DIGEST_INVALID', reference);
  }
});

test('G6: an error has a body with code, message and detail', async (t) => {
  const gateway = await startTestGateway(t);
  const reply = await ask(gateway, `/v2/app/manifests/${DIGEST}`);
  assert.equal(reply.status, 404);
  assert.equal(reply.headers['content-type'], 'application/json');
  const { errors } = JSON.parse(reply.text) as { errors: Record<string, unknown>[] };
  assert.equal(errors.length, 1);
  assert.equal(errors[0]?.['code'], 'NAME_UNKNOWN');
  assert.match(String(errors[0]?.['message']), /no repository app/);
  assert.deepEqual(errors[0]?.['detail'], { name: 'app' });
});

test('G7: a reply carries no warnings', async () => {
  for (const target of ['/v2/', `/v2/app/referrers/${DIGEST}`]) {
    assert.equal((await registry.get(target)).headers['warning'], undefined);
  }
});

test('G8: every reply under /v2/ names the version of the API', async (t) => {
  const gateway = await startTestGateway(t);
  for (const target of ['/v2/', '/v2/_catalog', '/v2/nobody/tags/list', '/v2/nothing']) {
    const reply = await ask(gateway, target);
    assert.equal(reply.headers['docker-distribution-api-version'], 'registry/2.0', target);
  }
  const stranger = await ask(gateway, '/v2/', { anonymous: true });
  assert.deepEqual(
    [stranger.status, stranger.headers['docker-distribution-api-version']],
    [401, 'registry/2.0'],
  );
});

test('G9: no reply redirects, and a 429 says when to come back', async (t) => {
  const digest = await registry.blob('layer');
  assert.equal((await registry.get(`/v2/app/blobs/${digest}`)).status, 200);
  const refused = await exhaust(await startTestGateway(t));
  assert.match(String(refused.headers['retry-after']), /^[1-9][0-9]*$/);
});

test('E1: GET /v2/ answers 200, or 401 to a stranger', async (t) => {
  const gateway = await startTestGateway(t);
  const reply = await ask(gateway, '/v2/');
  assert.deepEqual([reply.status, reply.text], [200, '{}']);
  const stranger = await ask(gateway, '/v2/', { anonymous: true });
  assert.equal(stranger.status, 401);
  assert.match(String(stranger.headers['www-authenticate']), /^Basic realm=/);
});

test('D8: who tries too many passwords gets 429 TOOMANYREQUESTS', async (t) => {
  const refused = await exhaust(await startTestGateway(t));
  assert.match(refused.text, /"TOOMANYREQUESTS"/);
});

/** Tries wrong passwords until the gateway has had enough. */
async function exhaust(gateway: Parameters<typeof ask>[0]): ReturnType<typeof ask> {
  for (let count = 0; count < 60; count += 1) {
    const authorization = `Basic ${Buffer.from(`${USER}:wrong${count}`).toString('base64')}`;
    const reply = await ask(gateway, '/v2/', { headers: { authorization } });
    if (reply.status === 429) return reply;
  }
  return assert.fail('no 429 came');
}
