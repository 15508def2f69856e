import assert from 'node:assert/strict';
import { mkdir, readFile, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { Repository } from '../../../src/registry/model/repository.js';
import { openFilesystemStore } from '../../../src/registry/store/filesystem/filesystem-store.js';
import { CollectionRunning, type Removal } from '../../../src/registry/upkeep/collection-report.js';
import { ask } from '../client.js';
import { type Fixture, imageManifest, pushBlob, pushImage } from '../fixture.js';
import { collectIn, inFixture, registryOf, removedFrom, workspaceOf } from './collecting.js';
import { ageAll, pathsUnder, readStoredFiles } from './stored-files.js';

const INDEX = 'application/vnd.oci.image.index.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

async function put(fixture: Fixture, reference: string, body: string): Promise<string> {
  const reply = await ask(fixture.handler, 'PUT', `/v2/app/manifests/${reference}`, { body });
  assert.equal(reply.status, 201);
  return String(reply.headers['docker-content-digest']);
}

function status(fixture: Fixture, method: string, target: string): Promise<number> {
  return ask(fixture.handler, method, target).then((reply) => reply.status);
}

/** Pushes an image that no tag leads to. */
async function untagged(fixture: Fixture, config: string, more: object = {}): Promise<string> {
  const manifest = imageManifest(await pushBlob(fixture.handler, 'app', config), [], more);
  const { headers } = await ask(fixture.handler, 'PUT', '/v2/app/manifests/moved', { body: manifest });
  assert.equal(await status(fixture, 'DELETE', '/v2/app/manifests/moved'), 202);
  return String(headers['docker-content-digest']);
}

async function sized(fixture: Fixture, digest: string, mediaType = MANIFEST): Promise<object> {
  const { headers } = await ask(fixture.handler, 'HEAD', `/v2/app/manifests/${digest}`);
  return { mediaType, digest, size: Number(headers['content-length']) };
}

async function index(fixture: Fixture, reference: string, children: readonly string[]): Promise<string> {
  const manifests = await Promise.all(children.map((digest) => sized(fixture, digest)));
  return put(fixture, reference, JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
}

test('a blob that no manifest names goes, and a push brings it back', () =>
  inFixture(async (fixture) => {
    await pushImage(fixture.handler, 'app', 'v1');
    const digest = await pushBlob(fixture.handler, 'app', 'unused');
    assert.deepEqual(await removedFrom(fixture), [`blob app ${digest}`, `content  ${digest}`]);
    assert.equal(await status(fixture, 'HEAD', `/v2/app/blobs/${digest}`), 404);
    assert.equal(await status(fixture, 'GET', '/v2/app/manifests/v1'), 200);
    await pushBlob(fixture.handler, 'app', 'unused');
    assert.equal(await status(fixture, 'GET', `/v2/app/blobs/${digest}`), 200);
  }));

test('what is fresh stays', () =>
  inFixture(async (fixture) => {
    const digest = await pushBlob(fixture.handler, 'app', 'fresh');
    const id = await fixture.store.uploads.start(Repository.parse('app'), 'sha256');
    const { removed, kept } = await collectIn(fixture);
    assert.equal(Object.values(removed).join(), '0,0,0,0,0,0,0,0');
    assert.equal(kept, 1);
    assert.equal(await status(fixture, 'HEAD', `/v2/app/blobs/${digest}`), 200);
    assert.equal(await fixture.store.uploads.size(Repository.parse('app'), id), 0);
  }));

test('a HEAD keeps an old layer for the push that follows', () =>
  inFixture(async (fixture) => {
    const digest = await pushBlob(fixture.handler, 'app', 'layer');
    await ageAll(registryOf(fixture));
    assert.equal(await status(fixture, 'HEAD', `/v2/app/blobs/${digest}`), 200);
    await collectIn(fixture);
    await put(fixture, 'v1', imageManifest(digest));
    assert.deepEqual(await removedFrom(fixture), []);
  }));

test('a mount and a manifest keep what they lead to', () =>
  inFixture(async (fixture) => {
    const digest = await pushBlob(fixture.handler, 'app', 'layer');
    await ageAll(registryOf(fixture));
    const mount = `/v2/other/blobs/uploads/?mount=${digest}&from=app`;
    assert.equal(await status(fixture, 'POST', mount), 201);
    await collectIn(fixture);
    assert.equal(await status(fixture, 'GET', `/v2/other/blobs/${digest}`), 200);
    const image = imageManifest(digest);
    const reply = await ask(fixture.handler, 'PUT', '/v2/other/manifests/v1', { body: image });
    assert.equal(reply.status, 201);
    // The first repository no longer holds it; the second does, so its content stays.
    assert.deepEqual(await removedFrom(fixture), [`blob app ${digest}`]);
    assert.equal(await status(fixture, 'GET', `/v2/other/blobs/${digest}`), 200);
  }));

test('without being asked to, clean-up takes no manifest', () =>
  inFixture(async (fixture) => {
    const digest = await untagged(fixture, 'one');
    assert.deepEqual(await removedFrom(fixture), []);
    assert.equal(await status(fixture, 'GET', `/v2/app/manifests/${digest}`), 200);
  }));

test('a manifest without a tag goes when that is wanted, with all that it alone needs', () =>
  inFixture(async (fixture) => {
    await pushImage(fixture.handler, 'app', 'v1', 'shared');
    const shared = await untagged(fixture, 'shared', { annotations: { is: 'untagged' } });
    const digest = await untagged(fixture, 'one');
    const config = await pushBlob(fixture.handler, 'app', 'one');
    const expected = [
      `blob app ${config}`,
      `content  ${config}`,
      `content  ${digest}`,
      `content  ${shared}`,
      `manifest app ${digest}`,
      `manifest app ${shared}`,
    ];
    assert.deepEqual(await removedFrom(fixture, { untagged: true }), expected.sort());
    assert.equal(await status(fixture, 'GET', `/v2/app/manifests/${digest}`), 404);
  }));

test('no child of a tagged index goes, however deep', () =>
  inFixture(async (fixture) => {
    const child = await untagged(fixture, 'child');
    const inner = await index(fixture, 'inner', [child]);
    await index(fixture, 'outer', [inner]);
    assert.equal(await status(fixture, 'DELETE', '/v2/app/manifests/inner'), 202);
    assert.deepEqual(await removedFrom(fixture, { untagged: true }), []);
    assert.equal(await status(fixture, 'DELETE', '/v2/app/manifests/outer'), 202);
    const gone = await removedFrom(fixture, { untagged: true });
    assert.equal(gone.filter((line) => line.startsWith('manifest ')).length, 3);
  }));

test('a referrer stays with its subject and goes with it', () =>
  inFixture(async (fixture) => {
    const { digest } = await pushImage(fixture.handler, 'app', 'v1');
    const signature = await untagged(fixture, 'signature', { subject: await sized(fixture, digest) });
    const attestation = await untagged(fixture, 'about', { subject: await sized(fixture, signature) });
    assert.deepEqual(await removedFrom(fixture, { untagged: true }), []);
    assert.equal(await status(fixture, 'DELETE', '/v2/app/manifests/v1'), 202);
    const gone = await removedFrom(fixture, { untagged: true });
    for (const each of [signature, attestation]) {
      assert.ok(gone.includes(`manifest app ${each}`));
      assert.ok(gone.includes(`referrer app ${each}`));
    }
    assert.deepEqual(await pathsUnder(join(registryOf(fixture), 'dockgate', 'repositories')), []);
  }));

test('a repository with nothing left disappears, directories and all', () =>
  inFixture(async (fixture) => {
    const { digest } = await pushImage(fixture.handler, 'a/b', 'v1', 'one');
    await pushImage(fixture.handler, 'a/b/c', 'v1', 'two');
    assert.equal(await status(fixture, 'DELETE', `/v2/a/b/manifests/${digest}`), 202);
    await removedFrom(fixture);
    const paths = await pathsUnder(fixture.tree);
    assert.deepEqual(
      paths.filter((path) => path.startsWith('repositories/a/b/_')),
      [],
    );
    assert.equal((await ask(fixture.handler, 'GET', '/v2/a/b/tags/list')).code, 'NAME_UNKNOWN');
    const { bytes } = await ask(fixture.handler, 'GET', '/v2/_catalog');
    assert.deepEqual(JSON.parse(bytes.toString()).repositories, ['a/b/c']);
    await pushImage(fixture.handler, 'a/b', 'v2', 'three');
    assert.equal(await status(fixture, 'GET', '/v2/a/b/tags/list'), 200);
  }));

test('a dry run changes nothing and says what a run removes, byte for byte', () =>
  inFixture(async (fixture) => {
    const { digest } = await pushImage(fixture.handler, 'app', 'v1');
    await untagged(fixture, 'signature', { subject: await sized(fixture, digest) });
    await untagged(fixture, 'one');
    await pushBlob(fixture.handler, 'app', 'unused');
    await fixture.store.uploads.start(Repository.parse('app'), 'sha256');
    assert.equal(await status(fixture, 'DELETE', '/v2/app/manifests/v1'), 202);
    await ageAll(registryOf(fixture));
    const before = await pathsUnder(registryOf(fixture));
    const promised: Removal[] = [];
    const done: Removal[] = [];
    const options = { untagged: true };
    const dry = await collectIn(fixture, {
      ...options,
      dryRun: true,
      onRemoval: (each) => promised.push(each),
    });
    assert.deepEqual(await pathsUnder(registryOf(fixture)), before);
    const real = await collectIn(fixture, { ...options, onRemoval: (each) => done.push(each) });
    const lines = (removals: Removal[]): string[] => removals.map((each) => JSON.stringify(each)).sort();
    assert.deepEqual(lines(promised), lines(done));
    assert.deepEqual(dry.removed, real.removed);
    assert.equal(dry.bytes, real.bytes);
    assert.ok(real.bytes > 0 && Math.min(real.removed.upload, real.removed.referrer) === 1);
  }));

test('an upload that was given up goes, and one that somebody writes to stays', () =>
  inFixture(async (fixture) => {
    const app = Repository.parse('app');
    const old = await fixture.store.uploads.start(app, 'sha256');
    const running = await fixture.store.uploads.start(app, 'sha256');
    const body = new PassThrough();
    const appended = fixture.store.uploads.append(app, running, body);
    body.write('some');
    const writer = join(fixture.tree, 'repositories', 'app', '_uploads', running.text, 'writer');
    while ((await readFile(writer, 'utf8').catch(() => undefined)) === undefined);
    await ageAll(registryOf(fixture));
    const now = new Date();
    await utimes(writer, now, now);
    const removed: Removal[] = [];
    await collectIn(fixture, { onRemoval: (removal) => removed.push(removal) });
    assert.deepEqual(
      removed.map(({ kind, name }) => `${kind} ${name}`),
      [`upload ${old.text}`],
    );
    body.end('thing');
    assert.equal(await appended, 9);
    assert.equal(await fixture.store.uploads.size(app, old), undefined);
  }));

test('a repository with a manifest that cannot be read keeps all that it holds', () =>
  inFixture(async (fixture) => {
    const { digest } = await pushImage(fixture.handler, 'app', 'v1');
    const unused = await pushBlob(fixture.handler, 'app', 'unused');
    const other = await pushBlob(fixture.handler, 'other', 'other');
    const hex = digest.slice(7);
    await truncate(join(fixture.tree, 'blobs', 'sha256', hex.slice(0, 2), hex, 'data'), 20);
    const gone = await removedFrom(fixture, { untagged: true });
    assert.deepEqual(gone, [`blob other ${other}`, `content  ${other}`]);
    assert.equal((await collectIn(fixture)).unreadable, 1);
    assert.equal(await status(fixture, 'GET', `/v2/app/blobs/${unused}`), 200);
  }));

test('what comes back from a backup while it is collected stays, however old it claims to be', () =>
  inFixture(async (fixture) => {
    const digest = await pushBlob(fixture.handler, 'app', 'unused');
    await ageAll(registryOf(fixture));
    const began = Date.now() - 60_000;
    const { removed } = await collectIn(fixture, { now: () => began });
    assert.equal(removed.content + removed.blob, 0);
    assert.equal(await status(fixture, 'GET', `/v2/app/blobs/${digest}`), 200);
  }));

test('what a process that died had in its hands is put back', () =>
  inFixture(async (fixture) => {
    const { digest } = await pushImage(fixture.handler, 'app', 'v1');
    const before = await readStoredFiles(registryOf(fixture));
    const hex = digest.slice(7);
    const { store } = fixture;
    const manifest = `v2/blobs/sha256/${hex.slice(0, 2)}/${hex}`;
    const withdraw = async (directory: string, name: string): Promise<void> => {
      const aside = join(registryOf(fixture), 'dockgate', 'trash', `${directory}.${name}`);
      await mkdir(join(aside, '..'), { recursive: true });
      await rename(join(registryOf(fixture), directory, name), aside);
    };
    await withdraw(manifest, 'data');
    await withdraw(`v2/repositories/app/_manifests/revisions/sha256/${hex}`, 'link');
    assert.equal((await readStoredFiles(registryOf(fixture))).contents.has(digest), false);
    await openFilesystemStore({ directory: fixture.directory });
    assert.deepEqual(await readStoredFiles(registryOf(fixture)), before);
    await withdraw(manifest, 'data');
    await store.upkeep.recover();
    assert.deepEqual(await readStoredFiles(registryOf(fixture)), before);
    await withdraw(manifest, 'data');
    await collectIn(fixture);
    assert.deepEqual(await readStoredFiles(registryOf(fixture)), before);
    const left = (await pathsUnder(registryOf(fixture))).filter((path) => path.includes('/trash/'));
    assert.deepEqual(left, []);
  }));

test('content that a collection has in its hands can still be pulled', () =>
  inFixture(async (fixture) => {
    const digest = await pushBlob(fixture.handler, 'app', 'wanted');
    await ageAll(registryOf(fixture));
    const hex = digest.slice(7);
    const data = join('v2', 'blobs', 'sha256', hex.slice(0, 2), hex, 'data');
    const aside = join(registryOf(fixture), 'dockgate', 'trash', data.replace(/\/data$/, '.data'));
    await mkdir(join(aside, '..'), { recursive: true });
    await rename(join(registryOf(fixture), data), aside);
    assert.equal(await status(fixture, 'GET', `/v2/app/blobs/${digest}`), 200);
  }));

test('one collects at a time, and who died while collecting keeps nobody from it for long', () =>
  inFixture(async (fixture) => {
    await pushImage(fixture.handler, 'app', 'v1');
    const others = { ...fixture, store: await openFilesystemStore({ directory: fixture.directory }) };
    const results = await Promise.allSettled([collectIn(fixture), collectIn(others), collectIn(fixture)]);
    const refused = results.filter(({ status: outcome }) => outcome === 'rejected');
    assert.equal(refused.length, 2);
    for (const each of refused)
      assert.ok((each as PromiseRejectedResult).reason instanceof CollectionRunning);
    const lease = join(workspaceOf(fixture), 'running');
    await writeFile(lease, '');
    await assert.rejects(collectIn(fixture), CollectionRunning);
    await utimes(lease, 0, 0);
    assert.equal((await collectIn(fixture)).resumed, false);
  }));

test('a tag that leads nowhere is cleaned up with its repository', () =>
  inFixture(async (fixture) => {
    const { digest } = await pushImage(fixture.handler, 'app', 'v1');
    const hex = digest.slice(7);
    await rm(join(fixture.tree, 'repositories/app/_manifests/revisions/sha256', hex), { recursive: true });
    await removedFrom(fixture);
    assert.deepEqual(await pathsUnder(fixture.tree), []);
  }));
