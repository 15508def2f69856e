import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startDockerRegistry } from '../../harness/docker-registry.js';
import { startTestGateway, type TestGateway } from '../../harness/gateway.js';
import { requireProgram } from '../../harness/program.js';
import { ask } from '../../harness/request.js';
import { onDirectory, overHttps, registry } from './commands.js';
import { fill } from './filled.js';

const programs = { ...requireProgram('skopeo', 'skopeo') };

/** Distribution denies an OCI manifest to who does not ask for one. */
const MANIFESTS = 'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json';

async function tagsOf(gateway: TestGateway, repository: string): Promise<string[]> {
  const reply = await ask(gateway, `/v2/${repository}/tags/list`);
  return reply.status === 404 ? [] : ((JSON.parse(reply.text).tags ?? []) as string[]).sort();
}

async function statusOf(gateway: TestGateway, path: string): Promise<number> {
  return (await ask(gateway, `/v2/${path}`, { method: 'HEAD', headers: { accept: MANIFESTS } })).status;
}

for (const kind of ['the data directory', 'a running dockgate'] as const) {
  test(`rm asks, and takes away tags, images and repositories: ${kind}`, programs, async (t) => {
    const gateway = await startTestGateway(t);
    const { one, two, index, signature } = await fill(t, gateway);
    const isDirectory = kind === 'the data directory';
    const { prefix, options } = isDirectory ? onDirectory(gateway.data) : overHttps(t, gateway);

    const unasked = await registry(['rm', `${prefix}team/app:1`, ...options]);
    assert.equal(unasked.exitCode, 2);
    assert.match(unasked.err, /Say --yes/);
    const looked = await registry(['rm', `${prefix}team/app:1`, '--dry-run', ...options]);
    assert.equal(looked.exitCode, 0, looked.err);
    assert.match(looked.out, new RegExp(`team/app:1 +the tag alone, of ${one.manifestDigest}`));
    assert.equal((await tagsOf(gateway, 'team/app')).length, 4);
    if (isDirectory) {
      const refused = await registry(['rm', 'team/app:1', ...options], { answer: 'n' });
      assert.deepEqual([refused.exitCode, refused.err], [1, 'Remove it? [y/N] Nothing was removed.\n']);
      assert.equal((await registry(['rm', 'team/app:1', ...options], { answer: '' })).exitCode, 1);
      assert.equal((await tagsOf(gateway, 'team/app')).length, 4);
      const agreed = await registry(['rm', 'team/app:1', ...options], { answer: 'y' });
      assert.equal(agreed.exitCode, 0, agreed.err);
    } else {
      const agreed = await registry(['rm', `${prefix}team/app:1`, '--yes', ...options]);
      assert.equal(agreed.exitCode, 0, agreed.err);
    }
    assert.deepEqual(await tagsOf(gateway, 'team/app'), ['2', 'all', 'signed']);
    assert.equal(
      await statusOf(gateway, `team/app/manifests/${one.manifestDigest}`),
      200,
      'the manifest stays',
    );

    const words = ['rm', `${prefix}team/app@${two.manifestDigest}`, '--yes', '--json', ...options];
    const removed = JSON.parse((await registry(words)).out);
    assert.deepEqual(removed.removed, [{ repository: 'team/app', digest: two.manifestDigest }]);
    assert.deepEqual(await tagsOf(gateway, 'team/app'), ['all', 'signed']);
    assert.equal(await statusOf(gateway, `team/app/manifests/${two.manifestDigest}`), 404);

    const again = await registry(words);
    assert.equal(again.exitCode, 1);
    assert.match(again.err, /there is no team\/app@sha256/);

    const whole = await registry(['rm', `${prefix}team/app`, '--yes', ...options]);
    assert.equal(whole.exitCode, 0, whole.err);
    for (const digest of [one.manifestDigest, index, signature]) {
      assert.equal(await statusOf(gateway, `team/app/manifests/${digest}`), 404);
    }
    const left = await registry(['ls', ...(prefix === '' ? [] : [prefix]), ...options]);
    assert.equal(left.out, 'lone\n');
    assert.equal(await statusOf(gateway, 'lone/manifests/latest'), 200, 'the same image elsewhere stays');
  });
}

test("distribution's registry removes images by digest, and no tag alone", {
  ...programs,
  ...requireProgram('docker-registry', 'docker-registry'),
}, async (t) => {
  const upstream = await startDockerRegistry(t);
  const gateway = await startTestGateway(t, { upstream: upstream.origin });
  const { one } = await fill(t, gateway, false);
  const { prefix, options } = overHttps(t, gateway);
  const tag = await registry(['rm', `${prefix}lone:latest`, '--yes', ...options]);
  assert.equal(tag.exitCode, 1);
  assert.match(tag.err, /removes no tag alone/);
  assert.equal(await statusOf(gateway, 'lone/manifests/latest'), 200);
  const whole = await registry([
    'rm',
    `${prefix}team/app`,
    `${prefix}lone@${one.manifestDigest}`,
    '--yes',
    ...options,
  ]);
  assert.equal(whole.exitCode, 0, whole.err);
  assert.equal(await statusOf(gateway, 'lone/manifests/latest'), 404);
  assert.deepEqual(await tagsOf(gateway, 'team/app'), []);
});

test('when one of several names is not there, nothing is removed', programs, async (t) => {
  const gateway = await startTestGateway(t);
  await fill(t, gateway);
  const words = ['rm', 'lone:latest', 'team/app:9', '--yes', '--data', gateway.data];
  const { exitCode, err } = await registry(words);
  assert.equal(exitCode, 1);
  assert.match(err, /there is no team\/app:9, and nothing was removed/);
  assert.equal(await statusOf(gateway, 'lone/manifests/latest'), 200);
});
