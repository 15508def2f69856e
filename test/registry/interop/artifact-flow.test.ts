/*
 * oras and cosign are not in Debian, so this sends what they send, request by request: artifacts that are image
 * manifests with an empty config, referrers found through the API, and signatures under tags made of a digest.
 */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startTestGateway } from '../../harness/gateway.js';
import { artifactOf, pushBlobTo, pushManifestTo } from './artifacts.js';
import { dockgateAt, type Registry, sha256, tags } from './skopeo.js';

const IMAGE = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const SBOM = 'application/vnd.example.sbom.v1+json';
const SIGNATURE = 'application/vnd.example.signature.v1';

interface Referrers {
  readonly mediaType: string;
  readonly schemaVersion: number;
  readonly manifests: readonly {
    readonly digest: string;
    readonly mediaType: string;
    readonly size: number;
    readonly artifactType?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  }[];
}

async function referrersOf(registry: Registry, digest: string, query = '') {
  const reply = await registry.ask(`/v2/team/art/referrers/${digest}${query}`);
  assert.equal(reply.status, 200, reply.text);
  assert.equal(reply.headers['content-type'], INDEX);
  return { index: JSON.parse(reply.text) as Referrers, filters: reply.headers['oci-filters-applied'] };
}

/** As `oras push` and `oras attach`: HEAD, POST, one PUT for each blob, then the manifest. */
async function attach(registry: Registry, options: Parameters<typeof artifactOf>[0], reference?: string) {
  const artifact = artifactOf(options);
  for (const content of artifact.blobs) {
    const place = `/v2/team/art/blobs/${sha256(content)}`;
    const head = await registry.ask(place, { method: 'HEAD' });
    if (head.status === 404) await pushBlobTo(registry, 'team/art', content);
    else assert.equal(head.status, 200);
  }
  const reply = await registry.ask(`/v2/team/art/manifests/${reference ?? sha256(artifact.manifest)}`, {
    method: 'PUT',
    headers: { 'content-type': IMAGE },
    body: artifact.manifest,
  });
  assert.equal(reply.status, 201, reply.text);
  return {
    digest: sha256(artifact.manifest),
    size: artifact.manifest.length,
    subject: reply.headers['oci-subject'],
  };
}

test('artifacts are pushed, attached, discovered and removed as oras does it', async (t) => {
  const gateway = await startTestGateway(t);
  const ours = dockgateAt(t, gateway);
  const base = await attach(ours, { content: 'hello', artifactType: 'application/vnd.example' }, 'v1');
  assert.equal(base.subject, undefined, 'no subject was named');
  assert.deepEqual((await referrersOf(ours, base.digest)).index, {
    schemaVersion: 2,
    mediaType: INDEX,
    manifests: [],
  });

  const annotations = { 'org.opencontainers.image.created': '2024-01-01T00:00:00Z' };
  const subject = { digest: base.digest, size: base.size };
  const sbom = await attach(ours, { content: 'sbom', artifactType: SBOM, subject, annotations });
  const signature = await attach(ours, { content: 'signature', artifactType: SIGNATURE, subject });
  const nested = await attach(ours, {
    content: 'signature of the sbom',
    artifactType: SIGNATURE,
    subject: { digest: sbom.digest, size: sbom.size },
  });
  // oras writes a tag <algorithm>-<hex> of its own unless the reply says that the registry keeps the list.
  for (const { subject: seen } of [sbom, signature]) assert.equal(seen, base.digest);
  assert.equal(nested.subject, sbom.digest);
  assert.deepEqual(await tags(ours, 'team/art'), ['v1']);

  const { index } = await referrersOf(ours, base.digest);
  const found = new Map(index.manifests.map((descriptor) => [descriptor.digest, descriptor]));
  assert.deepEqual([...found.keys()].sort(), [sbom.digest, signature.digest].sort());
  assert.deepEqual(found.get(sbom.digest), {
    mediaType: IMAGE,
    digest: sbom.digest,
    size: sbom.size,
    artifactType: SBOM,
    annotations,
  });
  const filtered = await referrersOf(ours, base.digest, `?artifactType=${encodeURIComponent(SBOM)}`);
  assert.equal(filtered.filters, 'artifactType');
  assert.deepEqual(
    filtered.index.manifests.map(({ digest }) => digest),
    [sbom.digest],
  );
  const deeper = await referrersOf(ours, sbom.digest);
  assert.deepEqual(
    deeper.index.manifests.map(({ digest }) => digest),
    [nested.digest],
  );

  // oras pull by digest, and oras manifest delete of a referrer
  const pulled = await ours.ask(`/v2/team/art/manifests/${sbom.digest}`, { headers: { accept: IMAGE } });
  assert.equal(sha256(pulled.body), sbom.digest);
  const removal = await ours.ask(`/v2/team/art/manifests/${signature.digest}`, { method: 'DELETE' });
  assert.equal(removal.status, 202);
  const rest = await referrersOf(ours, base.digest);
  assert.deepEqual(
    rest.index.manifests.map(({ digest }) => digest),
    [sbom.digest],
  );
  // What is about something keeps being listed when that has gone.
  assert.equal((await ours.ask('/v2/team/art/manifests/v1', { method: 'DELETE' })).status, 202);
  assert.equal((await ours.ask(`/v2/team/art/manifests/${base.digest}`, { method: 'DELETE' })).status, 202);
  assert.equal((await referrersOf(ours, base.digest)).index.manifests.length, 1);
});

test('a referrer may come before its subject, and distribution sees no sign of referrers', async (t) => {
  const gateway = await startTestGateway(t);
  const ours = dockgateAt(t, gateway);
  const later = artifactOf({ content: 'later', artifactType: 'application/vnd.example' });
  const subject = { digest: sha256(later.manifest), size: later.manifest.length };
  const early = await attach(ours, { content: 'early', artifactType: SBOM, subject });
  assert.equal(early.subject, subject.digest);
  assert.equal((await referrersOf(ours, subject.digest)).index.manifests.length, 1);
  for (const content of later.blobs) await pushBlobTo(ours, 'team/art', content);
  await pushManifestTo(ours, 'team/art', later.manifest, 'v1');
  assert.equal((await referrersOf(ours, subject.digest)).index.manifests[0]?.digest, early.digest);
  const repository = join(gateway.data, 'docker/registry/v2/repositories/team/art');
  assert.deepEqual((await readdir(repository)).sort(), ['_layers', '_manifests', '_uploads']);
});

test('signatures, attestations and sboms under tags made of a digest work as cosign wants it', async (t) => {
  const ours = dockgateAt(t, await startTestGateway(t));
  const image = await attach(ours, { content: 'image' }, 'v1');
  const stem = image.digest.replace(':', '-');
  for (const suffix of ['sig', 'att', 'sbom']) {
    const tag = `${stem}.${suffix}`;
    const missing = await ours.ask(`/v2/team/art/manifests/${tag}`);
    assert.equal(missing.status, 404);
    assert.match(missing.text, /MANIFEST_UNKNOWN/);
    const first = artifactOf({ content: `first ${suffix}` });
    for (const content of first.blobs) await pushBlobTo(ours, 'team/art', content);
    await pushManifestTo(ours, 'team/art', first.manifest, tag);
    // A second signature replaces the manifest under the tag with one that names both.
    const second = artifactOf({ content: `second ${suffix}` });
    for (const content of second.blobs) await pushBlobTo(ours, 'team/art', content);
    const digest = await pushManifestTo(ours, 'team/art', second.manifest, tag);
    const read = await ours.ask(`/v2/team/art/manifests/${tag}`);
    assert.equal(sha256(read.body), digest);
  }
  const expected = ['v1', ...['att', 'sbom', 'sig'].map((suffix) => `${stem}.${suffix}`)].sort();
  assert.deepEqual(await tags(ours, 'team/art'), expected);
  assert.deepEqual((await referrersOf(ours, image.digest)).index.manifests, []);
});

test('referrers that a client has listed under a fallback tag are found through the API as well', async (t) => {
  const ours = dockgateAt(t, await startTestGateway(t));
  const image = await attach(ours, { content: 'image' }, 'v1');
  const subject = { digest: image.digest, size: image.size };
  const sbom = await attach(ours, { content: 'sbom', artifactType: SBOM, subject });
  const other = await attach(ours, { content: 'not a referrer of it', artifactType: SBOM });
  const descriptor = ({ digest, size }: { digest: string; size: number }): object => ({
    mediaType: IMAGE,
    digest,
    size,
    artifactType: SBOM,
  });
  const fallback = JSON.stringify({
    schemaVersion: 2,
    mediaType: INDEX,
    manifests: [descriptor(sbom), descriptor(other)],
  });
  await pushManifestTo(ours, 'team/art', fallback, image.digest.replace(':', '-'));
  const { index } = await referrersOf(ours, image.digest);
  assert.deepEqual(
    index.manifests.map(({ digest }) => digest),
    [sbom.digest],
    'each once, and only those whose subject it is',
  );
});
