import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startDockerRegistry } from '../../harness/docker-registry.js';
import { startTestGateway } from '../../harness/gateway.js';
import { requireProgram } from '../../harness/program.js';
import { onDirectory, overHttps, registry } from './commands.js';
import { fill } from './filled.js';

const programs = { ...requireProgram('skopeo', 'skopeo') };
const withRegistry = { ...programs, ...requireProgram('docker-registry', 'docker-registry') };

function contentFile(data: string, digest: string): string {
  const hex = digest.slice('sha256:'.length);
  return join(data, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data');
}

function damage(file: string): void {
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
  writeFileSync(file, bytes);
}

test(
  'verify finds damaged content in a directory, names the images that need it, and quarantines it',
  programs,
  async (t) => {
    const gateway = await startTestGateway(t);
    const { two } = await fill(t, gateway);
    const { options } = onDirectory(gateway.data);
    const fine = await registry(['verify', ...options]);
    assert.equal(fine.exitCode, 0, fine.out);
    const digest = two.layers[2]?.digest ?? '';
    damage(contentFile(gateway.data, digest));

    const found = await registry(['verify', ...options]);
    assert.equal(found.exitCode, 1);
    assert.match(found.out, new RegExp(`^damaged ${digest}: its bytes have another digest`, 'm'));
    assert.match(found.out, /needed by team\/app:2$/m);
    assert.match(found.err, /1 fault was found/);
    const named = await registry(['verify', 'team/app', ...options]);
    assert.deepEqual(
      [named.exitCode, named.out.includes(`damaged ${digest} in team/app, needed by team/app:2\n`)],
      [1, true],
    );
    assert.equal((await registry(['verify', 'lone', ...options])).exitCode, 0);

    const moved = await registry(['verify', '--quarantine', '--json', ...options]);
    assert.equal(moved.exitCode, 1);
    const report = JSON.parse(moved.out);
    assert.equal(report.damaged[0].digest, digest);
    assert.ok(existsSync(report.damaged[0].quarantined));
    assert.ok(!existsSync(contentFile(gateway.data, digest)));
  },
);

test(
  'verify finds what a running dockgate no longer gives, and by which images it is missed',
  programs,
  async (t) => {
    const gateway = await startTestGateway(t);
    const { two } = await fill(t, gateway);
    const { prefix, options } = overHttps(t, gateway);
    const fine = await registry(['verify', prefix, ...options]);
    assert.equal(fine.exitCode, 0, fine.out + fine.err);
    assert.match(fine.out, /^checked 2 repositories: 5 manifests and 7 blobs/m);
    const digest = two.layers[1]?.digest ?? '';
    rmSync(contentFile(gateway.data, digest));
    const found = await registry(['verify', prefix, '--json', ...options]);
    assert.equal(found.exitCode, 1);
    const { findings } = JSON.parse(found.out);
    assert.deepEqual(findings, [{ kind: 'missing', repository: 'team/app', name: digest, images: ['2'] }]);
    assert.equal((await registry(['verify', `${prefix}lone`, ...options])).exitCode, 0);
  },
);

test("verify finds what distribution's registry serves although it is damaged", withRegistry, async (t) => {
  const upstream = await startDockerRegistry(t);
  const gateway = await startTestGateway(t, { upstream: upstream.origin });
  const { one, two } = await fill(t, gateway, false);
  const { prefix, options } = overHttps(t, gateway);
  assert.equal((await registry(['verify', prefix, ...options])).exitCode, 0);
  damage(contentFile(upstream.data, one.configDigest));
  damage(contentFile(upstream.data, two.manifestDigest));
  const { exitCode, out } = await registry(['verify', prefix, '--json', ...options]);
  assert.equal(exitCode, 1);
  const found = JSON.parse(out).findings.map(
    ({ kind, repository, name, images }: Record<string, unknown>) => [kind, repository, name, images],
  );
  const expected = [
    ['damaged', 'lone', one.configDigest, ['latest']],
    ['damaged', 'team/app', one.configDigest, ['1', 'all', 'signed']],
    ['damaged', 'team/app', two.manifestDigest, ['2']],
  ];
  assert.deepEqual(found.sort(), expected.sort());
});
