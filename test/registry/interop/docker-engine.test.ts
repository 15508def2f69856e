import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../harness/directory.js';
import { PASSWORD, startTestGateway, USER } from '../../harness/gateway.js';
import { makeOciLayout } from '../../harness/oci-layout.js';
import { requireProgram, runProgram } from '../../harness/program.js';
import { requireEngine, startDockerEngine } from './daemon.js';
import { dockgateAt, manifestDigest, pull, skopeo, succeeded, tags } from './skopeo.js';

const programs = { ...requireProgram('skopeo', 'skopeo'), ...requireEngine('dockerd', 'docker.io') };

test('the docker engine logs in, pushes, mounts, pulls by tag and by digest', programs, async (t) => {
  const engine = await startDockerEngine(t);
  if (typeof engine === 'string') return t.skip(engine);
  const gateway = await startTestGateway(t);
  const ours = dockgateAt(t, gateway);
  const scratch = temporaryDirectory(t);
  const settings = join(scratch, 'settings');
  mkdirSync(settings);
  writeFileSync(join(settings, 'config.json'), '{}');
  const docker = (words: readonly string[], input?: string) =>
    runProgram('docker', ['--config', settings, '--host', `unix://${engine.socket}`, ...words], {
      ...(input === undefined ? {} : { input }),
    });
  const login = (password: string) =>
    docker(['login', '--username', USER, '--password-stdin', ours.host], password);

  const made = join(scratch, 'made');
  await makeOciLayout(made, { tag: 'a', layers: 4, layerBytes: 700_000, seed: 31 });
  const archive = join(scratch, 'archive.tar');
  const name = `${ours.host}/team/docker:one`;
  succeeded(await skopeo('copy', `oci:${made}:a`, `docker-archive:${archive}:${name}`));
  succeeded(await docker(['load', '--input', archive]));

  const stranger = await docker(['push', name]);
  assert.notEqual(stranger.code, 0);
  assert.match(
    stranger.stderr + stranger.stdout,
    /no basic auth credentials|authentication required|unauthorized/,
  );
  assert.notEqual((await login('wrong')).code, 0);
  assert.match(succeeded(await login(PASSWORD)), /Login Succeeded/);

  const pushed = succeeded(await docker(['push', name]));
  const digest = /digest: (sha256:[0-9a-f]{64})/.exec(pushed)?.[1] ?? '';
  assert.equal(await manifestDigest(ours, 'team/docker:one'), digest);
  assert.match(succeeded(await docker(['push', name])), /Layer already exists/);

  const other = `${ours.host}/mirror/docker:two`;
  succeeded(await docker(['tag', name, other]));
  assert.match(succeeded(await docker(['push', other])), /Mounted from team\/docker/);
  assert.equal(await manifestDigest(ours, 'mirror/docker:two'), digest);
  assert.deepEqual(await tags(ours, 'mirror/docker'), ['two']);
  const bodies = gateway.accessLines().filter(({ method, status }) => method === 'PATCH' && status === 202);
  assert.equal(bodies.length, 6, 'four layers were sent once, and a config to each repository');

  const id = succeeded(await docker(['image', 'inspect', '--format', '{{.Id}}', name])).trim();
  succeeded(await docker(['rmi', '--force', id]));
  const byDigest = `${ours.host}/mirror/docker@${digest}`;
  for (const reference of [name, byDigest]) {
    succeeded(await docker(['pull', '--quiet', reference]));
    assert.equal(succeeded(await docker(['image', 'inspect', '--format', '{{.Id}}', reference])).trim(), id);
    succeeded(await docker(['rmi', '--force', id]));
  }
  await pull(ours, 'team/docker:one', `dir:${temporaryDirectory(t)}`);
  const missing = await docker(['pull', `${ours.host}/team/docker:none`]);
  assert.match(missing.stderr, /manifest unknown|not found/);
  assert.ok(gateway.log.every((line) => Number(line['level']) < 50));
});
