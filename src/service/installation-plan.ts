import type { FirstChoices } from './first-configuration.js';
import { locations } from './locations.js';
import type { Machine } from './machine.js';
import { ServiceFailure } from './service-failure.js';
import { serviceUnit } from './service-unit.js';
import { type SettledConfiguration, settleConfiguration } from './settled-configuration.js';
import { socketUnit } from './socket-unit.js';
import { userFault } from './user-entry.js';

/** What somebody wants to have installed. */
export interface InstallationOptions {
  /** The configuration file; undefined: `/etc/dockgate/dockgate.yaml`, which is written when it is missing. */
  readonly config: string | undefined;
  readonly choices: FirstChoices;
  readonly user: string;
  /** Replace units that somebody has changed. */
  readonly force: boolean;
  /** Start it, not only at the next start of the machine. */
  readonly start: boolean;
  /** Where to write in place of `/`; then no programs run. */
  readonly root: string | undefined;
  /** Path of Node, and of dockgate's executable. */
  readonly node: string;
  readonly program: string;
}

/** What the steps of an installation share. */
export interface Installation extends InstallationOptions {
  readonly machine: Machine;
  /** One line for the person who waits. */
  readonly tell: (line: string) => void;
  readonly settled: SettledConfiguration;
  /** `/`, or what takes its place. */
  readonly base: string;
}

/** A file that an installation writes, and that uninstalling removes. */
export interface InstalledFile {
  /** Path in the running system. */
  readonly path: string;
  readonly text: string;
}

/**
 * Checks what is asked for, and reads the configuration. Changes nothing.
 *
 * @throws {ServiceFailure} @throws {ConfigurationError}
 */
export async function planInstallation(
  options: InstallationOptions,
  machine: Machine,
  tell: (line: string) => void,
): Promise<Installation> {
  const fault = userFault(options.user);
  if (fault !== undefined) throw new ServiceFailure(`--user ${fault}.`);
  const base = options.root ?? '/';
  const settled = await settleConfiguration(options.config, options.choices, base);
  return { ...options, machine, tell, settled, base };
}

/** The units, whole. @throws {ConfigurationError} when `listen` cannot be listened on by systemd */
export function unitsOf({ settled, user, node, program }: Installation): readonly InstalledFile[] {
  const { file, configuration, lacksControl: namesControl } = settled;
  return [
    {
      path: locations.serviceUnit,
      text: serviceUnit({ node, program, file, user, configuration, namesControl }),
    },
    { path: locations.socketUnit, text: socketUnit(configuration.listen) },
  ];
}
