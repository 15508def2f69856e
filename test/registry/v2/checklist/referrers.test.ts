import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRegistry } from '../../../../src/registry/registry.js';
import { openFilesystemStore } from '../../../../src/registry/store/filesystem/filesystem-store.js';
import { ask, type Received } from '../../client.js';
import { descriptorOf, digestOf } from '../../fixture.js';
import { Asker, about, jsonOf, nextOf, OCI_CONFIG, OCI_INDEX, OCI_MANIFEST, refusal } from './asker.js';

const registry = new Asker();
const SUBJECT = digestOf('subject');

function referrers(subject = SUBJECT, query = ''): Promise<Received> {
  return registry.get(`/v2/app/referrers/${subject}${query}`);
}

function listed(reply: Received): Record<string, unknown>[] {
  assert.equal(reply.status, 200);
  const { schemaVersion, mediaType, manifests } = jsonOf(reply);
  assert.deepEqual([schemaVersion, mediaType], [2, OCI_INDEX]);
  return manifests as Record<string, unknown>[];
}

async function digests(subject = SUBJECT, query = ''): Promise<unknown[]> {
  return listed(await referrers(subject, query)).map(({ digest }) => digest);
}

/** The index that a client keeps under the fallback tag. */
function fallbackIndex(children: readonly string[]): string {
  const manifests = children.map((digest) => descriptorOf(OCI_MANIFEST, digest));
  return JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests });
}

/** Takes away what this registry knows of referrers, as if another had written the directory. */
function forget(): Promise<void> {
  const tree = join(registry.fixture.directory, 'docker', 'registry', 'dockgate', 'repositories');
  return rm(tree, { recursive: true, force: true });
}

test('R1: the referrers of anything are a list, in a repository that is known or not', async () => {
  await registry.pushed('one');
  assert.deepEqual(await digests(), []);
  assert.deepEqual(listed(await registry.get(`/v2/nobody/referrers/${SUBJECT}`)), []);
});

test('R2: a digest that cannot be one gets 400 DIGEST_INVALID', async () => {
  for (const digest of ['sha256:abc', 'latest', 'md5:0cc175b9c0f1b6a831c399e269772661']) {
    assert.equal(refusal(await referrers(digest)), '400 DIGEST_INVALID', digest);
  }
});

test('R3: the list is an image index, and its Content-Type says so', async () => {
  const reply = await referrers();
  assert.equal(reply.headers['content-type'], OCI_INDEX);
  assert.equal(reply.headers['content-length'], reply.bytes.length);
});

test('R4: each is described with type, size, digest, artifactType and annotations', async () => {
  const annotations = { 'org.example.a': 'b', A: '\u00e9"\\' };
  const image = await registry.image('one', {
    ...about(SUBJECT),
    artifactType: 'application/x.sbom',
    annotations,
  });
  await registry.put(image);
  assert.deepEqual(listed(await referrers()), [
    {
      mediaType: OCI_MANIFEST,
      digest: digestOf(image),
      size: Buffer.byteLength(image),
      artifactType: 'application/x.sbom',
      annotations,
    },
  ]);
});

test('R5: the artifactType of an image without one is its config type, an index without one has none', async () => {
  await registry.pushed('one', { ...about(SUBJECT), artifactType: '' });
  assert.equal(listed(await referrers())[0]?.['artifactType'], OCI_CONFIG);
  const other = digestOf('other');
  const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [], ...about(other) };
  await registry.put(JSON.stringify(index));
  assert.equal(Object.hasOwn(listed(await referrers(other))[0] ?? {}, 'artifactType'), false);
  await registry.put(JSON.stringify({ ...index, artifactType: 'application/x.set' }));
  assert.deepEqual(
    listed(await referrers(other))
      .map(({ artifactType }) => artifactType ?? '')
      .sort(),
    ['', 'application/x.set'],
  );
});

test('R6: what nothing refers to has an empty list', async () => {
  const digest = await registry.pushed('one');
  assert.deepEqual(await digests(digest), []);
});

test('R7: more than fit into one reply lead on with a Link', async () => {
  const pushed: string[] = [];
  for (const note of ['a', 'b', 'c', 'd', 'e']) pushed.push(await registry.pushed(note, about(SUBJECT)));
  const found: unknown[][] = [];
  let next: string | undefined = `/v2/app/referrers/${SUBJECT}?n=2`;
  while (next !== undefined) {
    const reply: Received = await registry.get(next);
    found.push(listed(reply).map(({ digest }) => digest));
    next = nextOf(reply);
  }
  assert.deepEqual(
    found.map(({ length }) => length),
    [2, 2, 1],
  );
  assert.deepEqual(found.flat(), pushed.sort());
  const big = digestOf('big');
  for (const note of ['f', 'g', 'h']) {
    await registry.pushed(note, { ...about(big), annotations: { note: note.repeat(1_500_000) } });
  }
  const first = await referrers(big);
  assert.equal(listed(first).length, 2);
  assert.ok(first.bytes.length <= 4 * 1024 * 1024);
  assert.equal(listed(await registry.get(nextOf(first) ?? '')).length, 1);
});

test('R8: a filter by artifactType is applied and named in OCI-Filters-Applied', async () => {
  const wanted = await registry.pushed('one', { ...about(SUBJECT), artifactType: 'application/x+json' });
  await registry.pushed('two', { ...about(SUBJECT), artifactType: 'application/y' });
  const reply = await referrers(SUBJECT, '?artifactType=application/x%2Bjson');
  assert.deepEqual(
    listed(reply).map(({ digest }) => digest),
    [wanted],
  );
  assert.equal(reply.headers['oci-filters-applied'], 'artifactType');
  assert.equal((await referrers()).headers['oci-filters-applied'], undefined);
  assert.deepEqual(await digests(SUBJECT, '?artifactType=nothing/here'), []);
});

test('R9: only the filters that were applied are named, and pages keep them', async () => {
  for (const note of ['a', 'b', 'c']) {
    await registry.pushed(note, {
      ...about(SUBJECT),
      artifactType: note === 'c' ? 'application/y' : 'application/x',
    });
  }
  const first = await referrers(SUBJECT, '?artifactType=application/x&color=red&n=1');
  assert.equal(first.headers['oci-filters-applied'], 'artifactType');
  const second = await registry.get(nextOf(first) ?? '');
  assert.equal(second.headers['oci-filters-applied'], 'artifactType');
  assert.deepEqual([listed(first).length, listed(second).length], [1, 1]);
});

test('R10: what an index under the fallback tag names is listed when it has the subject', async () => {
  const old = await registry.pushed('old', about(SUBJECT));
  const other = await registry.pushed('other', about(digestOf('another')));
  const none = await registry.pushed('none');
  await registry.put(fallbackIndex([old, other, none]), SUBJECT.replace(':', '-'));
  await forget();
  assert.deepEqual(await digests(), [old]);
  const fresh = await registry.pushed('fresh', about(SUBJECT));
  assert.deepEqual(await digests(), [old, fresh].sort());
  await registry.ask('DELETE', `/v2/app/manifests/${old}`);
  assert.deepEqual(await digests(), [fresh]);
  await registry.put(await registry.image('old', about(SUBJECT)));
  await forget();
  assert.deepEqual(await digests(), [old]);
});

test('R11: everything pushed is listed, by tag or digest, and by every process', async () => {
  const image = await registry.image('one', about(SUBJECT));
  await registry.put(image, 'v1');
  await registry.put(image, digestOf(image, 'sha512'));
  const both = [digestOf(image), digestOf(image, 'sha512')];
  assert.deepEqual(await digests(), both);
  const store = await openFilesystemStore({ directory: registry.fixture.directory });
  const reply = await ask(createRegistry({ store }), 'GET', `/v2/app/referrers/${SUBJECT}`);
  assert.deepEqual(
    listed(reply).map(({ digest }) => digest),
    both,
  );
});

test('R12: a deleted referrer is no longer listed, those of a deleted subject are', async () => {
  const subject = await registry.pushed('subject');
  const [one, two] = [
    await registry.pushed('one', about(subject)),
    await registry.pushed('two', about(subject)),
  ];
  await registry.ask('DELETE', `/v2/app/manifests/${subject}`);
  assert.deepEqual(await digests(subject), [one, two].sort());
  await registry.ask('DELETE', `/v2/app/manifests/${one}`);
  assert.deepEqual(await digests(subject), [two]);
  await registry.pushed('one', about(subject));
  assert.deepEqual(await digests(subject), [one, two].sort());
});

test('R13: the fallback tag of a sha512 has the first 64 digits', async () => {
  const subject = digestOf('subject', 'sha512');
  const old = await registry.pushed('old', about(subject));
  await registry.put(fallbackIndex([old]), `sha512-${subject.slice(7, 71)}`);
  await forget();
  assert.deepEqual(await digests(subject), [old]);
});
