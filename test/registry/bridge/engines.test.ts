import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../../harness/directory.js';
import { unpackedTree } from '../../harness/file-tree.js';
import { PASSWORD, startTestGateway, type TestGateway, USER } from '../../harness/gateway.js';
import { memoryDirectory } from '../../harness/memory-directory.js';
import { makeOldRegistry, type OldRegistry } from '../../harness/old-registry.js';
import { type ProgramResult, requireProgram, runProgram } from '../../harness/program.js';
import { skopeoFor, trustDirectory } from '../../harness/skopeo.js';
import { requireEngine, startContainerd, startDockerEngine } from '../interop/daemon.js';
import { succeeded } from '../interop/skopeo.js';

/** The real gateway over the directory of an old registry. */
async function gatewayOverOld(t: TestContext): Promise<{ gateway: TestGateway; old: OldRegistry }> {
  const data = memoryDirectory(t);
  const old = await makeOldRegistry(data, { damage: false });
  return { gateway: await startTestGateway(t, { data }), old };
}

/** What every engine is to pull: `name:tag`, with gzip, plain and xz layers, and an image with nothing in it. */
const PULLED = [
  'busybox:latest',
  'vinod1/web:v1',
  'vinod1/web:latest',
  'team-a/database:latest',
  'team-a/first:2013',
  'scratch:latest',
];

interface Settings {
  readonly Config?: { readonly Cmd?: readonly string[] | null };
}

test('podman pulls old images through the gateway', requireProgram('podman', 'podman'), async (t) => {
  const { gateway } = await gatewayOverOld(t);
  const scratch = temporaryDirectory(t);
  const storage = ['--root', join(scratch, 'root'), '--runroot', join(scratch, 'run')];
  const engine = ['--storage-driver', 'vfs', '--cgroup-manager', 'cgroupfs', '--events-backend', 'file'];
  const podman = (...words: readonly string[]): Promise<ProgramResult> =>
    runProgram('podman', [...storage, ...engine, ...words]);
  const access = ['--creds', `${USER}:${PASSWORD}`, '--cert-dir', trustDirectory(t, gateway.ca)];
  for (const name of PULLED) {
    const place = `localhost:${gateway.port}/${name}`;
    const pulled = await podman('pull', '--quiet', ...access, place);
    if (/operation not permitted|cannot clone|newuidmap/.test(pulled.stderr) && name === PULLED[0])
      return t.skip(`podman cannot keep images on this machine: ${pulled.stderr.trim().split('\n').at(-1)}`);
    succeeded(pulled);
    const [shown] = JSON.parse(succeeded(await podman('image', 'inspect', place))) as Settings[];
    if (name === 'vinod1/web:v1') assert.deepEqual(shown?.Config?.Cmd, ['/bin/sh', '-c', 'serve']);
  }
});

test(
  'containerd pulls old images through the gateway',
  requireEngine('containerd', 'containerd'),
  async (t) => {
    const engine = await startContainerd(t);
    if (typeof engine === 'string') return t.skip(engine);
    const { gateway } = await gatewayOverOld(t);
    const scratch = temporaryDirectory(t);
    const host = `localhost:${gateway.port}`;
    mkdirSync(join(scratch, 'hosts', host), { recursive: true });
    const authority = join(trustDirectory(t, gateway.ca), 'ca.crt');
    writeFileSync(
      join(scratch, 'hosts', host, 'hosts.toml'),
      `server = "${gateway.url}"\n[host."${gateway.url}"]\nca = "${authority}"\n`,
    );
    const access = ['--hosts-dir', join(scratch, 'hosts'), '--user', `${USER}:${PASSWORD}`];
    for (const name of PULLED) {
      const words = ['images', 'pull', '--snapshotter', 'native', '--platform', 'linux/amd64', ...access];
      succeeded(await runProgram('ctr', ['--address', engine.socket, ...words, `${host}/${name}`]));
    }
  },
);

test(
  'the docker engine pulls old images through the gateway',
  requireEngine('dockerd', 'docker'),
  async (t) => {
    const engine = await startDockerEngine(t);
    if (typeof engine === 'string') return t.skip(engine);
    const { gateway } = await gatewayOverOld(t);
    const host = `localhost:${gateway.port}`;
    const environment = { ...process.env, DOCKER_CONFIG: temporaryDirectory(t) };
    const docker = (...words: readonly string[]): Promise<ProgramResult> =>
      runProgram('docker', ['--host', `unix://${engine.socket}`, ...words], { environment });
    succeeded(await docker('login', '--username', USER, '--password', PASSWORD, host));
    for (const name of PULLED) {
      succeeded(await docker('pull', `${host}/${name}`));
      const [shown] = JSON.parse(
        succeeded(await docker('image', 'inspect', `${host}/${name}`)),
      ) as Settings[];
      if (name === 'vinod1/web:v1') assert.deepEqual(shown?.Config?.Cmd, ['/bin/sh', '-c', 'serve']);
    }
  },
);

test('skopeo turns old images into OCI images on the way', requireProgram('skopeo', 'skopeo'), async (t) => {
  const { gateway, old } = await gatewayOverOld(t);
  const skopeo = skopeoFor(t, gateway);
  for (const [name, path] of [
    ['vinod1/web', 'vinod1/web'],
    ['busybox', 'library/busybox'],
  ] as const) {
    const directory = temporaryDirectory(t);
    const words = ['copy', '--format', 'oci', '--src-creds', `${USER}:${PASSWORD}`];
    const trust = ['--src-cert-dir', trustDirectory(t, gateway.ca)];
    succeeded(
      await runProgram('skopeo', [
        '--insecure-policy',
        ...words,
        ...trust,
        skopeo.image(`${name}:latest`),
        `dir:${directory}`,
      ]),
    );
    const { layers } = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as {
      layers: { mediaType: string; digest: string }[];
    };
    assert.ok(
      layers.every(({ mediaType }) => mediaType.startsWith('application/vnd.oci.image.layer.v1.tar')),
    );
    const files = layers.map(({ digest }) => join(directory, digest.replace('sha256:', '')));
    assert.deepEqual(await unpackedTree(files), old.image(path, 'latest').tree);
  }
});
