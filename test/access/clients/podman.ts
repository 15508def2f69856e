import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../../harness/directory.js';
import { USER } from '../../harness/gateway.js';
import { runProgram } from '../../harness/program.js';
import { trustDirectory } from '../../harness/skopeo.js';
import type { OpenClient } from './client.js';

/** podman, with a storage of its own. */
export const openPodman: OpenClient = async (test, { gateway, host, layout }) => {
  const scratch = temporaryDirectory(test);
  const trust = ['--cert-dir', trustDirectory(test, gateway.ca)];
  const storage = ['--root', join(scratch, 'root'), '--runroot', join(scratch, 'run')];
  const engine = ['--storage-driver', 'vfs', '--cgroup-manager', 'cgroupfs', '--events-backend', 'file'];
  const podman = (words: readonly string[], input?: string) =>
    runProgram('podman', [...storage, ...engine, ...words], input === undefined ? {} : { input });
  const nobody = ['--authfile', join(scratch, 'nobody.json')];
  writeFileSync(join(scratch, 'nobody.json'), '{}');
  const archive = join(scratch, 'image.tar');
  await runProgram('tar', ['-cf', archive, '-C', layout, '.']);
  const loaded = await podman(['pull', '--quiet', `oci-archive:${archive}`]);
  if (loaded.code !== 0)
    return `podman cannot keep images on this machine: ${loaded.stderr.trim().split('\n').at(-1)}`;
  const id = loaded.stdout.trim();
  const access = (password: string | undefined): string[] =>
    password === undefined ? nobody : ['--creds', `${USER}:${password}`];
  return {
    name: 'podman',
    pull: (name, password) => podman(['pull', '--quiet', ...access(password), ...trust, `${host}/${name}`]),
    push: (name, password) =>
      podman(['push', '--quiet', ...access(password), ...trust, id, `${host}/${name}`]),
    login: (password) =>
      podman(
        ['login', '--authfile', join(scratch, 'auth.json'), ...trust, '-u', USER, '--password-stdin', host],
        password,
      ),
  };
};
