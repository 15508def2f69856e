import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, test } from 'node:test';
import { ask, followed, type Received } from '../client.js';
import { digestOf, type Fixture, imageManifest, openFixture, pushBlob, pushImage } from '../fixture.js';

const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const LIMIT = 4 * 1024 * 1024;

let fixture: Fixture;
let config: string;

beforeEach(async () => {
  fixture = await openFixture();
  config = await pushBlob(fixture.handler, 'app', 'config');
});
afterEach(() => fixture.close());

function put(reference: string, body: string | Readable, contentType?: string): Promise<Received> {
  const headers = contentType === undefined ? {} : { 'content-type': contentType };
  return ask(fixture.handler, 'PUT', `/v2/app/manifests/${reference}`, { body, headers });
}

function get(reference: string, headers: Record<string, string> = {}): Promise<Received> {
  return ask(fixture.handler, 'GET', `/v2/app/manifests/${reference}`, { headers });
}

function remove(reference: string): Promise<Received> {
  return ask(fixture.handler, 'DELETE', `/v2/app/manifests/${reference}`);
}

async function tags(): Promise<string[]> {
  return JSON.parse((await ask(fixture.handler, 'GET', '/v2/app/tags/list')).bytes.toString()).tags;
}

test('a manifest comes back by tag and by digest, byte for byte', async () => {
  const manifest = ` ${imageManifest(config)}\n`;
  const digest = digestOf(manifest);
  const reply = await put('v1', manifest, `${OCI_MANIFEST}; charset=utf-8`);
  assert.equal(reply.status, 201);
  assert.equal(reply.headers['docker-content-digest'], digest);
  assert.equal((await ask(fixture.handler, 'GET', followed(reply))).bytes.toString(), manifest);
  for (const reference of ['v1', digest]) {
    const pulled = await get(reference);
    assert.equal(pulled.bytes.toString(), manifest);
    assert.deepEqual(pulled.headers, {
      'docker-content-digest': digest,
      etag: `"${digest}"`,
      'content-type': OCI_MANIFEST,
      'content-length': manifest.length,
    });
    assert.equal((await get(reference, { 'if-none-match': `"${digest}"` })).status, 304);
  }
});

test('the media type is the one that the manifest states, or that its shape tells', async () => {
  const stated = imageManifest(config, [], { mediaType: DOCKER_MANIFEST });
  await put('docker', stated, DOCKER_MANIFEST);
  assert.equal((await get('docker')).headers['content-type'], DOCKER_MANIFEST);
  const { mediaType: _, ...image } = JSON.parse(imageManifest(config));
  assert.equal((await put('image', JSON.stringify(image), OCI_MANIFEST)).status, 201);
  assert.equal((await get('image')).headers['content-type'], OCI_MANIFEST);
  await put('index', JSON.stringify({ schemaVersion: 2, manifests: [] }), OCI_INDEX);
  assert.equal((await get('index')).headers['content-type'], OCI_INDEX);
});

test('a manifest pushed by digest must have that digest', async () => {
  const manifest = imageManifest(config);
  assert.equal((await put(digestOf('other'), manifest)).code, 'DIGEST_INVALID');
  for (const algorithm of ['sha256', 'sha512']) {
    const digest = digestOf(manifest, algorithm);
    const reply = await put(digest, manifest);
    assert.equal(reply.headers['docker-content-digest'], digest);
    assert.equal((await get(digest)).bytes.toString(), manifest);
  }
  assert.deepEqual(await tags(), []);
});

test('an index may name manifests that are not there', async () => {
  const child = { mediaType: OCI_MANIFEST, digest: digestOf('elsewhere'), size: 3 };
  const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [child] };
  assert.equal((await put('sparse', JSON.stringify(index))).status, 201);
});

test('config and layers must be in the repository, foreign layers need not', async () => {
  await pushBlob(fixture.handler, 'other', 'layer');
  const missing = await put('v1', imageManifest(config, [digestOf('layer')]));
  assert.deepEqual([missing.status, missing.code], [400, 'MANIFEST_BLOB_UNKNOWN']);
  const foreign = 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip';
  const layers = [
    { mediaType: foreign, digest: digestOf('one'), size: 1 },
    { mediaType: 'application/x', digest: digestOf('two'), size: 1, urls: ['https://example.com/two'] },
  ];
  assert.equal((await put('v1', imageManifest(config, [], { layers }))).status, 201);
});

test('a subject need not be there', async () => {
  const subject = { mediaType: OCI_MANIFEST, digest: digestOf('later'), size: 1 };
  const reply = await put('v1', imageManifest(config, [], { subject }));
  assert.equal(reply.status, 201);
  assert.equal(reply.headers['oci-subject'], subject.digest);
});

test('what is no manifest is refused', async () => {
  const bodies: [string, string?][] = [
    [''],
    ['{'],
    ['[]'],
    ['null'],
    ['{}'],
    [`\uFEFF${imageManifest('')}`],
    ['{"schemaVersion":2}', OCI_MANIFEST],
    [imageManifest('sha256:short')],
    [imageManifest(digestOf('x'), [], { schemaVersion: 3 })],
    [imageManifest(digestOf('x'), [], { manifests: [] })],
    [imageManifest(digestOf('x'), [], { layers: {} })],
    [imageManifest(digestOf('x'), [], { mediaType: 'text/html' }), 'text/html'],
    [imageManifest(digestOf('x'), [], { mediaType: 7 })],
    [imageManifest(digestOf('x')), DOCKER_MANIFEST],
    ['{"schemaVersion":2,"__proto__":{"config":{}}}'],
    [`{"schemaVersion":2,"config":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ];
  for (const [body, contentType] of bodies) {
    const reply = await put('v1', body, contentType);
    assert.deepEqual([reply.status, reply.code], [400, 'MANIFEST_INVALID'], body.slice(0, 80));
  }
  assert.equal((await get('v1')).status, 404);
});

test('schema 1 is refused with a sentence that says why', async () => {
  const body = JSON.stringify({ schemaVersion: 1, name: 'app', tag: 'v1', fsLayers: [], history: [] });
  const type = 'application/vnd.docker.distribution.manifest.v1+prettyjws';
  assert.equal((await put('v1', body, type)).code, 'MANIFEST_INVALID');
});

test('a manifest of 4 MiB is taken and a larger one refused before it is read to its end', async () => {
  const empty = imageManifest(config, [], { annotations: { a: '' } });
  const fill = (size: number): string =>
    imageManifest(config, [], { annotations: { a: 'x'.repeat(size - empty.length) } });
  assert.equal((await put('v1', fill(LIMIT))).status, 201);
  assert.equal((await get('v1')).bytes.length, LIMIT);
  assert.deepEqual((await put('v2', fill(LIMIT + 1))).status, 413);
  let read = 0;
  async function* endless(): AsyncGenerator<Buffer> {
    for (;;) {
      read += 65_536;
      yield Buffer.alloc(65_536, ' ');
    }
  }
  assert.equal((await put('v2', Readable.from(endless()))).status, 413);
  assert.ok(read < 2 * LIMIT);
});

test('a tag moves to the manifest pushed last', async () => {
  const first = await pushImage(fixture.handler, 'app', 'v1', 'first');
  const second = await pushImage(fixture.handler, 'app', 'v1', 'second');
  assert.equal((await get('v1')).headers['docker-content-digest'], second.digest);
  assert.equal((await get(first.digest)).status, 200);
});

test('deleting a tag leaves its manifest', async () => {
  const { digest } = await pushImage(fixture.handler, 'app', 'v1');
  assert.equal((await remove('v1')).status, 202);
  assert.equal((await get('v1')).code, 'MANIFEST_UNKNOWN');
  assert.equal((await remove('v1')).code, 'MANIFEST_UNKNOWN');
  assert.equal((await get(digest)).status, 200);
  assert.deepEqual(await tags(), []);
});

test('deleting a manifest removes every tag on it and no other', async () => {
  const { digest } = await pushImage(fixture.handler, 'app', 'v1', 'one');
  await pushImage(fixture.handler, 'app', 'v2', 'one');
  await pushImage(fixture.handler, 'app', 'v3', 'two');
  await get(digest);
  assert.equal((await remove(digest)).status, 202);
  for (const reference of ['v1', 'v2', digest]) assert.equal((await get(reference)).status, 404);
  assert.equal((await remove(digest)).status, 404);
  assert.deepEqual(await tags(), ['v3']);
});

test('a manifest of one repository is not shown by another', async () => {
  const { digest } = await pushImage(fixture.handler, 'other', 'v1');
  assert.equal((await get(digest)).code, 'MANIFEST_UNKNOWN');
  const unknown = await ask(fixture.handler, 'GET', `/v2/nobody/manifests/${digest}`);
  assert.deepEqual([unknown.status, unknown.code], [404, 'NAME_UNKNOWN']);
  const wrong = await ask(fixture.handler, 'POST', '/v2/app/manifests/v1');
  assert.deepEqual([wrong.status, wrong.headers['allow']], [405, 'GET, HEAD, PUT, DELETE']);
});
