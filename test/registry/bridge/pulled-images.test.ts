import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../harness/directory.js';
import { unpackedTree } from '../../harness/file-tree.js';
import type { OldImage } from '../../harness/old-registry.js';
import { requireProgram } from '../../harness/program.js';
import { plainAt, pull, skopeo, succeeded } from '../interop/skopeo.js';
import { servePlainly } from '../plain-server.js';
import { oldAndBridged } from './bridged-registry.js';

interface Manifest {
  readonly mediaType: string;
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly mediaType: string; readonly digest: string; readonly size: number }[];
}

interface Config {
  readonly architecture: string;
  readonly os: string;
  readonly author?: string;
  readonly docker_version: string;
  readonly created: string;
  readonly config: Record<string, unknown>;
  readonly history: readonly { readonly created_by?: string; readonly empty_layer?: boolean }[];
  readonly rootfs: { readonly diff_ids: readonly string[] };
}

function lineage(image: OldImage): OldImage[] {
  return [...(image.parent === undefined ? [] : lineage(image.parent)), image];
}

function fileOf(directory: string, digest: string): string {
  return join(directory, digest.replace('sha256:', ''));
}

function blobPath(directory: string, digest: string): string {
  const hex = digest.replace('sha256:', '');
  return join(directory, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data');
}

test(
  'skopeo pulls every image of an old directory, with the files that its layers had',
  requireProgram('skopeo', 'skopeo'),
  async (t) => {
    const { old, registry } = await oldAndBridged(t);
    const server = await servePlainly(registry.handler);
    t.after(() => server.close());
    const place = plainAt(server.host);
    let pulled = 0;
    for (const { path, successor, tags } of old.repositories) {
      for (const tag of successor === undefined ? [] : tags.keys()) {
        const image = old.image(path, tag);
        const directory = temporaryDirectory(t);
        await pull(place, `${successor}:${tag}`, `dir:${directory}`);
        const manifest = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as Manifest;
        const config = JSON.parse(readFileSync(fileOf(directory, manifest.config.digest), 'utf8')) as Config;
        const full = lineage(image).filter(({ isEmpty }) => !isEmpty);
        const owners = full.length === 0 ? [image] : full;
        assert.deepEqual(
          config.rootfs.diff_ids,
          owners.map(({ diffId }) => diffId),
        );
        assert.equal(manifest.layers.length, owners.length);
        assert.equal(config.history.length, image.ancestry.length);
        assert.deepEqual(
          config.history.map((entry) => entry.empty_layer === true),
          lineage(image).map((each) => !owners.includes(each)),
        );
        assert.deepEqual(
          manifest.layers.map(({ mediaType }) => mediaType.endsWith('.gzip')),
          owners.map(({ compression }) => compression === 'gzip'),
        );
        const tree = await unpackedTree(manifest.layers.map(({ digest }) => fileOf(directory, digest)));
        assert.deepEqual(tree, image.tree, `${path}:${tag}`);
        pulled += 1;
      }
    }
    assert.ok(pulled >= 10, `only ${pulled} images were pulled`);
    assert.deepEqual(server.errors, []);
  },
);

test('skopeo shows the config that the old JSON described', requireProgram('skopeo', 'skopeo'), async (t) => {
  const { old, registry } = await oldAndBridged(t);
  const server = await servePlainly(registry.handler);
  t.after(() => server.close());
  const place = plainAt(server.host);
  const shown = succeeded(
    await skopeo('inspect', '--config', ...place.words(''), `docker://${server.host}/vinod1/web:v1`),
  );
  const config = JSON.parse(shown) as Config;
  assert.equal(config.architecture, 'amd64');
  assert.equal(config.os, 'linux');
  assert.equal(config.created, '2014-05-13T16:53:20.123456789Z');
  assert.deepEqual(config.config['Env'], ['HOME=/srv', 'PATH=/bin']);
  assert.deepEqual(config.config['Cmd'], ['/bin/sh', '-c', 'serve']);
  assert.deepEqual(config.config['ExposedPorts'], { '80/tcp': {} });
  assert.equal(config.config['WorkingDir'], '/srv');
  assert.equal(config.config['User'], 'daemon');
  assert.deepEqual(
    config.history.map(({ created_by = '' }) => created_by),
    lineage(old.image('vinod1/web', 'v1')).map(({ json }) => {
      const parsed = JSON.parse(json.toString()) as { container_config: { Cmd: string[] | null } };
      return (parsed.container_config.Cmd ?? []).join(' ');
    }),
  );
});

test('layers are second names of the old files, and only xz is stored anew', async (t) => {
  const { old, registry } = await oldAndBridged(t);
  const server = await servePlainly(registry.handler);
  t.after(() => server.close());
  const kinds = new Set<string>();
  for (const { path, successor, tags } of old.repositories) {
    for (const tag of successor === undefined ? [] : tags.keys()) {
      const reply = await plainAt(server.host).ask(`/v2/${successor}/manifests/${tag}`);
      assert.equal(reply.status, 200, `${path}:${tag} ${reply.text}`);
      const manifest = JSON.parse(reply.text) as Manifest;
      for (const each of lineage(old.image(path, tag)).filter(({ isEmpty }) => !isEmpty)) {
        const own = await stat(join(registry.directory, 'images', each.id, 'layer'));
        const layer = manifest.layers.find(({ size }) =>
          each.compression === 'xz' ? size === each.archive.length : size === each.layer.length,
        );
        assert.ok(layer, each.name);
        const blob = await stat(blobPath(registry.directory, layer.digest));
        assert.equal(blob.ino === own.ino, each.compression !== 'xz', each.name);
        kinds.add(each.compression);
      }
    }
  }
  assert.deepEqual([...kinds].sort(), ['gzip', 'none', 'xz']);
});

test('the same images in two directories have the same digests', async (t) => {
  const digests: Record<string, string>[] = [];
  for (const readOnly of [false, true]) {
    const { old, registry } = await oldAndBridged(t, { readOnly });
    const server = await servePlainly(registry.handler);
    t.after(() => server.close());
    const found: Record<string, string> = {};
    for (const { successor, tags } of old.repositories) {
      for (const tag of successor === undefined ? [] : tags.keys()) {
        const reply = await plainAt(server.host).ask(`/v2/${successor}/manifests/${tag}`);
        found[`${successor}:${tag}`] = reply.headers['docker-content-digest'] as string;
      }
    }
    digests.push(found);
  }
  assert.ok(Object.values(digests[0] ?? {}).every((digest) => digest?.startsWith('sha256:')));
  assert.deepEqual(digests[0], digests[1]);
});
