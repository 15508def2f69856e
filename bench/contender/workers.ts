import { join } from 'node:path';
import type { Stage } from '../stage.js';
import { writeConfiguration } from '../stage.js';
import { Contender } from './contender.js';
import { cleanEnvironment } from './dockgate.js';

/** The user may see a few repositories: the others are looked at and left out. */
const CONFIGURATION = `access:
  rules:
    - allow: catalog
      users: '*'
    - allow: pull
      repositories: [bench/**, group-000/image-0000*]
      users: '*'
`;

/** dockgate with its built-in registry and so many workers. @param count 0: one process, without a primary */
export async function startWorkers(
  stage: Stage,
  name: string,
  data: string,
  count: number,
): Promise<Contender> {
  const service = await stage.serve(
    'dockgate-workers',
    (place) => [
      process.execPath,
      join(stage.root, 'bin', 'dockgate.js'),
      'serve',
      ...['--config', writeConfiguration(place, 'dockgate.yaml', CONFIGURATION)],
      ...['--listen', `127.0.0.1:${place.port}`],
      ...['--htpasswd', stage.identity.files.apr1],
      ...['--cert', stage.certificate.certificate, '--key', stage.certificate.key],
      ...['--certs', join(place.directory, 'certs'), '--grace', '0s', '--data', data],
      ...(count === 0 ? [] : ['--workers', String(count)]),
    ],
    cleanEnvironment(),
  );
  return new Contender(name, [service]);
}
