import assert from 'node:assert/strict';
import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Stores } from '../../../src/registry/store/contracts.js';
import { ask } from '../client.js';
import { type Fixture, imageManifest, pushBlob } from '../fixture.js';
import { collectIn, inFixture, registryOf } from './collecting.js';
import { ageAll, pathsUnder, readStoredFiles } from './stored-files.js';

/** The same store, where something happens between the first look at each file and its removal. */
function meddled(store: Stores, meddle: () => void): Stores {
  const { upkeep } = store;
  return {
    ...store,
    upkeep: {
      holdings: upkeep.holdings,
      readManifest: (digest) => upkeep.readManifest(digest),
      recover: () => upkeep.recover(),
      removeLeftovers: (terms) => upkeep.removeLeftovers(terms),
      disposal: (terms) =>
        upkeep.disposal({
          ...terms,
          mayRemove: () => {
            meddle();
            return terms.mayRemove();
          },
        }),
    },
  };
}

function contentPath(fixture: Fixture, digest: string): string {
  const hex = digest.slice(7);
  return join(fixture.tree, 'blobs', 'sha256', hex.slice(0, 2), hex, 'data');
}

function link(fixture: Fixture, place: string, digest: string): string {
  return join(fixture.tree, 'repositories', 'app', place, 'sha256', digest.slice(7), 'link');
}

function touch(path: string): void {
  const now = new Date();
  utimesSync(path, now, now);
}

async function noTrash(fixture: Fixture): Promise<void> {
  const paths = await pathsUnder(registryOf(fixture));
  assert.deepEqual(
    paths.filter((path) => path.startsWith('dockgate/trash')),
    [],
  );
}

test('what somebody comes to rely on at the last moment stays', () =>
  inFixture(async (fixture) => {
    const digest = await pushBlob(fixture.handler, 'app', 'layer');
    await ageAll(registryOf(fixture));
    const store = meddled(fixture.store, () => {
      touch(link(fixture, '_layers', digest));
      touch(contentPath(fixture, digest));
    });
    const { removed } = await collectIn({ ...fixture, store });
    assert.equal(removed.blob + removed.content, 0);
    assert.equal((await ask(fixture.handler, 'GET', `/v2/app/blobs/${digest}`)).status, 200);
    await noTrash(fixture);
  }));

test('content that is put there anew at the last moment stays', () =>
  inFixture(async (fixture) => {
    const digest = await pushBlob(fixture.handler, 'app', 'layer');
    assert.equal((await ask(fixture.handler, 'DELETE', `/v2/app/blobs/${digest}`)).status, 202);
    await ageAll(registryOf(fixture));
    const path = contentPath(fixture, digest);
    const bytes = readFileSync(path);
    const store = meddled(fixture.store, () => {
      rmSync(path, { force: true });
      writeFileSync(path, bytes);
    });
    assert.equal((await collectIn({ ...fixture, store })).removed.content, 0);
    assert.deepEqual(readFileSync(path), bytes);
    await noTrash(fixture);
  }));

test('content stays for a fresh link, however old it is itself', () =>
  inFixture(async (fixture) => {
    const digest = await pushBlob(fixture.handler, 'app', 'layer');
    await ageAll(registryOf(fixture));
    const now = new Date();
    await utimes(link(fixture, '_layers', digest), now, now);
    await collectIn(fixture);
    assert.equal((await ask(fixture.handler, 'GET', `/v2/app/blobs/${digest}`)).status, 200);
  }));

test('an index that somebody comes to rely on at the last moment stays with all that it leads to', () =>
  inFixture(async (fixture) => {
    const { handler } = fixture;
    const config = await pushBlob(handler, 'app', 'config');
    const image = await ask(handler, 'PUT', '/v2/app/manifests/one', { body: imageManifest(config) });
    const child = String(image.headers['docker-content-digest']);
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const size = Buffer.byteLength(imageManifest(config));
    const list = JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [{ mediaType, digest: child, size }],
    });
    const pushed = await ask(handler, 'PUT', '/v2/app/manifests/two', { body: list });
    const index = String(pushed.headers['docker-content-digest']);
    for (const tag of ['one', 'two']) await ask(handler, 'DELETE', `/v2/app/manifests/${tag}`);
    await ageAll(registryOf(fixture));
    const before = await readStoredFiles(registryOf(fixture));
    let isFirst = true;
    const store = meddled(fixture.store, () => {
      if (isFirst) touch(link(fixture, '_manifests/revisions', index));
      isFirst = false;
    });
    const report = await collectIn({ ...fixture, store }, { untagged: true });
    assert.equal(isFirst, false);
    assert.equal(report.removed.manifest, 0);
    assert.deepEqual(await readStoredFiles(registryOf(fixture)), before);
    await noTrash(fixture);
  }));

test('who may no longer collect removes nothing', () =>
  inFixture(async (fixture) => {
    await pushBlob(fixture.handler, 'app', 'layer');
    await ageAll(registryOf(fixture));
    const before = await readStoredFiles(registryOf(fixture));
    const terms = { cutoff: Date.now(), began: Date.now() + 1, dryRun: false, mayRemove: () => false };
    const disposal = fixture.store.upkeep.disposal(terms);
    for (let byte = 0; byte < 256; byte += 1) {
      for await (const digest of fixture.store.upkeep.holdings.contents(byte)) {
        await assert.rejects(disposal.discard(digest), /another clean-up/);
      }
    }
    assert.deepEqual(await readStoredFiles(registryOf(fixture)), before);
  }));
