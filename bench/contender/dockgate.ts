import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Service } from '../machine/service.js';
import type { Stage } from '../stage.js';
import { Contender, type Scheme, type Starter } from './contender.js';

/** This process's environment without settings of dockgate. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('DOCKGATE_')));
}

async function serve(stage: Stage, scheme: Scheme, backend: readonly string[]): Promise<Service> {
  const { profile } = stage.options;
  if (profile !== undefined) mkdirSync(resolve(profile), { recursive: true });
  const flags = profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', resolve(profile)];
  return stage.serve(
    'dockgate',
    ({ port, directory }) => [
      process.execPath,
      ...flags,
      join(stage.root, 'bin', 'dockgate.js'),
      'serve',
      ...['--listen', `127.0.0.1:${port}`],
      ...['--htpasswd', stage.identity.files[scheme]],
      ...['--cert', stage.certificate.certificate, '--key', stage.certificate.key],
      ...['--certs', join(directory, 'certs'), '--grace', '0s'],
      ...backend,
    ],
    cleanEnvironment(),
  );
}

/** dockgate in front of a registry, with the settings that it has by default. */
export const startDockgate: Starter = async (stage, { scheme, upstream }) =>
  new Contender('dockgate', [await serve(stage, scheme, ['--upstream', upstream])]);

/** The name of {@link startEmbedded}. */
export const BUILT_IN = 'dockgate, built-in registry';

/** dockgate with its built-in registry. @param data its directory */
export async function startEmbedded(
  stage: Stage,
  scheme: Scheme,
  data: string,
  name = BUILT_IN,
): Promise<Contender> {
  return new Contender(name, [await serve(stage, scheme, ['--data', data])]);
}
