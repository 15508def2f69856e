import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../../harness/directory.js';
import { startTestGateway } from '../../harness/gateway.js';
import { makeOciLayout, seededBytes } from '../../harness/oci-layout.js';
import { requireProgram } from '../../harness/program.js';
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
  tags,
} from './skopeo.js';

const programs = {
  ...requireProgram('skopeo', 'skopeo'),
  ...requireProgram('docker-registry', 'docker-registry'),
};

interface Written {
  /** Digests of what every name leads to. */
  readonly names: ReadonlyMap<string, string>;
  readonly removedDigest: string;
  readonly removedTag: string;
  readonly upload: { readonly repository: string; readonly id: string; readonly first: Buffer };
}

const FIRST = seededBytes(300_000, 71);
const SECOND = seededBytes(200_000, 72);

async function halfAnUpload(registry: Registry, repository: string): Promise<Written['upload']> {
  const started = await registry.ask(`/v2/${repository}/blobs/uploads/`, { method: 'POST' });
  assert.equal(started.status, 202);
  const location = new URL(String(started.headers.location), `http://${registry.host}`);
  const headers = { 'content-type': 'application/octet-stream' };
  const patched = await registry.ask(location.pathname + location.search, {
    method: 'PATCH',
    headers,
    body: FIRST,
  });
  assert.equal(patched.status, 202);
  return { repository, id: location.pathname.split('/').at(-1) ?? '', first: FIRST };
}

/** Fills a directory with the real docker-registry, which has ended when this returns. */
async function writeWithDistribution(t: TestContext, data: string): Promise<Written> {
  const scratch = temporaryDirectory(t);
  const server = await serveDistribution(data, scratch);
  try {
    const theirs = plainAt(server.host);
    for (const [place, seed] of [
      ['one', 1],
      ['two', 2],
      ['gone', 3],
      ['untagged', 4],
    ] as const)
      await makeOciLayout(join(scratch, place), { tag: 'a', seed, layerBytes: 100_000 });
    await makeIndexLayout(join(scratch, 'index'), 'a', 10);
    await push(`oci:${join(scratch, 'one')}:a`, theirs, 'team/app:one');
    await push(`oci:${join(scratch, 'one')}:a`, theirs, 'team/app:also-one');
    await push(`oci:${join(scratch, 'two')}:a`, theirs, 'team/app:Two_2.0');
    await push(`oci:${join(scratch, 'gone')}:a`, theirs, 'team/app:gone');
    await push(`oci:${join(scratch, 'untagged')}:a`, theirs, 'team/app:untagged');
    await push(`oci:${join(scratch, 'one')}:a`, theirs, 'legacy:docker', '--format', 'v2s2');
    await push(`oci:${join(scratch, 'index')}:a`, theirs, 'team/multi/arch:latest', '--all');
    await push(
      `oci:${join(scratch, 'index')}:a`,
      theirs,
      'team/multi/arch:list',
      '--all',
      '--format',
      'v2s2',
    );
    const names = new Map<string, string>();
    for (const name of [
      'team/app:one',
      'team/app:also-one',
      'team/app:Two_2.0',
      'legacy:docker',
      'team/multi/arch:latest',
      'team/multi/arch:list',
    ])
      names.set(name, await manifestDigest(theirs, name));
    const removedDigest = await manifestDigest(theirs, 'team/app:gone');
    const removal = await theirs.ask(`/v2/team/app/manifests/${removedDigest}`, { method: 'DELETE' });
    assert.equal(removal.status, 202);
    const removedTag = await manifestDigest(theirs, 'team/app:untagged');
    const untagging = await theirs.ask('/v2/team/app/manifests/untagged', { method: 'DELETE' });
    // Version 2.8 refuses to delete a tag; its users remove the directory of the tag by hand.
    if (untagging.status !== 202)
      await rm(join(data, 'docker/registry/v2/repositories/team/app/_manifests/tags/untagged'), {
        recursive: true,
      });
    return { names, removedDigest, removedTag, upload: await halfAnUpload(theirs, 'team/app') };
  } finally {
    await server.close();
  }
}

test('a directory that docker-registry has written is served by dockgate as it is', programs, async (t) => {
  const data = join(temporaryDirectory(t), 'data');
  const { names, removedDigest, removedTag } = await writeWithDistribution(t, data);
  const ours = dockgateAt(t, await startTestGateway(t, { data }));
  assert.deepEqual(await catalog(ours), ['legacy', 'team/app', 'team/multi/arch']);
  assert.deepEqual(await tags(ours, 'team/app'), ['Two_2.0', 'also-one', 'one']);
  assert.deepEqual(await tags(ours, 'team/multi/arch'), ['latest', 'list']);
  for (const [name, digest] of names) {
    assert.equal(await manifestDigest(ours, name), digest, name);
    await pull(ours, name, `dir:${temporaryDirectory(t)}`);
    const [repository] = name.split(':');
    const head = await ours.ask(`/v2/${repository}/manifests/${digest}`, { method: 'HEAD' });
    assert.equal(head.headers['docker-content-digest'], digest);
  }
  assert.equal((await ours.ask('/v2/team/app/manifests/gone')).status, 404);
  assert.equal((await ours.ask(`/v2/team/app/manifests/${removedDigest}`)).status, 404);
  assert.equal((await ours.ask('/v2/team/app/manifests/untagged')).status, 404);
  assert.equal((await ours.ask(`/v2/team/app/manifests/${removedTag}`)).status, 200);
});

test(
  'an upload that docker-registry has begun is carried on by its session id, and lost by nobody',
  programs,
  async (t) => {
    const data = join(temporaryDirectory(t), 'data');
    const { upload } = await writeWithDistribution(t, data);
    const ours = dockgateAt(t, await startTestGateway(t, { data }));
    const session = `/v2/${upload.repository}/blobs/uploads/${upload.id}`;
    const progress = await ours.ask(session);
    assert.equal(progress.status, 204);
    assert.equal(progress.headers['range'], `0-${upload.first.length - 1}`);
    const end = upload.first.length + SECOND.length;
    const headers = { 'content-range': `${upload.first.length}-${end - 1}` };
    const patched = await ours.ask(session, { method: 'PATCH', headers, body: SECOND });
    assert.equal(patched.status, 202);
    assert.equal(patched.headers['range'], `0-${end - 1}`);
    const whole = Buffer.concat([upload.first, SECOND]);
    const closed = await ours.ask(`${session}?digest=${sha256(whole)}`, { method: 'PUT', body: '' });
    assert.equal(closed.status, 201);
    assert.equal(
      existsSync(join(data, 'docker/registry/v2/repositories/team/app/_uploads', upload.id)),
      false,
    );
    const server = await serveDistribution(data, temporaryDirectory(t));
    t.after(() => server.close());
    for (const registry of [ours, plainAt(server.host)]) {
      const reply = await registry.ask(`/v2/${upload.repository}/blobs/${sha256(whole)}`);
      assert.equal(reply.status, 200);
      assert.ok(reply.body.equals(whole));
    }
  },
);

test(
  'what dockgate pushes into a directory of docker-registry is served by docker-registry, beside what was there',
  programs,
  async (t) => {
    const data = join(temporaryDirectory(t), 'data');
    const { names } = await writeWithDistribution(t, data);
    const ours = dockgateAt(t, await startTestGateway(t, { data }));
    const scratch = temporaryDirectory(t);
    const added = await makeOciLayout(join(scratch, 'added'), { tag: 'a', seed: 5, layerBytes: 80_000 });
    const index = await makeIndexLayout(join(scratch, 'index'), 'a', 20);
    const moved = await makeOciLayout(join(scratch, 'moved'), { tag: 'a', seed: 6 });
    await push(`oci:${join(scratch, 'added')}:a`, ours, 'team/app:three');
    await push(`oci:${join(scratch, 'moved')}:a`, ours, 'team/app:also-one');
    await push(`oci:${join(scratch, 'index')}:a`, ours, 'fresh/multi:1', '--all');
    const [, layer] = added.layers;
    const mounted = await ours.ask(`/v2/fresh/mounted/blobs/uploads/?mount=${layer?.digest}&from=team/app`, {
      method: 'POST',
    });
    assert.equal(mounted.status, 201);
    const server = await serveDistribution(data, scratch);
    t.after(() => server.close());
    const theirs = plainAt(server.host);
    const expected = new Map([
      ...names,
      ['team/app:three', added.manifestDigest],
      ['team/app:also-one', moved.manifestDigest],
      ['fresh/multi:1', index.digest],
    ]);
    for (const [name, digest] of expected) {
      assert.equal(await manifestDigest(theirs, name), digest, name);
      await pull(theirs, name, `dir:${temporaryDirectory(t)}`);
    }
    assert.deepEqual(await tags(theirs, 'team/app'), await tags(ours, 'team/app'));
    const held = await theirs.ask(`/v2/fresh/mounted/blobs/${layer?.digest}`, { method: 'HEAD' });
    assert.equal(held.status, 200);
    // Each goes on writing beside the other.
    await push(`oci:${join(scratch, 'moved')}:a`, theirs, 'team/app:four');
    assert.equal(await manifestDigest(ours, 'team/app:four'), moved.manifestDigest);
    const removal = `/v2/team/app/manifests/${added.manifestDigest}`;
    assert.equal((await theirs.ask(removal, { method: 'DELETE' })).status, 202);
    assert.equal((await ours.ask('/v2/team/app/manifests/three')).status, 404);
    assert.equal((await ours.ask(removal, { method: 'DELETE' })).status, 404);
  },
);
