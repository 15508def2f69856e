import assert from 'node:assert/strict';
import { rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Digest } from '../../../../src/registry/model/digest.js';
import { parseManifest } from '../../../../src/registry/model/manifest.js';
import { Repository } from '../../../../src/registry/model/repository.js';
import { DurableFiles } from '../../../../src/registry/store/filesystem/durable-files.js';
import { Layout } from '../../../../src/registry/store/filesystem/layout.js';
import { NamedContent } from '../../../../src/registry/store/filesystem/named-content.js';
import { Trash } from '../../../../src/registry/store/filesystem/trash.js';
import { ask } from '../../client.js';
import { descriptorOf, digestOf, type Fixture, imageManifest, openFixture, pushBlob } from '../../fixture.js';

const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

let fixture: Fixture;

beforeEach(async () => {
  fixture = await openFixture();
});
afterEach(() => fixture.close());

async function put(manifest: string): Promise<string> {
  const target = `/v2/app/manifests/${digestOf(manifest)}`;
  assert.equal((await ask(fixture.handler, 'PUT', target, { body: manifest })).status, 201);
  return digestOf(manifest);
}

function indexOf(mediaType: string, child: string): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: [descriptorOf(mediaType, child)],
  });
}

/** Pushes an image in an index, as long ago as can be. @returns the index, and every file that the two need. */
async function pushNested(): Promise<{ inner: string; files: string[] }> {
  const layer = await pushBlob(fixture.handler, 'app', 'layer');
  const config = await pushBlob(fixture.handler, 'app', 'config');
  const child = await put(imageManifest(config, [layer]));
  const inner = await put(indexOf(OCI_MANIFEST, child));
  const content = (digest: string): string =>
    join(fixture.tree, 'blobs', 'sha256', digest.slice(7, 9), digest.slice(7), 'data');
  const link = (place: string, digest: string): string =>
    join(fixture.tree, 'repositories', 'app', place, 'sha256', digest.slice(7), 'link');
  const files = [
    ...[layer, config].flatMap((digest) => [content(digest), link('_layers', digest)]),
    ...[child, inner].flatMap((digest) => [content(digest), link('_manifests/revisions', digest)]),
  ];
  for (const file of files) await utimes(file, 0, 0);
  return { inner, files };
}

test('a push makes fresh everything that its children lead to', async () => {
  const { inner, files } = await pushNested();
  await put(indexOf(OCI_INDEX, inner));
  for (const file of files) assert.ok((await stat(file)).mtimeMs > 0, file);
});

test('a push makes fresh its subject', async () => {
  const { inner, files } = await pushNested();
  const subject = { mediaType: OCI_INDEX, digest: inner, size: 1 };
  await put(imageManifest(await pushBlob(fixture.handler, 'app', 'note'), [], { subject }));
  for (const file of files) assert.ok((await stat(file)).mtimeMs > 0, file);
});

test('what a clean-up has withdrawn at this moment is put back', async () => {
  const { inner, files } = await pushNested();
  const layout = new Layout(fixture.directory);
  const trash = new Trash(layout, new DurableFiles(layout));
  const terms = { cutoff: 1000, began: Date.now() + 60_000, dryRun: false, mayRemove: () => true };
  for (const file of files) {
    assert.equal(typeof (await trash.withdrawIfStale(file, terms)), 'object', file);
    await assert.rejects(stat(file));
  }
  await put(indexOf(OCI_INDEX, inner));
  for (const file of files) {
    assert.equal(await trash.isStillStale(file, terms), false, file);
    assert.ok((await stat(file)).mtimeMs > 0, file);
  }
});

test('HEAD of a digest makes fresh the manifest and everything that it leads to', async () => {
  const { inner, files } = await pushNested();
  await ask(fixture.handler, 'GET', `/v2/app/manifests/${inner}`);
  for (const file of files) assert.equal((await stat(file)).mtimeMs, 0, file);
  assert.equal((await ask(fixture.handler, 'HEAD', `/v2/app/manifests/${inner}`)).status, 200);
  for (const file of files) assert.ok((await stat(file)).mtimeMs > 0, file);
});

/** Notes which files were looked for in vain. */
class LookedFor extends Trash {
  readonly paths: string[] = [];

  override putBack(path: string): Promise<boolean> {
    this.paths.push(path);
    return Promise.resolve(false);
  }
}

test('a blob that is named again and again is looked for once', async () => {
  const layer = await pushBlob(fixture.handler, 'app', 'layer');
  const config = await pushBlob(fixture.handler, 'app', 'config');
  const layers = new Array<string>(50).fill(layer);
  const children = [imageManifest(config, layers), imageManifest(config, [...layers, layer])];
  for (const child of children) await put(child);
  const layout = new Layout(fixture.directory);
  const lost = layout.layerLink(Repository.parse('app'), Digest.parse(layer));
  await rm(lost);
  const trash = new LookedFor(layout, new DurableFiles(layout));
  const named = new NamedContent(layout, trash, fixture.store.manifests);
  const index = {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: children.map((child) => descriptorOf(OCI_MANIFEST, digestOf(child))),
  };
  await named.freshen(Repository.parse('app'), parseManifest(Buffer.from(JSON.stringify(index)), ''));
  assert.deepEqual(trash.paths, [lost]);
});
