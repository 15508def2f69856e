import assert from 'node:assert/strict';
import { appendFile, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../harness/directory.js';
import { startTestGateway, type TestGateway } from '../harness/gateway.js';
import { makeOciLayout, seededBytes } from '../harness/oci-layout.js';
import { openRequest, replyTo, swallow } from '../harness/outgoing.js';
import { requireProgram } from '../harness/program.js';
import { errorCode, RegistryClient, sha256, type WholeReply } from '../harness/registry-client.js';
import { skopeoFor } from '../harness/skopeo.js';
import { contentFile, flipBit, manifestOf, restore } from './damage.js';

const APP = 'team/app';
const SIZE = 3_000_000;

interface Place {
  readonly gateway: TestGateway;
  readonly client: RegistryClient;
}

async function open(t: TestContext): Promise<Place> {
  const gateway = await startTestGateway(t);
  const client = new RegistryClient(gateway);
  t.after(() => client.close());
  return { gateway, client };
}

async function push({ client }: Place, bytes: Uint8Array | string, repository = APP): Promise<string> {
  assert.equal((await client.pushBlob(repository, bytes)).status, 201);
  return sha256(bytes);
}

function blobPath(digest: string, repository = APP): string {
  return `/v2/${repository}/blobs/${digest}`;
}

/** Reads a blob as far as it comes. */
async function pull({ gateway }: Place, digest: string, headers: Record<string, string> = {}) {
  const outgoing = openRequest(gateway, 'GET', blobPath(digest), headers);
  outgoing.on('error', () => undefined);
  outgoing.end();
  const reply = await replyTo(outgoing);
  return { status: reply.statusCode, ...(await swallow(reply)) };
}

function assertDamaged(reply: WholeReply, digest: string, code = 'BLOB_UNKNOWN'): void {
  assert.equal(reply.status, 404);
  assert.equal(errorCode(reply), code);
  const sentence = `the stored content of ${digest} is damaged; push it again or restore it`;
  assert.ok(reply.body.toString().includes(sentence), reply.body.toString());
}

function damageLines({ gateway }: Place): unknown[] {
  return gateway.log.filter(({ msg }) => String(msg).startsWith('stored content is damaged'));
}

test('a flipped bit cuts the first reply, makes the blob unknown after it, and a push heals it', async (t) => {
  const place = await open(t);
  const { client, gateway } = place;
  const bytes = seededBytes(SIZE, 1);
  const digest = await push(place, bytes);
  await flipBit(contentFile(gateway.data, digest));

  const first = await pull(place, digest);
  assert.equal(first.status, 200);
  assert.equal(first.whole, false);
  assert.ok(first.bytes < SIZE, `${first.bytes} bytes came`);
  assertDamaged(await client.getBlob(APP, digest), digest);
  const head = await client.send('HEAD', blobPath(digest));
  assert.equal(head.status, 404);
  assert.equal((await client.send('GET', blobPath(digest), { headers: { range: 'bytes=0-9' } })).status, 404);
  const [line, ...more] = damageLines(place);
  assert.deepEqual(more, []);
  const { level, digest: logged, file } = line as Record<string, unknown>;
  assert.deepEqual(
    { level, logged, file },
    { level: 50, logged: digest, file: contentFile(gateway.data, digest) },
  );

  await push(place, bytes);
  assert.deepEqual((await client.getBlob(APP, digest)).body, bytes);
  assert.equal((await client.send('HEAD', blobPath(digest))).status, 200);
});

test('a file put in the place of a damaged one is served', async (t) => {
  const place = await open(t);
  const bytes = seededBytes(SIZE, 2);
  const digest = await push(place, bytes);
  const file = contentFile(place.gateway.data, digest);
  await flipBit(file);
  assert.equal((await pull(place, digest)).whole, false);
  assertDamaged(await place.client.getBlob(APP, digest), digest);
  await restore(file, bytes);
  assert.deepEqual((await place.client.getBlob(APP, digest)).body, bytes);
});

for (const [what, change] of [
  ['too short', (file: string) => truncate(file, SIZE - 1)],
  ['too long', (file: string) => appendFile(file, 'x')],
] as const) {
  test(`a file that is ${what} is never served as whole`, async (t) => {
    const place = await open(t);
    const digest = await push(place, seededBytes(SIZE, 3));
    await change(contentFile(place.gateway.data, digest));
    const first = await pull(place, digest);
    assert.equal(first.whole, false);
    assertDamaged(await place.client.getBlob(APP, digest), digest);
  });
}

test('small damaged content, and content without its bytes, is refused at once', async (t) => {
  const place = await open(t);
  const small = await push(place, 'a config');
  await flipBit(contentFile(place.gateway.data, small));
  assertDamaged(await place.client.getBlob(APP, small), small);
  const large = await push(place, seededBytes(SIZE, 4));
  await truncate(contentFile(place.gateway.data, large), 0);
  assert.equal((await place.client.send('HEAD', blobPath(large))).status, 404);
  assertDamaged(await place.client.getBlob(APP, large), large);
  const none = await push(place, '');
  assert.equal((await place.client.getBlob(APP, none)).status, 200);
});

test('a range of everything counts as the whole, and other ranges go unchecked', async (t) => {
  const place = await open(t);
  const bytes = seededBytes(SIZE, 5);
  const digest = await push(place, bytes);
  await flipBit(contentFile(place.gateway.data, digest));
  const part = await pull(place, digest, { range: `bytes=1-${SIZE - 1}` });
  assert.deepEqual([part.status, part.whole], [206, true]);
  assert.equal((await pull(place, digest, { range: 'bytes=0-' })).whole, false);
  assertDamaged(await place.client.getBlob(APP, digest), digest);
});

test('damaged content is not mounted, and no manifest that names it is taken', async (t) => {
  const place = await open(t);
  const { client } = place;
  const layer = seededBytes(SIZE, 6);
  const digest = await push(place, layer);
  await push(place, '{}');
  await flipBit(contentFile(place.gateway.data, digest));
  assert.equal((await pull(place, digest)).whole, false);
  assert.equal((await client.mount('other', digest, APP)).status, 202);
  const manifest = manifestOf('{}', layer);
  const refused = await client.putManifest(APP, 'one', manifest);
  assert.equal(errorCode(refused), 'MANIFEST_BLOB_UNKNOWN');
  await push(place, layer, 'other');
  assert.equal((await client.mount(APP, digest, 'other')).status, 201);
  assert.equal((await client.getBlob(APP, digest)).status, 200);
  assert.equal((await client.putManifest(APP, 'one', manifest)).status, 201);
});

test('a damaged manifest is unknown until it is pushed again', async (t) => {
  const place = await open(t);
  const { client, gateway } = place;
  await push(place, '{}');
  const manifest = manifestOf('{}');
  const digest = sha256(manifest);
  assert.equal((await client.putManifest(APP, 'one', manifest)).status, 201);
  await flipBit(contentFile(gateway.data, digest));
  assertDamaged(await client.getManifest(APP, 'one'), digest, 'MANIFEST_UNKNOWN');
  assertDamaged(await client.getManifest(APP, digest), digest, 'MANIFEST_UNKNOWN');
  assert.equal(damageLines(place).length, 1);
  assert.equal((await client.putManifest(APP, 'one', manifest)).status, 201);
  assert.equal((await client.getManifest(APP, 'one')).body.toString(), manifest);
});

test('many first readers at once get the whole of intact content, and none of damaged content', async (t) => {
  const place = await open(t);
  const bytes = seededBytes(SIZE, 7);
  const digest = await push(place, bytes);
  const eight = Array.from({ length: 8 });
  const whole = await Promise.all(eight.map(() => pull(place, digest)));
  assert.deepEqual(
    new Set(whole.map(({ bytes: came, whole: is }) => `${came} ${is}`)),
    new Set([`${SIZE} true`]),
  );
  const other = await push(place, seededBytes(SIZE, 8));
  await flipBit(contentFile(place.gateway.data, other));
  const broken = await Promise.all(eight.map(() => pull(place, other)));
  assert.ok(broken.every(({ status, whole: is }) => status === 404 || !is));
  assert.equal(damageLines(place).length, 1);
});

test(
  'skopeo says that an image with a damaged layer cannot be pulled',
  requireProgram('skopeo', 'skopeo'),
  async (t) => {
    const place = await open(t);
    const directory = temporaryDirectory(t);
    const skopeo = skopeoFor(t, place.gateway);
    const source = join(directory, 'source');
    const image = await makeOciLayout(source, { tag: 'one', layers: 2, layerBytes: SIZE, seed: 9 });
    const pushed = await skopeo.push(`oci:${source}:one`, `${APP}:one`);
    assert.equal(pushed.code, 0, pushed.stderr);
    await flipBit(contentFile(place.gateway.data, image.layers[1]?.digest ?? ''));
    const pulled = await skopeo.pull(`${APP}:one`, `oci:${join(directory, 'target')}:one`);
    assert.notEqual(pulled.code, 0);
    const again = await skopeo.pull(`${APP}:one`, `oci:${join(directory, 'again')}:one`);
    assert.notEqual(again.code, 0);
    assert.match(again.stderr, /404/);
  },
);

test('a file copied over the damaged one restores it, and a touch does not', async (t) => {
  const place = await open(t);
  const { client, gateway } = place;
  const bytes = seededBytes(SIZE, 9);
  const digest = await push(place, bytes);
  const path = contentFile(gateway.data, digest);
  await flipBit(path);
  assert.equal((await pull(place, digest)).whole, false);
  assertDamaged(await client.getBlob(APP, digest), digest);
  await utimes(path, 1, 1);
  assertDamaged(await client.getBlob(APP, digest), digest);
  const { ino } = await stat(path);
  await writeFile(path, bytes);
  assert.equal((await stat(path)).ino, ino);
  assert.equal((await client.send('HEAD', blobPath(digest))).status, 200);
  assert.deepEqual((await client.getBlob(APP, digest)).body, bytes);
});
