import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../../harness/directory.js';
import { USER } from '../../harness/gateway.js';
import { runProgram } from '../../harness/program.js';
import { trustDirectory } from '../../harness/skopeo.js';
import { startContainerd } from '../../registry/interop/daemon.js';
import type { OpenClient } from './client.js';

/** containerd, through its own `ctr`. */
export const openContainerd: OpenClient = async (test, { gateway, host, layout }) => {
  const engine = await startContainerd(test);
  if (typeof engine === 'string') return engine;
  const scratch = temporaryDirectory(test);
  const ctr = (...words: readonly string[]) => runProgram('ctr', ['--address', engine.socket, ...words]);
  const place = join(scratch, 'hosts', host);
  mkdirSync(place, { recursive: true });
  const authority = join(trustDirectory(test, gateway.ca), 'ca.crt');
  // Without a server written down, containerd talks plain HTTP to localhost.
  writeFileSync(
    join(place, 'hosts.toml'),
    `server = "${gateway.url}"\n[host."${gateway.url}"]\nca = "${authority}"\n`,
  );
  const archive = join(scratch, 'image.tar');
  const made = `${host}/made:a`;
  await runProgram('skopeo', [
    '--insecure-policy',
    'copy',
    `oci:${layout}:a`,
    `oci-archive:${archive}:${made}`,
  ]);
  const loaded = await ctr('images', 'import', '--no-unpack', archive);
  if (loaded.code !== 0) return `containerd cannot import images on this machine: ${loaded.stderr.trim()}`;
  const access = (password: string | undefined): string[] => [
    ...['--hosts-dir', join(scratch, 'hosts')],
    ...(password === undefined ? [] : ['--user', `${USER}:${password}`]),
  ];
  return {
    name: 'containerd',
    pull: (name, password) => ctr('content', 'fetch', ...access(password), `${host}/${name}`),
    push: (name, password) => ctr('images', 'push', ...access(password), `${host}/${name}`, made),
  };
};
