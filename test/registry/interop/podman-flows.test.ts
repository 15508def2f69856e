import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../../harness/directory.js';
import { PASSWORD, startTestGateway, USER } from '../../harness/gateway.js';
import { makeOciLayout } from '../../harness/oci-layout.js';
import { requireProgram, runProgram } from '../../harness/program.js';
import { trustDirectory } from '../../harness/skopeo.js';
import { dockgateAt, manifestDigest, succeeded, tags } from './skopeo.js';

test(
  'podman pushes an image in both forms, and a manifest list of its own',
  requireProgram('podman', 'podman'),
  async (t) => {
    const gateway = await startTestGateway(t);
    const ours = dockgateAt(t, gateway);
    const scratch = temporaryDirectory(t);
    const storage = ['--root', join(scratch, 'root'), '--runroot', join(scratch, 'run')];
    const engine = ['--storage-driver', 'vfs', '--cgroup-manager', 'cgroupfs', '--events-backend', 'file'];
    const podman = (...words: readonly string[]) => runProgram('podman', [...storage, ...engine, ...words]);
    const access = ['--creds', `${USER}:${PASSWORD}`, '--cert-dir', trustDirectory(t, gateway.ca)];
    await makeOciLayout(join(scratch, 'made'), { tag: 'one', layers: 2, layerBytes: 100_000, seed: 81 });
    const archive = join(scratch, 'made.tar');
    succeeded(await runProgram('tar', ['-cf', archive, '-C', join(scratch, 'made'), '.']));
    const loaded = await podman('pull', '--quiet', `oci-archive:${archive}`);
    if (loaded.code !== 0)
      return t.skip(`podman cannot keep images on this machine: ${loaded.stderr.trim().split('\n').at(-1)}`);
    const id = loaded.stdout.trim();
    for (const [format, mediaType] of [
      ['oci', 'application/vnd.oci.image.manifest.v1+json'],
      ['v2s2', 'application/vnd.docker.distribution.manifest.v2+json'],
    ] as const) {
      const place = `${ours.host}/team/podman:${format}`;
      succeeded(await podman('push', '--quiet', '--format', format, ...access, id, place));
      const reply = await ours.ask(`/v2/team/podman/manifests/${format}`, { method: 'HEAD' });
      assert.equal(reply.headers['content-type'], mediaType);
    }
    succeeded(await podman('manifest', 'create', 'list'));
    for (const format of ['oci', 'v2s2'])
      succeeded(
        await podman('manifest', 'add', ...access, 'list', `docker://${ours.host}/team/podman:${format}`),
      );
    const list = `docker://${ours.host}/team/list:1`;
    succeeded(await podman('manifest', 'push', '--all', ...access, 'list', list));
    assert.deepEqual(await tags(ours, 'team/list'), ['1']);
    succeeded(await podman('rmi', '--all', '--force'));
    const digest = await manifestDigest(ours, 'team/list:1');
    assert.equal(
      succeeded(await podman('pull', '--quiet', ...access, `${ours.host}/team/list@${digest}`)).trim(),
      id,
    );
  },
);
