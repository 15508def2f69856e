import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startTestGateway, type TestGateway } from '../../harness/gateway.js';
import { ask } from '../../harness/request.js';
import { artifactOf, pushBlobTo, pushManifestTo } from '../interop/artifacts.js';
import { dockgateAt, type Registry, sha256 } from '../interop/skopeo.js';

const INDEX = 'application/vnd.oci.image.index.v1+json';

/** A repository whose tags have been written into its directory. */
interface Tagged {
  readonly names: readonly string[];
  /** The digest that every hundredth of them means. */
  readonly rare: string;
}

async function makeTags(ours: Registry, data: string, count: number): Promise<Tagged> {
  const digests: string[] = [];
  for (const content of ['often', 'rare']) {
    const artifact = artifactOf({ content });
    for (const blob of artifact.blobs) await pushBlobTo(ours, 'team/app', blob);
    digests.push(await pushManifestTo(ours, 'team/app', artifact.manifest));
  }
  const directory = join(data, 'docker/registry/v2/repositories/team/app/_manifests/tags');
  mkdirSync(directory, { recursive: true });
  // Symbolic links to two directories stand for directories, which would take minutes to write and to remove.
  const targets = digests.map((digest, index) => {
    const target = join(data, `tag-${index}`);
    mkdirSync(join(target, 'current'), { recursive: true });
    writeFileSync(join(target, 'current', 'link'), digest);
    return target;
  });
  const names = Array.from({ length: count }, (_, index) => `v${String(index).padStart(6, '0')}`);
  for (const [index, name] of names.entries())
    symlinkSync(targets[index % 100 === 0 ? 1 : 0] ?? '', join(directory, name));
  return { names, rare: digests[1] ?? '' };
}

/** All tags, page by page. */
async function listed(gateway: TestGateway, query = ''): Promise<string[]> {
  const names: string[] = [];
  for (let path: string | undefined = `/v2/team/app/tags/list${query}`; path !== undefined; ) {
    const reply = await ask(gateway, path);
    assert.equal(reply.status, 200);
    const { tags } = JSON.parse(reply.text) as { tags: string[] };
    assert.ok(tags.length > 0 && (query === '' || tags.length <= 9999));
    names.push(...tags);
    path = /^<([^>]+)>; rel="next"$/.exec(String(reply.headers['link'] ?? ''))?.[1];
  }
  return names;
}

test('a repository of 100,000 tags is listed whole, page by page', async (t) => {
  const gateway = await startTestGateway(t);
  const { names } = await makeTags(dockgateAt(t, gateway), gateway.data, 100_000);
  for (const query of ['', '?n=9999']) assert.deepEqual(await listed(gateway, query), names);
  const last = await ask(gateway, `/v2/team/app/tags/list?n=2&last=${names.at(-2)}`);
  assert.deepEqual(JSON.parse(last.text), { name: 'team/app', tags: [names.at(-1)] });
  assert.equal((await ask(gateway, `/v2/team/app/manifests/${names.at(-1)}`)).status, 200);
  assert.equal((await ask(gateway, `/v2/team/app/manifests/${names[7]}`, { method: 'DELETE' })).status, 202);
  assert.deepEqual(
    await listed(gateway),
    names.filter((_, index) => index !== 7),
  );
});

test('of many tags only those go whose manifest is deleted', async (t) => {
  const gateway = await startTestGateway(t);
  const { names, rare } = await makeTags(dockgateAt(t, gateway), gateway.data, 5000);
  assert.equal((await ask(gateway, `/v2/team/app/manifests/${names[100]}`)).status, 200);
  assert.equal((await ask(gateway, `/v2/team/app/manifests/${rare}`, { method: 'DELETE' })).status, 202);
  assert.deepEqual(
    await listed(gateway),
    names.filter((_, index) => index % 100 !== 0),
  );
  assert.equal((await ask(gateway, `/v2/team/app/manifests/${names[100]}`)).status, 404);
  assert.equal((await ask(gateway, `/v2/team/app/manifests/${names[101]}`)).status, 200);
});

test('an index that names 10,000 images is kept byte for byte, whether they are there or not', async (t) => {
  const gateway = await startTestGateway(t);
  const ours = dockgateAt(t, gateway);
  const manifests = Array.from({ length: 10_000 }, (_, index) => ({
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: sha256(String(index)),
    size: index,
    platform: { architecture: `a${index}`, os: 'linux' },
  }));
  const index = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests });
  const digest = await pushManifestTo(ours, 'team/app', index, 'large');
  for (const reference of ['large', digest]) {
    const reply = await ask(gateway, `/v2/team/app/manifests/${reference}`);
    assert.equal(reply.text, index);
    assert.equal(reply.headers['content-type'], INDEX);
  }
  assert.equal((await ask(gateway, `/v2/team/app/manifests/${digest}`, { method: 'DELETE' })).status, 202);
  assert.equal((await ask(gateway, '/v2/team/app/manifests/large')).status, 404);
});
