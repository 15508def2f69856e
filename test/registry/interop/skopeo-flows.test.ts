import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../harness/directory.js';
import { startTestGateway } from '../../harness/gateway.js';
import { makeOciLayout } from '../../harness/oci-layout.js';
import { requireProgram } from '../../harness/program.js';
import { makeIndexLayout } from './images.js';
import { dockgateAt, manifestDigest, pull, push, sha256, skopeo, succeeded, tags } from './skopeo.js';

const program = requireProgram('skopeo', 'skopeo');

test('skopeo copies an OCI image and a docker image, and gets both back as they were', program, async (t) => {
  const ours = dockgateAt(t, await startTestGateway(t));
  const scratch = temporaryDirectory(t);
  const image = await makeOciLayout(join(scratch, 'made'), {
    tag: 'a',
    layers: 3,
    layerBytes: 400_000,
    seed: 7,
  });
  await push(`oci:${join(scratch, 'made')}:a`, ours, 'team/app:oci');
  await push(`oci:${join(scratch, 'made')}:a`, ours, 'team/app:docker', '--format', 'v2s2');
  await pull(ours, 'team/app:oci', `oci:${join(scratch, 'pulled')}:a`);
  for (const { digest, bytes } of image.layers)
    assert.deepEqual(await readFile(join(scratch, 'pulled/blobs/sha256', digest.slice(7))), bytes);
  assert.deepEqual(
    await readFile(join(scratch, 'pulled/blobs/sha256', image.manifestDigest.slice(7))),
    image.manifest,
  );
  await pull(ours, 'team/app:docker', `dir:${join(scratch, 'docker')}`);
  const bytes = await readFile(join(scratch, 'docker/manifest.json'));
  assert.equal(sha256(bytes), await manifestDigest(ours, 'team/app:docker'));
  const { mediaType } = JSON.parse(bytes.toString()) as { mediaType: string };
  assert.equal(mediaType, 'application/vnd.docker.distribution.manifest.v2+json');
});

test('skopeo copies an index with all its images, in OCI form and in that of docker', program, async (t) => {
  const ours = dockgateAt(t, await startTestGateway(t));
  const scratch = temporaryDirectory(t);
  const index = await makeIndexLayout(join(scratch, 'made'), 'a', 60);
  await push(`oci:${join(scratch, 'made')}:a`, ours, 'team/multi:oci', '--all');
  await push(`oci:${join(scratch, 'made')}:a`, ours, 'team/multi:docker', '--all', '--format', 'v2s2');
  assert.equal(await manifestDigest(ours, 'team/multi:oci'), index.digest);
  await pull(ours, 'team/multi:oci', `oci:${join(scratch, 'pulled')}:a`);
  for (const { manifestDigest: digest, manifest } of index.children)
    assert.deepEqual(await readFile(join(scratch, 'pulled/blobs/sha256', digest.slice(7))), manifest);
  await pull(ours, 'team/multi:docker', `dir:${join(scratch, 'docker')}`);
  const list = JSON.parse(await readFile(join(scratch, 'docker/manifest.json'), 'utf8')) as {
    mediaType: string;
    manifests: unknown[];
  };
  assert.equal(list.mediaType, 'application/vnd.docker.distribution.manifest.list.v2+json');
  assert.equal(list.manifests.length, 3);
  // One platform alone, chosen by the client.
  const words = ['--override-arch', 'arm64', 'inspect', ...ours.words('')];
  const one = JSON.parse(succeeded(await skopeo(...words, `docker://${ours.host}/team/multi:oci`))) as {
    Digest: string;
    RepoTags: string[];
  };
  assert.equal(one.Digest, index.digest);
  assert.deepEqual(one.RepoTags, ['docker', 'oci']);
});

test('skopeo mounts layers from another repository of the same registry', program, async (t) => {
  const gateway = await startTestGateway(t);
  const ours = dockgateAt(t, gateway);
  const scratch = temporaryDirectory(t);
  const image = await makeOciLayout(scratch, { tag: 'a', layers: 2, layerBytes: 200_000, seed: 8 });
  await push(`oci:${scratch}:a`, ours, 'team/app:one');
  const before = gateway.accessLines().length;
  const place = `docker://${ours.host}`;
  const words = ['copy', '--preserve-digests', ...ours.words('src-'), ...ours.words('dest-')];
  succeeded(await skopeo(...words, `${place}/team/app:one`, `${place}/other/app:one`));
  const lines = gateway.accessLines().slice(before);
  assert.equal(await manifestDigest(ours, 'other/app:one'), image.manifestDigest);
  const patches = lines.filter(({ method, path }) => method === 'PATCH' && String(path).includes('/other/'));
  assert.deepEqual(patches, [], 'nothing was sent again');
});

test('skopeo lists tags, deletes an image and finds it gone', program, async (t) => {
  const ours = dockgateAt(t, await startTestGateway(t));
  const scratch = temporaryDirectory(t);
  await makeOciLayout(join(scratch, 'one'), { tag: 'a', seed: 1 });
  await makeOciLayout(join(scratch, 'two'), { tag: 'a', seed: 2 });
  for (const tag of ['v1', 'v1.0', 'latest'])
    await push(`oci:${join(scratch, 'one')}:a`, ours, `team/app:${tag}`);
  await push(`oci:${join(scratch, 'two')}:a`, ours, 'team/app:other');
  const place = `docker://${ours.host}/team/app`;
  const listed = JSON.parse(succeeded(await skopeo('list-tags', ...ours.words(''), place))) as {
    Tags: string[];
  };
  assert.deepEqual(listed.Tags, ['latest', 'other', 'v1', 'v1.0']);
  // skopeo deletes by digest, so that all tags of the image go with it.
  succeeded(await skopeo('delete', ...ours.words(''), `${place}:v1`));
  assert.deepEqual(await tags(ours, 'team/app'), ['other']);
  const gone = await skopeo('inspect', ...ours.words(''), `${place}:latest`);
  assert.notEqual(gone.code, 0);
  assert.match(gone.stderr, /manifest unknown/);
});

test('skopeo syncs a whole repository out of the registry and back into it', program, async (t) => {
  const ours = dockgateAt(t, await startTestGateway(t));
  const scratch = temporaryDirectory(t);
  await makeIndexLayout(join(scratch, 'index'), 'a', 70);
  const expected = new Map<string, string>();
  for (const seed of [1, 2, 3]) {
    const image = await makeOciLayout(join(scratch, `${seed}`), { tag: 'a', seed });
    await push(`oci:${join(scratch, `${seed}`)}:a`, ours, `team/app:v${seed}`);
    expected.set(`v${seed}`, image.manifestDigest);
  }
  await push(`oci:${join(scratch, 'index')}:a`, ours, 'team/app:multi', '--all');
  expected.set('multi', await manifestDigest(ours, 'team/app:multi'));
  const out = join(scratch, 'out');
  const away = ['sync', '--all', '--src', 'docker', '--dest', 'dir', ...ours.words('src-')];
  succeeded(await skopeo(...away, `${ours.host}/team/app`, out));
  const back = ['sync', '--all', '--src', 'dir', '--dest', 'docker', ...ours.words('dest-')];
  succeeded(await skopeo(...back, out, `${ours.host}/mirror`));
  for (const [tag, digest] of expected) assert.equal(await manifestDigest(ours, `mirror/app:${tag}`), digest);
});
