import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Digest } from '../../../../src/registry/model/digest.js';
import { Repository } from '../../../../src/registry/model/repository.js';
import type { ReferrerListing } from '../../../../src/registry/store/contracts.js';
import { ask } from '../../client.js';
import { descriptorOf, digestOf, type Fixture, imageManifest, openFixture, pushBlob } from '../../fixture.js';

const APP = Repository.parse('app');
const SUBJECT = digestOf('subject');
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

let fixture: Fixture;
let dockgate: string;

beforeEach(async () => {
  fixture = await openFixture();
  dockgate = join(fixture.directory, 'docker', 'registry', 'dockgate');
});
afterEach(() => fixture.close());

function folder(): string {
  return join(dockgate, 'repositories', 'app', '_referrers', 'sha256', SUBJECT.slice(7));
}

function fileOf(digest: string): string {
  return join(folder(), digest.replace(':', '-'));
}

async function put(manifest: string, reference = digestOf(manifest)): Promise<string> {
  const reply = await ask(fixture.handler, 'PUT', `/v2/app/manifests/${reference}`, { body: manifest });
  assert.equal(reply.status, 201);
  return digestOf(manifest);
}

async function pushReferrer(note: string): Promise<string> {
  const config = await pushBlob(fixture.handler, 'app', note);
  const subject = { mediaType: OCI_MANIFEST, digest: SUBJECT, size: 1 };
  return put(imageManifest(config, [], { subject, annotations: { note } }));
}

function list(more: object = {}): Promise<ReferrerListing> {
  const page = { limit: 100, bytes: 1_000_000, ...more };
  return fixture.store.referrers.list(APP, Digest.parse(SUBJECT), page);
}

function textsOf({ referrers }: ReferrerListing): string[] {
  return referrers.map(({ text }) => text);
}

test('a referrer is a file beside the tree that distribution knows', async () => {
  const digest = await pushReferrer('one');
  assert.deepEqual(await readdir(folder()), [digest.replace(':', '-')]);
});

test('a description without a manifest counts for nothing: that is how far a push came that was cut off', async () => {
  const digest = await pushReferrer('one');
  const hex = digest.slice(7);
  await rm(join(fixture.tree, 'repositories', 'app', '_manifests', 'revisions', 'sha256', hex), {
    recursive: true,
  });
  assert.deepEqual((await list()).referrers, []);
  await pushReferrer('one');
  assert.equal((await list()).referrers.length, 1);
});

test('a description that is damaged, or not its own, is made anew from the manifest', async () => {
  const digest = await pushReferrer('one');
  const expected = textsOf(await list());
  for (const text of ['', '{"dig', '[]', `{"digest":"${SUBJECT}"}`]) {
    await writeFile(fileOf(digest), text);
    assert.deepEqual(textsOf(await list()), expected, text);
  }
});

test('what lies there beside descriptions is passed over', async () => {
  await pushReferrer('one');
  await writeFile(join(folder(), 'README'), '');
  await mkdir(join(folder(), 'sha256-'));
  assert.equal((await list()).referrers.length, 1);
});

test('reading writes nothing, with a fallback tag or without', async () => {
  const digest = await pushReferrer('one');
  const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [descriptorOf(OCI_MANIFEST, digest)] };
  await put(JSON.stringify(index), SUBJECT.replace(':', '-'));
  await rm(join(dockgate, 'repositories'), { recursive: true });
  const before = (await readdir(fixture.directory, { recursive: true })).sort();
  assert.equal((await list()).referrers.length, 1);
  assert.equal((await list()).referrers.length, 1);
  assert.deepEqual((await readdir(fixture.directory, { recursive: true })).sort(), before);
});

test('a fallback tag that is damaged or is no index hides nothing', async () => {
  const digest = await pushReferrer('one');
  await put(imageManifest(await pushBlob(fixture.handler, 'app', 'x')), SUBJECT.replace(':', '-'));
  assert.deepEqual(
    (await list()).referrers.map((referrer) => referrer.digest),
    [digest],
  );
});

test('a page looks at so many only, and leads on when there are more', async () => {
  const digest = await pushReferrer('one');
  const others = Array.from({ length: 4200 }, (_, index) =>
    createHash('sha256').update(`${index}`).digest('hex'),
  );
  for (const hex of others) await writeFile(join(folder(), `sha256-${hex}`), '');
  const first = await list();
  assert.ok(first.next !== undefined);
  const second = await list({ after: first.next });
  assert.equal(second.next, undefined);
  assert.deepEqual(
    [...first.referrers, ...second.referrers].map((referrer) => referrer.digest),
    [digest],
  );
});

test('a page of a type that nothing has ends after so many bytes, and leads on', async () => {
  const digests: string[] = [];
  for (let index = 0; index < 10; index += 1) digests.push(await pushReferrer('x'.repeat(3_900_000) + index));
  const found: string[] = [];
  let pages = 0;
  let after: Digest | undefined;
  do {
    const page = await list({
      limit: 1000,
      artifactType: 'application/x',
      ...(after === undefined ? {} : { after }),
    });
    found.push(...textsOf(page));
    after = page.next;
    pages += 1;
  } while (after !== undefined);
  assert.deepEqual(found, []);
  assert.equal(pages, 2);
  const all = await list({ bytes: 100_000_000 });
  assert.ok(all.next !== undefined && all.referrers.length < digests.length);
});
