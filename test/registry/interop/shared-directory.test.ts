import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { createRegistry } from '../../../src/registry/registry.js';
import { openFilesystemStore } from '../../../src/registry/store/filesystem/filesystem-store.js';
import { makeOciLayout } from '../../harness/oci-layout.js';
import { requireProgram, runProgram } from '../../harness/program.js';
import { type PlainServer, servePlainly } from '../plain-server.js';
import { type DistributionServer, serveDistribution } from './distribution-server.js';

const programs = {
  ...requireProgram('skopeo', 'skopeo'),
  ...requireProgram('docker-registry', 'docker-registry'),
};
let directory: string;
let ours: PlainServer;
let theirs: DistributionServer;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dockgate-'));
  const data = join(directory, 'data');
  ours = await servePlainly(createRegistry({ store: await openFilesystemStore({ directory: data }) }));
  if (!('skip' in programs)) theirs = await serveDistribution(data, directory);
});

afterEach(async () => {
  await ours.close();
  if (!('skip' in programs)) await theirs.close();
  await rm(directory, { recursive: true, force: true });
});

async function copy(from: string, to: string): Promise<void> {
  const flags = ['--insecure-policy', 'copy', '--src-tls-verify=false', '--dest-tls-verify=false'];
  const result = await runProgram('skopeo', [...flags, from, to]);
  assert.equal(result.code, 0, result.stderr);
}

async function names(host: string, path: string): Promise<unknown> {
  return (await fetch(`http://${host}/v2/${path}`)).json();
}

async function travels(from: string, to: string): Promise<void> {
  const image = await makeOciLayout(join(directory, 'source'), { tag: 'one', layerBytes: 200_000 });
  await copy(`oci:${join(directory, 'source')}:one`, `docker://${from}/team/app:one`);
  await copy(`docker://${to}/team/app:one`, `oci:${join(directory, 'target')}:one`);
  for (const digest of [
    image.manifestDigest,
    image.configDigest,
    ...image.layers.map((layer) => layer.digest),
  ]) {
    const [before, after] = await Promise.all(
      ['source', 'target'].map((place) =>
        readFile(join(directory, place, 'blobs', 'sha256', digest.slice(7))),
      ),
    );
    assert.deepEqual(after, before);
  }
  for (const host of [from, to]) {
    assert.deepEqual(await names(host, '_catalog'), { repositories: ['team/app'] });
    assert.deepEqual(await names(host, 'team/app/tags/list'), { name: 'team/app', tags: ['one'] });
  }
  const manifest = `http://${to}/v2/team/app/manifests/`;
  const removed = await fetch(manifest + image.manifestDigest, { method: 'DELETE' });
  assert.equal(removed.status, 202);
  assert.equal((await fetch(`http://${from}/v2/team/app/manifests/one`)).status, 404);
  assert.equal((await fetch(`http://${from}/v2/team/app/manifests/${image.manifestDigest}`)).status, 404);
  const [layer] = image.layers;
  const blob = `/v2/team/app/blobs/${layer?.digest}`;
  assert.equal((await fetch(`http://${to}${blob}`, { method: 'DELETE' })).status, 202);
  assert.equal((await fetch(`http://${from}${blob}`)).status, 404);
}

test(
  'what we have stored is served and deleted by distribution, and is gone for us then',
  programs,
  async () => {
    await travels(ours.host, theirs.host);
  },
);

test(
  'what distribution has stored is served and deleted by us, and is gone for it then',
  programs,
  async () => {
    await travels(theirs.host, ours.host);
  },
);
