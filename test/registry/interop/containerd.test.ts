import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../harness/directory.js';
import { PASSWORD, startTestGateway, USER } from '../../harness/gateway.js';
import { makeOciLayout } from '../../harness/oci-layout.js';
import { requireProgram, runProgram } from '../../harness/program.js';
import { trustDirectory } from '../../harness/skopeo.js';
import { requireEngine, startContainerd } from './daemon.js';
import { makeIndexLayout } from './images.js';
import { dockgateAt, manifestDigest, push, succeeded } from './skopeo.js';

const programs = { ...requireProgram('skopeo', 'skopeo'), ...requireEngine('containerd', 'containerd') };

test(
  'containerd pulls images and an index with all its platforms, and pushes them on',
  programs,
  async (t) => {
    const engine = await startContainerd(t);
    if (typeof engine === 'string') return t.skip(engine);
    const gateway = await startTestGateway(t);
    const ours = dockgateAt(t, gateway);
    const ctr = (...words: readonly string[]) => runProgram('ctr', ['--address', engine.socket, ...words]);
    const scratch = temporaryDirectory(t);
    const place = join(scratch, 'hosts', ours.host);
    mkdirSync(place, { recursive: true });
    const authority = join(trustDirectory(t, gateway.ca), 'ca.crt');
    // Without a server written down, containerd talks plain HTTP to localhost.
    writeFileSync(
      join(place, 'hosts.toml'),
      `server = "${gateway.url}"\n[host."${gateway.url}"]\nca = "${authority}"\n`,
    );
    const hosts = ['--hosts-dir', join(scratch, 'hosts')];
    const access = [...hosts, '--user', `${USER}:${PASSWORD}`];

    const image = await makeOciLayout(join(scratch, 'image'), {
      tag: 'a',
      layers: 3,
      layerBytes: 500_000,
      seed: 41,
    });
    const index = await makeIndexLayout(join(scratch, 'index'), 'a', 50);
    await push(`oci:${join(scratch, 'image')}:a`, ours, 'team/image:one');
    await push(`oci:${join(scratch, 'image')}:a`, ours, 'team/docker:one', '--format', 'v2s2');
    await push(`oci:${join(scratch, 'index')}:a`, ours, 'team/index:one', '--all');

    const stranger = await ctr('content', 'fetch', ...hosts, `${ours.host}/team/image:one`);
    assert.notEqual(stranger.code, 0);
    assert.match(stranger.stderr, /401|no basic auth credentials|authorization failed/);
    const expected = new Map([
      ['team/image:one', image.manifestDigest],
      ['team/docker:one', await manifestDigest(ours, 'team/docker:one')],
      ['team/index:one', index.digest],
    ]);
    for (const [name, digest] of expected) {
      const reference = `${ours.host}/${name}`;
      succeeded(
        await ctr('images', 'pull', '--all-platforms', '--snapshotter', 'native', ...access, reference),
      );
      const row = succeeded(await ctr('images', 'ls', `name==${reference}`));
      assert.ok(row.includes(digest), row);
      const copy = `${ours.host}/copy/${name}`;
      succeeded(await ctr('images', 'push', ...access, copy, reference));
      assert.equal(await manifestDigest(ours, `copy/${name}`), digest);
    }
    for (const child of index.children)
      assert.equal(
        await manifestDigest(ours, `copy/team/index@${child.manifestDigest}`),
        child.manifestDigest,
      );
    const pulled = succeeded(await ctr('content', 'ls', '--quiet'));
    for (const { digest } of image.layers) assert.ok(pulled.includes(digest));
    assert.ok(gateway.log.every((line) => Number(line['level']) < 50));
  },
);
