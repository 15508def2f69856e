import { join } from 'node:path';
import { findProgram, has, type Machine } from './machine.js';
import { findSystemStore } from './system-store.js';

/** Who is made to trust an authority. */
export type Client = 'system' | 'docker' | 'podman' | 'containerd';

export const CLIENTS: readonly Client[] = ['system', 'docker', 'podman', 'containerd'];

/** Those that are there: by their programs, or by the directories that they were configured in. */
export function installedClients(machine: Machine): readonly Client[] {
  if (machine.platform === 'win32') return ['system'];
  const isThere = (directories: readonly string[], programs: readonly string[]): boolean =>
    directories.some((directory) => has(machine, directory)) ||
    programs.some((program) => findProgram(machine, program) !== undefined);
  const hasStore = machine.platform === 'darwin' || findSystemStore(machine) !== undefined;
  return [
    ...(hasStore ? (['system'] as const) : []),
    ...(isThere(['/etc/docker'], ['docker', 'dockerd']) ? (['docker'] as const) : []),
    ...(isThere(['/etc/containers'], ['podman', 'skopeo', 'buildah']) ? (['podman'] as const) : []),
    ...(isThere(['/etc/containerd'], ['containerd', 'nerdctl']) ? (['containerd'] as const) : []),
  ];
}

/** The directory in which a client has one for each registry, called like it. */
export function registriesDirectory(client: Exclude<Client, 'system'>, machine: Machine): string {
  const isPerson = machine.user !== 0 && !machine.isImage;
  const { environment, home } = machine;
  const own = environment['XDG_CONFIG_HOME']?.startsWith('/')
    ? environment['XDG_CONFIG_HOME']
    : join(home, '.config');
  if (client === 'docker') {
    if (machine.platform === 'darwin') return join(home, '.docker/certs.d');
    // An engine that runs without root looks in the directory of the person whose it is.
    const isRootless = isPerson && /^unix:\/\/\/run\/user\//.test(environment['DOCKER_HOST'] ?? '');
    return isRootless ? join(own, 'docker/certs.d') : '/etc/docker/certs.d';
  }
  if (client === 'podman') return isPerson ? join(own, 'containers/certs.d') : '/etc/containers/certs.d';
  return '/etc/containerd/certs.d';
}
