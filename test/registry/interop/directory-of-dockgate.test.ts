import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openFilesystemStore } from '../../../src/registry/store/filesystem/filesystem-store.js';
import { collect } from '../../../src/registry/upkeep/collection.js';
import { temporaryDirectory } from '../../harness/directory.js';
import { startTestGateway } from '../../harness/gateway.js';
import { makeOciLayout, seededBytes } from '../../harness/oci-layout.js';
import { requireProgram, runProgram } from '../../harness/program.js';
import { ageAll } from '../upkeep/stored-files.js';
import { artifactOf, pushBlobTo, pushManifestTo } from './artifacts.js';
import { serveDistribution } from './distribution-server.js';
import { makeIndexLayout } from './images.js';
import {
  catalog,
  dockgateAt,
  manifestDigest,
  plainAt,
  pull,
  push,
  type Registry,
  sha256,
  succeeded,
  tags,
} from './skopeo.js';

const programs = {
  ...requireProgram('skopeo', 'skopeo'),
  ...requireProgram('docker-registry', 'docker-registry'),
};

/** Without it, docker-registry shows no manifest of OCI. */
const ACCEPT = {
  accept: [
    'application/vnd.oci.image.manifest.v1+json',
    'application/vnd.oci.image.index.v1+json',
    'application/vnd.docker.distribution.manifest.v2+json',
  ].join(', '),
};

interface Written {
  readonly names: ReadonlyMap<string, string>;
  /** Every digest that a client may still ask for. */
  readonly used: ReadonlySet<string>;
  /** What docker-registry does not see: the path of a manifest, and the one layer that it names. */
  readonly sha512: { readonly place: string; readonly digest: string; readonly bytes: Buffer };
  readonly referrer: string;
}

/** Fills the store behind a dockgate with all that it can hold. */
async function fill(t: TestContext, ours: Registry): Promise<Written> {
  const scratch = temporaryDirectory(t);
  const names = new Map<string, string>();
  const used = new Set<string>();
  for (const [tag, seed] of [
    ['one', 1],
    ['two', 2],
    ['dropped', 3],
    ['gone', 4],
  ] as const) {
    const image = await makeOciLayout(join(scratch, tag), { tag: 'a', seed, layerBytes: 100_000 });
    await push(`oci:${join(scratch, tag)}:a`, ours, `team/app:${tag}`);
    if (tag === 'gone') continue;
    if (tag !== 'dropped') names.set(`team/app:${tag}`, image.manifestDigest);
    for (const digest of [
      image.manifestDigest,
      image.configDigest,
      ...image.layers.map((layer) => layer.digest),
    ])
      used.add(digest);
  }
  const index = await makeIndexLayout(join(scratch, 'index'), 'a', 10);
  await push(`oci:${join(scratch, 'index')}:a`, ours, 'team/multi:latest', '--all');
  names.set('team/multi:latest', index.digest);
  for (const { manifestDigest: child, configDigest, layers } of index.children)
    for (const digest of [index.digest, child, configDigest, ...layers.map((layer) => layer.digest)])
      used.add(digest);
  await push(`oci:${join(scratch, 'two')}:a`, ours, 'legacy:docker', '--format', 'v2s2');
  names.set('legacy:docker', await manifestDigest(ours, 'legacy:docker'));
  used.add(names.get('legacy:docker') ?? '');

  const artifact = artifactOf({
    subject: { digest: names.get('team/app:one') ?? '', size: 1 },
    artifactType: 'application/vnd.example.sbom',
    content: 'bill of materials',
  });
  for (const blob of artifact.blobs) used.add(await pushBlobTo(ours, 'team/app', blob));
  const referrer = await pushManifestTo(ours, 'team/app', artifact.manifest);
  used.add(referrer);

  const bytes = seededBytes(70_000, 9);
  const digest = `sha512:${createHash('sha512').update(bytes).digest('hex')}`;
  const kept = await ours.ask(`/v2/team/app/blobs/uploads/?digest=${digest}`, {
    method: 'POST',
    body: bytes,
  });
  assert.equal(kept.status, 201);
  const manifest = JSON.stringify({
    ...(JSON.parse(artifact.manifest) as object),
    subject: undefined,
    layers: [{ mediaType: 'application/octet-stream', digest, size: bytes.length }],
  });
  const place = `/v2/team/app/manifests/sha512:${createHash('sha512').update(manifest).digest('hex')}`;
  const type = { 'content-type': 'application/vnd.oci.image.manifest.v1+json' };
  assert.equal((await ours.ask(place, { method: 'PUT', headers: type, body: manifest })).status, 201);

  const gone = `/v2/team/app/manifests/${await manifestDigest(ours, 'team/app:gone')}`;
  assert.equal((await ours.ask(gone, { method: 'DELETE' })).status, 202);
  assert.equal((await ours.ask('/v2/team/app/manifests/dropped', { method: 'DELETE' })).status, 202);

  const started = await ours.ask('/v2/team/app/blobs/uploads/', { method: 'POST' });
  const session = new URL(String(started.headers.location)).pathname;
  assert.equal((await ours.ask(session, { method: 'PATCH', body: seededBytes(50_000, 8) })).status, 202);
  return { names, used, sha512: { place, digest, bytes }, referrer };
}

test('a directory that dockgate has written is served by docker-registry as it is', programs, async (t) => {
  const data = join(temporaryDirectory(t), 'data');
  const gateway = await startTestGateway(t, { data });
  const ours = dockgateAt(t, gateway);
  const { names, used, sha512, referrer } = await fill(t, ours);
  await cleanUp(data);
  const lists = { catalog: await catalog(ours), tags: await tags(ours, 'team/app') };
  await gateway.gateway.stop();

  const scratch = temporaryDirectory(t);
  const server = await serveDistribution(data, scratch);
  t.after(() => server.close());
  const theirs = plainAt(server.host);
  assert.deepEqual(await catalog(theirs), lists.catalog);
  assert.deepEqual(lists.catalog, ['legacy', 'team/app', 'team/multi']);
  assert.deepEqual(await tags(theirs, 'team/app'), lists.tags);
  assert.deepEqual(lists.tags, ['one', 'two']);
  for (const [name, digest] of names) {
    assert.equal(await manifestDigest(theirs, name), digest, name);
    await pull(theirs, name, `dir:${temporaryDirectory(t)}`);
  }
  for (const digest of used) {
    const places = ['team/app', 'team/multi', 'legacy'].flatMap((repository) => [
      `/v2/${repository}/blobs/${digest}`,
      `/v2/${repository}/manifests/${digest}`,
    ]);
    const replies = await Promise.all(places.map((place) => theirs.ask(place, { headers: ACCEPT })));
    const found = replies.find(({ status }) => status === 200);
    assert.equal(sha256(found?.body ?? ''), digest);
  }
  assert.equal((await theirs.ask(`/v2/team/app/manifests/${referrer}`, { headers: ACCEPT })).status, 200);
  assert.equal((await theirs.ask(`/v2/team/app/blobs/${sha512.digest}`)).status, 404);

  // And back: what has been under docker-registry's hands is whole for dockgate.
  await makeOciLayout(join(scratch, 'late'), { tag: 'a', seed: 40 });
  await push(`oci:${join(scratch, 'late')}:a`, theirs, 'team/app:late');
  const again = dockgateAt(t, await startTestGateway(t, { data }));
  await pull(again, 'team/app:late', `dir:${temporaryDirectory(t)}`);
  const blob = await again.ask(`/v2/team/app/blobs/${sha512.digest}`);
  assert.ok(blob.body.equals(sha512.bytes));
  assert.equal((await again.ask(sha512.place)).status, 200);
});

/** Lets everything be a day old and cleans up, beside the gateway that runs. */
async function cleanUp(data: string): Promise<void> {
  await ageAll(join(data, 'docker', 'registry'));
  const store = await openFilesystemStore({ directory: data });
  const { workspace } = store;
  const times = { grace: 5 * 60_000, uploadTimeout: 7 * 24 * 3_600_000 };
  const report = await collect({ store, workspace, ...times, untagged: false, dryRun: false });
  assert.ok(report.bytes > 0, 'the deleted image has gone');
}

/** What docker-registry's own clean-up would remove. */
async function eligible(t: TestContext, data: string, ...words: readonly string[]): Promise<Set<string>> {
  const file = join(temporaryDirectory(t), 'config.yml');
  const storage = { filesystem: { rootdirectory: data }, delete: { enabled: true } };
  writeFileSync(file, JSON.stringify({ version: 0.1, storage }));
  const output = succeeded(
    await runProgram('docker-registry', ['garbage-collect', '--dry-run', ...words, file]),
  );
  assert.match(output, /blobs marked/);
  return new Set(
    [...output.matchAll(/eligible for deletion: (sha\d+:[0-9a-f]+)/g)].map(([, digest = '']) => digest),
  );
}

test(
  "docker-registry's own clean-up would remove nothing that is in use in a directory of dockgate",
  programs,
  async (t) => {
    const data = join(temporaryDirectory(t), 'data');
    const gateway = await startTestGateway(t, { data });
    const { used } = await fill(t, dockgateAt(t, gateway));
    await gateway.gateway.stop();
    const removed = await eligible(t, data);
    const lost = [...used].filter((digest) => removed.has(digest));
    assert.deepEqual(lost, []);
    assert.ok(removed.size > 0, 'the deleted image may go');
  },
);
