import assert from 'node:assert/strict';
import { existsSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startDockerRegistry } from '../../harness/docker-registry.js';
import { startTestGateway } from '../../harness/gateway.js';
import { requireProgram } from '../../harness/program.js';
import { type Outcome, onDirectory, overHttps, registry } from './commands.js';
import { fill } from './filled.js';

const programs = { ...requireProgram('skopeo', 'skopeo') };

function contentFile(data: string, digest: string): string {
  const hex = digest.slice('sha256:'.length);
  return join(data, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data');
}

test(
  'gc shows what would go, asks, and frees what nothing needs while the server runs',
  programs,
  async (t) => {
    const gateway = await startTestGateway(t);
    const { two } = await fill(t, gateway);
    const { options } = onDirectory(gateway.data);
    const layer = contentFile(gateway.data, two.layers[2]?.digest ?? '');
    const gc = (...words: readonly string[]) => registry(['gc', '--grace', '0s', ...words, ...options]);
    assert.match((await gc('--dry-run')).out, /would remove nothing: 0 B\n$/);
    const removal = ['rm', `team/app@${two.manifestDigest}`, '--yes', ...options];
    assert.equal((await registry(removal)).exitCode, 0);

    const looked = await gc('--dry-run');
    assert.match(looked.out, new RegExp(`^content ${two.layers[2]?.digest} \\([\\d.]+ kB\\)$`, 'm'));
    const json = JSON.parse((await gc('--dry-run', '--json')).out);
    const bytes = [two.manifest, two.config, ...two.layers.map((one) => one.bytes)].reduce(
      (total, { length }) => total + length,
      0,
    );
    assert.equal(json.report.bytes, bytes);
    assert.equal(
      json.removals.reduce((total: number, one: { bytes: number }) => total + one.bytes, 0),
      bytes,
    );
    assert.equal((await gc()).exitCode, 2, 'nobody to ask');
    const refused = await registry(['gc', '--grace', '0s', ...options], { answer: 'no' });
    assert.deepEqual([refused.exitCode, /Nothing was removed/.test(refused.err)], [1, true]);
    assert.match(refused.out, /would remove 4 blobs of repositories, 5 contents/);
    assert.ok(existsSync(layer));

    const agreed = await registry(['gc', '--grace', '0s', ...options], { answer: 'yes' });
    assert.equal(agreed.exitCode, 0, agreed.err);
    assert.match(agreed.out, /removed 4 blobs of repositories, 5 contents: [\d.]+ kB\n$/);
    assert.ok(!existsSync(layer));
    assert.equal((await registry(['verify', ...options])).exitCode, 0);
  },
);

test(
  'gc leaves young things alone by default, and says when a grace is too short for a server',
  programs,
  async (t) => {
    const gateway = await startTestGateway(t);
    const { two } = await fill(t, gateway);
    const { options } = onDirectory(gateway.data);
    await registry(['rm', `team/app@${two.manifestDigest}`, '--yes', ...options]);
    const young = await registry(['gc', '--yes', ...options]);
    assert.deepEqual([young.exitCode, young.err], [0, '']);
    assert.match(young.out, /removed nothing/);
    assert.match((await registry(['gc', '--yes', '--grace', '1m', ...options])).err, /^warning: /);
    const wrong = await registry(['gc', '--yes', '--grace', 'soon', ...options]);
    assert.equal(wrong.exitCode, 2);
    assert.match(wrong.err, /must be a duration/);
  },
);

test('Ctrl-C stops gc, and the next one goes on from there', programs, async (t) => {
  const gateway = await startTestGateway(t);
  const { two } = await fill(t, gateway);
  const { options } = onDirectory(gateway.data);
  await registry(['rm', `team/app@${two.manifestDigest}`, '--yes', ...options]);
  const words = ['gc', '--yes', '--grace', '0s', ...options];
  const stopped = await registry(words, { onDrawing: (_, interrupt) => interrupt() });
  assert.equal(stopped.exitCode, 1);
  assert.match(stopped.err, /Stopped\. The next clean-up/);
  const resumed = await registry(['gc', '--yes', '--grace', '0s', '--json', ...options]);
  assert.equal(resumed.exitCode, 0, resumed.err);
  const { removed } = JSON.parse(resumed.out).report;
  assert.deepEqual([removed.blob, removed.content], [4, 5]);
});

test('gc over HTTPS lets the server clean up, and says what it did', programs, async (t) => {
  const gateway = await startTestGateway(t);
  const { two } = await fill(t, gateway);
  const { prefix, options } = overHttps(t, gateway);
  const gc = (...words: readonly string[]) => registry(['gc', prefix, ...words, ...options]);
  await registry(['rm', `${prefix}team/app@${two.manifestDigest}`, '--yes', ...options]);
  const fresh = await gc('--yes', '--grace', '5m', '--untagged', '--json');
  assert.equal(fresh.exitCode, 0, fresh.err);
  assert.equal(JSON.parse(fresh.out).report.removed.content, 0);
  const old = new Date(Date.now() - 3_600_000);
  const root = join(gateway.data, 'docker/registry/v2');
  for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' }))
    utimesSync(join(root, file), old, old);
  const looked = await gc('--dry-run', '--grace', '5m');
  assert.match(looked.out, /would remove 4 blobs of repositories, 5 contents: /);
  assert.equal((await gc('--grace', '5m')).exitCode, 2, 'nobody to ask');
  const done = await gc('--yes', '--grace', '5m');
  assert.deepEqual([done.exitCode, done.err], [0, '']);
  assert.match(done.out, /\nremoved 4 blobs of repositories, 5 contents: [\d.]+ kB\n$/);
  assert.ok(!existsSync(contentFile(gateway.data, two.layers[2]?.digest ?? '')));
  const short = await gc('--yes', '--grace', '1s');
  assert.equal(short.exitCode, 1);
  assert.match(short.err, /of 5 minutes at least/);
});

test('gc of a registry that is no dockgate says where to clean it up', {
  ...programs,
  ...requireProgram('docker-registry', 'docker-registry'),
}, async (t) => {
  const upstream = await startDockerRegistry(t);
  const { exitCode, err } = await registry(['gc', upstream.origin, '--yes']);
  assert.equal(exitCode, 1);
  assert.match(err, /clean it up where its data lies/);
});

test('one clean-up runs at a time', programs, async (t) => {
  const gateway = await startTestGateway(t);
  await fill(t, gateway);
  const { options } = onDirectory(gateway.data);
  let second: Promise<Outcome> | undefined;
  const first = await registry(['gc', '--yes', ...options], {
    onDrawing: () => {
      second ??= registry(['gc', '--yes', ...options]);
    },
  });
  assert.equal(first.exitCode, 0, first.err);
  const refused = await second;
  assert.equal(refused?.exitCode, 1);
  assert.match(refused.err, /is running already/);
});
