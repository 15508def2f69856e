import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followed } from '../../client.js';
import { descriptorOf, digestOf } from '../../fixture.js';
import { Asker, about, jsonOf, OCI_INDEX, OCI_MANIFEST, refusal } from './asker.js';

const registry = new Asker();
const LIMIT = 4 * 1024 * 1024;
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';

async function tags(): Promise<unknown> {
  return jsonOf(await registry.get('/v2/app/tags/list'))['tags'];
}

test('M1: a push answers 201 with a Location that serves it and the digest that it was pushed by', async () => {
  const manifest = await registry.image('one');
  for (const reference of ['v1', digestOf(manifest), digestOf(manifest, 'sha512')]) {
    const reply = await registry.put(manifest, reference);
    const digest = reference === 'v1' ? digestOf(manifest) : reference;
    assert.deepEqual([reply.status, reply.headers['docker-content-digest']], [201, digest]);
    assert.equal((await registry.get(followed(reply))).bytes.toString(), manifest);
  }
});

test('M2: every byte is kept, with data and with fields that nobody knows', async () => {
  const config = {
    ...descriptorOf('application/x', await registry.blob('hello')),
    data: 'aGVsbG8=',
    'x-y': 1,
  };
  const manifest = `\n${await registry.image('one', { config, 'org.example.new': { deep: [null] } })}\t`;
  assert.equal((await registry.put(manifest, 'v1')).status, 201);
  assert.equal((await registry.get('/v2/app/manifests/v1')).bytes.toString(), manifest);
});

test('M3: parameters of the Content-Type are passed over', async () => {
  const body = await registry.image('one');
  const headers = { 'content-type': `${OCI_MANIFEST} ;charset="utf-8"; x=y` };
  assert.equal((await registry.ask('PUT', '/v2/app/manifests/v1', { body, headers })).status, 201);
});

test('M4: a subject that is not there yet is accepted', async () => {
  const later = digestOf('later');
  assert.equal((await registry.put(await registry.image('one', about(later)))).status, 201);
  const index = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [], ...about(later) });
  assert.equal((await registry.put(index)).status, 201);
});

test('M5: a blob that is not there gets 400 MANIFEST_BLOB_UNKNOWN, a child or a foreign layer does not', async () => {
  const layers = [descriptorOf(LAYER, digestOf('missing'))];
  const refused = await registry.put(await registry.image('one', { layers }), 'v1');
  assert.equal(refusal(refused), '400 MANIFEST_BLOB_UNKNOWN');
  const foreign = [descriptorOf('application/vnd.oci.image.layer.nondistributable.v1.tar', digestOf('far'))];
  assert.equal((await registry.put(await registry.image('one', { layers: foreign }))).status, 201);
  const child = descriptorOf(OCI_MANIFEST, digestOf('sparse'));
  const index = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [child] });
  assert.equal((await registry.put(index)).status, 201);
  const nested = { ...descriptorOf(OCI_INDEX, digestOf(index)), size: index.length };
  const outer = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [nested] });
  assert.equal((await registry.put(outer)).status, 201);
  assert.deepEqual(await tags(), []);
});

test('M6: a manifest of 4 MiB is accepted, one byte more gets 413', async () => {
  const image = await registry.image('one');
  assert.equal((await registry.put(image + ' '.repeat(LIMIT - image.length), 'v1')).status, 201);
  assert.equal(
    refusal(await registry.put(image + ' '.repeat(LIMIT - image.length + 1), 'v2')),
    '413 SIZE_INVALID',
  );
});

test('M7: a push with a subject answers with OCI-Subject, and is listed by then', async () => {
  for (const algorithm of ['sha256', 'sha512']) {
    const subject = digestOf('later', algorithm);
    const reply = await registry.put(await registry.image('one', about(subject)));
    assert.equal(reply.headers['oci-subject'], subject);
    const listed = jsonOf(await registry.get(`/v2/app/referrers/${subject}`))['manifests'];
    assert.equal((listed as unknown[]).length, 1);
  }
  assert.equal((await registry.put(await registry.image('two'))).headers['oci-subject'], undefined);
});

test('M8: a digest that does not match gets 400 DIGEST_INVALID', async () => {
  const manifest = await registry.image('one');
  for (const algorithm of ['sha256', 'sha512']) {
    assert.equal(refusal(await registry.put(manifest, digestOf('other', algorithm))), '400 DIGEST_INVALID');
  }
});

test('M9: what is malformed or is of another type than it says gets 400 MANIFEST_INVALID', async () => {
  const image = await registry.image('one');
  const long = JSON.stringify({
    ...JSON.parse(image),
    layers: [descriptorOf(LAYER, await registry.blob('layer'))],
  });
  const bodies = [
    '{',
    '[]',
    image.replace('"layers":[]', '"layers":{}'),
    image.replace('"layers":[]', '"layers":[],"manifests":[]'),
    image.replace('"layers":[]', '"layers":[],"layers":[]'),
    image.replace('"layers":[]', '"layers":[],"Layers":[]'),
    image.replace('"layers":[]', '"lay\\u0065rs":[],"layers":[]'),
    image.replace('"layers":[]', '"Layers":[]'),
    image.replace('"size":', '"size":1,"size":'),
    long.replace('"size":5', '"size":6'),
    JSON.stringify({ schemaVersion: 1, name: 'app', tag: 'v1', fsLayers: [] }),
    `{"a":${'['.repeat(200)}${']'.repeat(200)}}`,
  ];
  for (const body of bodies) {
    assert.equal(refusal(await registry.put(body, 'v1')), '400 MANIFEST_INVALID', body);
  }
  const headers = { 'content-type': OCI_INDEX };
  const reply = await registry.ask('PUT', '/v2/app/manifests/v1', { body: image, headers });
  assert.equal(refusal(reply), '400 MANIFEST_INVALID');
  assert.deepEqual(await tags(), []);
});

test('M10: a push by digest sets every tag of its query, and names them in OCI-Tag', async () => {
  const manifest = await registry.image('one');
  const names = Array.from({ length: 12 }, (_, index) => `t${index + 10}`);
  for (const digest of [digestOf(manifest), digestOf(manifest, 'sha512')]) {
    const reply = await registry.put(manifest, `${digest}?tag=${names.join('&tag=')}&tag=t10`);
    assert.deepEqual([reply.status, reply.headers['oci-tag']], [201, names]);
    assert.deepEqual(await tags(), names);
    const pulled = await registry.get('/v2/app/manifests/t21');
    assert.deepEqual([pulled.bytes.toString(), pulled.headers['docker-content-digest']], [manifest, digest]);
  }
  const other = await registry.image('two');
  const refused: [string, string][] = [
    [`${digestOf(other)}?tag=good&tag=.bad`, '400 MANIFEST_INVALID'],
    [`${digestOf(other)}?tag=`, '400 MANIFEST_INVALID'],
    [`${digestOf(other)}?${'tag=x&'.repeat(101)}`, '414 UNSUPPORTED'],
    ['good?tag=better', '400 UNSUPPORTED'],
  ];
  for (const [reference, expected] of refused) {
    assert.equal(refusal(await registry.put(other, reference)), expected);
    assert.equal((await registry.get(`/v2/app/manifests/${digestOf(other)}`)).status, 404);
  }
  assert.deepEqual(await tags(), names);
});
