import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Digest } from '../../../../src/registry/model/digest.js';
import { Tag } from '../../../../src/registry/model/reference.js';
import { Repository } from '../../../../src/registry/model/repository.js';
import { UploadId } from '../../../../src/registry/model/upload-id.js';
import { StoredContentDamaged, UploadBusy } from '../../../../src/registry/store/failure.js';
import { openFilesystemStore } from '../../../../src/registry/store/filesystem/filesystem-store.js';
import { until } from '../../../harness/until.js';
import { ask } from '../../client.js';
import { type Fixture, openFixture, pushBlob, pushImage } from '../../fixture.js';
import { testStores } from '../stores-contract.js';

testStores('the filesystem store', async () => {
  const fixture = await openFixture();
  return {
    stores: fixture.store,
    again: () => openFilesystemStore({ directory: fixture.directory }),
    close: fixture.close,
  };
});

const APP = Repository.parse('team/app');

async function inFixture(work: (fixture: Fixture) => Promise<void>): Promise<void> {
  const fixture = await openFixture();
  try {
    await work(fixture);
  } finally {
    await fixture.close();
  }
}

async function filesUnder(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1)).sort();
}

test("the tree is distribution's, with sha512 beside it", () =>
  inFixture(async ({ directory, handler }) => {
    const { digest } = await pushImage(handler, 'team/app', 'v1');
    const long = Digest.of(Buffer.from('long'), 'sha512');
    const upload = `/v2/team/app/blobs/uploads/?digest=${long}`;
    assert.equal((await ask(handler, 'POST', upload, { body: 'long' })).status, 201);
    const manifest = digest.slice(7);
    const config = Digest.of(Buffer.from('config')).encoded;
    const repository = 'v2/repositories/team/app';
    const expected = [
      `dockgate/blobs/sha512/${long.encoded.slice(0, 2)}/${long.encoded}/data`,
      'dockgate/catalog-journal',
      `dockgate/repositories/team/app/_layers/sha512/${long.encoded}/link`,
      `v2/blobs/sha256/${config.slice(0, 2)}/${config}/data`,
      `v2/blobs/sha256/${manifest.slice(0, 2)}/${manifest}/data`,
      `${repository}/_layers/sha256/${config}/link`,
      `${repository}/_manifests/revisions/sha256/${manifest}/link`,
      `${repository}/_manifests/tags/v1/current/link`,
      `${repository}/_manifests/tags/v1/index/sha256/${manifest}/link`,
    ];
    const registry = join(directory, 'docker', 'registry');
    assert.deepEqual(await filesUnder(registry), expected.sort());
    const current = join(registry, repository, '_manifests', 'tags', 'v1', 'current', 'link');
    assert.equal(await readFile(current, 'utf8'), digest);
  }));

test('an upload under way lies where distribution looks for it', () =>
  inFixture(async ({ tree, store }) => {
    const id = await store.uploads.start(APP, 'sha256');
    await store.uploads.append(APP, id, Readable.from([Buffer.from('abc')]));
    const upload = join(tree, 'repositories', 'team', 'app', '_uploads', id.text);
    assert.deepEqual(await filesUnder(upload), ['data', 'startedat']);
    assert.equal(await readFile(join(upload, 'data'), 'utf8'), 'abc');
    assert.match(await readFile(join(upload, 'startedat'), 'utf8'), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  }));

test('an upload whose writer has died can be continued when its lease is over', () =>
  inFixture(async ({ directory, tree, store }) => {
    const id = await store.uploads.start(APP, 'sha256');
    const writer = join(tree, 'repositories', 'team', 'app', '_uploads', id.text, 'writer');
    await writeFile(writer, '');
    const body = (): Readable => Readable.from([Buffer.from('abc')]);
    await assert.rejects(store.uploads.append(APP, id, body()), UploadBusy);
    await utimes(writer, 0, 0);
    const others = await openFilesystemStore({ directory });
    const results = await Promise.allSettled(
      [store, others, store, others].map(({ uploads }) => uploads.append(APP, id, body(), 0)),
    );
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.equal(await store.uploads.size(APP, id), 3);
  }));

test('a manifest that has been damaged on the disk is not served, and a new push heals it', () =>
  inFixture(async ({ directory, tree, handler }) => {
    const { digest, manifest } = await pushImage(handler, 'team/app', 'v1');
    const hex = digest.slice(7);
    await truncate(join(tree, 'blobs', 'sha256', hex.slice(0, 2), hex, 'data'), 20);
    const fresh = await openFilesystemStore({ directory });
    await assert.rejects(fresh.manifests.get(APP, Tag.parse('v1')), StoredContentDamaged);
    await ask(handler, 'PUT', '/v2/team/app/manifests/v1', { body: manifest });
    assert.equal((await fresh.manifests.get(APP, Tag.parse('v1')))?.bytes.length, manifest.length);
  }));

test('a link that is empty or leads to content that is not there shows nothing', () =>
  inFixture(async ({ directory, tree, handler }) => {
    const { digest } = await pushImage(handler, 'team/app', 'v1');
    const hex = digest.slice(7);
    await rm(join(tree, 'blobs', 'sha256', hex.slice(0, 2), hex), { recursive: true });
    const fresh = await openFilesystemStore({ directory });
    assert.equal(await fresh.manifests.get(APP, Tag.parse('v1')), undefined);
    await writeFile(
      join(tree, 'repositories', 'team', 'app', '_manifests', 'tags', 'v1', 'current', 'link'),
      '',
    );
    assert.equal(await fresh.manifests.get(APP, Tag.parse('v1')), undefined);
  }));

test('directories removed behind our back are made again', () =>
  inFixture(async ({ directory, handler }) => {
    await pushImage(handler, 'team/app', 'v1');
    await rm(join(directory, 'docker'), { recursive: true });
    const { digest, reply } = await pushImage(handler, 'team/app', 'v1');
    assert.equal(reply.status, 201);
    assert.equal((await ask(handler, 'GET', `/v2/team/app/manifests/${digest}`)).status, 200);
  }));

test('what another process is staging is left alone by one that starts', () =>
  inFixture(async ({ directory, handler }) => {
    await pushBlob(handler, 'team/app', 'content');
    const staging = join(directory, 'docker', 'registry', 'dockgate', 'staging');
    await writeFile(join(staging, 'fresh'), 'x');
    await openFilesystemStore({ directory });
    assert.deepEqual(await readdir(staging), ['fresh']);
  }));

test('a symbolic link that turns in circles does not make the catalog endless', () =>
  inFixture(async ({ tree, handler }) => {
    await pushImage(handler, 'team/app', 'v1');
    await symlink(join(tree, 'repositories'), join(tree, 'repositories', 'loop'));
    const catalog = await ask(handler, 'GET', '/v2/_catalog');
    assert.deepEqual(JSON.parse(catalog.bytes.toString()).repositories, ['team/app']);
  }));

test('after kill -9 every acknowledged push is whole and nothing else is visible', async () => {
  await inFixture(async ({ directory }) => {
    for (let round = 0; round < 4; round += 1) {
      const script = fileURLToPath(new URL('pushing-process.js', import.meta.url));
      const child = fork(script, [directory, String(round)], { stdio: 'ignore' });
      const acknowledged: string[] = [];
      child.on('message', (tag) => {
        acknowledged.push(String(tag));
        if (acknowledged.length === 5 + round * 3) child.kill('SIGKILL');
      });
      await once(child, 'exit');
      const store = await openFilesystemStore({ directory });
      assert.ok(acknowledged.length >= 5 + round * 3);
      for (const tag of acknowledged) {
        const manifest = await store.manifests.get(APP, Tag.parse(tag));
        const { config } = JSON.parse(Buffer.from(manifest?.bytes ?? []).toString());
        assert.ok(await store.blobs.find(APP, Digest.parse(config.digest)));
      }
      const { names } = (await store.tags.list(APP, { limit: 1000 })) ?? { names: [] };
      for (const name of names) assert.ok(await store.manifests.get(APP, Tag.parse(name)), name);
      for (const file of await filesUnder(join(directory, 'docker', 'registry', 'v2', 'blobs'))) {
        const bytes = await readFile(join(directory, 'docker', 'registry', 'v2', 'blobs', file));
        assert.equal(Digest.of(bytes).encoded, file.split('/').at(-2));
      }
    }
  });
});

test('an id that is no session is unknown, whatever lies there', () =>
  inFixture(async ({ store }) => {
    assert.equal(UploadId.read('../../../blobs'), undefined);
    assert.equal(await store.uploads.size(APP, UploadId.create()), undefined);
  }));

test('what a clean-up had in its hands is put back although it has died only a moment ago', () =>
  inFixture(async ({ directory, handler }) => {
    const { digest } = await pushImage(handler, 'team/app', 'v1');
    const registry = join(directory, 'docker', 'registry');
    const place = `v2/repositories/team/app/_manifests/revisions/sha256`;
    await mkdir(join(registry, 'dockgate', 'trash', place), { recursive: true });
    await mkdir(join(registry, 'dockgate', 'gc'));
    await writeFile(join(registry, 'dockgate', 'gc', 'running'), '');
    const link = join(registry, place, digest.slice(7), 'link');
    await rename(link, join(registry, 'dockgate', 'trash', place, `${digest.slice(7)}.link`));
    await openFilesystemStore({ directory, writerLease: 500 });
    await until(
      async () => (await ask(handler, 'GET', '/v2/team/app/manifests/v1')).status === 200,
      'the manifest is back',
    );
  }));
