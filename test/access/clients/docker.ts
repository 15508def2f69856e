import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../../harness/directory.js';
import { USER } from '../../harness/gateway.js';
import { runProgram } from '../../harness/program.js';
import { startDockerEngine } from '../../registry/interop/daemon.js';
import type { OpenClient } from './client.js';

/** docker's command line and its engine. Registries on `localhost` need no certificate there that it knows. */
export const openDocker: OpenClient = async (test, { host, layout }) => {
  const engine = await startDockerEngine(test);
  if (typeof engine === 'string') return engine;
  const scratch = temporaryDirectory(test);
  const archive = join(scratch, 'image.tar');
  const made = `${host}/made:a`;
  await runProgram('skopeo', [
    '--insecure-policy',
    'copy',
    `oci:${layout}:a`,
    `docker-archive:${archive}:${made}`,
  ]);
  const docker = (settings: string, words: readonly string[], input?: string) =>
    runProgram('docker', ['--config', settings, '--host', `unix://${engine.socket}`, ...words], {
      ...(input === undefined ? {} : { input }),
    });
  const settingsFor = (password: string | undefined): string => {
    const settings = join(scratch, password === undefined ? 'nobody' : 'somebody');
    mkdirSync(settings, { recursive: true });
    const auth = Buffer.from(`${USER}:${password}`).toString('base64');
    const auths = password === undefined ? {} : { [host]: { auth } };
    writeFileSync(join(settings, 'config.json'), JSON.stringify({ auths }));
    return settings;
  };
  await docker(settingsFor(undefined), ['load', '--input', archive]);
  return {
    name: 'docker',
    pull: (name, password) => docker(settingsFor(password), ['pull', '--quiet', `${host}/${name}`]),
    push: async (name, password) => {
      const settings = settingsFor(password);
      await docker(settings, ['tag', made, `${host}/${name}`]);
      return docker(settings, ['push', `${host}/${name}`]);
    },
    login: (password) => {
      const settings = join(scratch, 'login');
      mkdirSync(settings, { recursive: true });
      return docker(settings, ['login', '--username', USER, '--password-stdin', host], password);
    },
  };
};
