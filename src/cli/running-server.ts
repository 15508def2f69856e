import { resolve } from 'node:path';
import { findControlPath } from '../configuration/control-path.js';
import { configVariable, defaultFile } from '../configuration/flags.js';
import { ControlClient, ControlFailure } from '../monitor/control-client.js';
import { locations } from '../service/locations.js';
import { installedConfiguration } from '../service/service-status.js';
import { CommandFailure } from './command-failure.js';
import { printable } from './registry/printable.js';

/** Where a command runs. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  /** The unit of systemd's service; the usual one when undefined. */
  readonly unit?: string;
}

/** How a command is told which server is meant. */
export interface ServerFlags {
  /** The configuration file of the server. */
  readonly config?: string | undefined;
  /** The socket itself. */
  readonly control?: string | undefined;
}

/** Finds the server that runs with a configuration, however broken that has become. @throws {CommandFailure} */
export async function findServer({ config, control }: ServerFlags, surroundings: Surroundings) {
  const path =
    control === undefined
      ? await findControlPath(await inputOf(config, surroundings))
      : resolve(surroundings.directory, control);
  if (path !== undefined) return new ControlClient(path);
  throw new CommandFailure(
    'The running server cannot be asked: "control" is off in its configuration. Send it SIGHUP instead, or name the socket with --control.',
  );
}

/** The file of the service is read as the service reads it: its unit may name the socket, and it works elsewhere. */
async function inputOf(config: string | undefined, { environment, directory, unit }: Surroundings) {
  const file = resolve(directory, config ?? environment[configVariable] ?? defaultFile);
  const installed = await installedConfiguration(unit);
  if (installed?.file !== file) {
    return { flags: config === undefined ? {} : { config }, environment, directory };
  }
  return {
    flags: { config: file },
    environment: { ...installed.environment, ...environment },
    directory: locations.state,
  };
}

/** What a server could not be asked for is the command's failure. */
export async function asked<Answer>(asking: Promise<Answer>): Promise<Answer> {
  try {
    return await asking;
  } catch (error) {
    if (!(error instanceof ControlFailure)) throw error;
    throw new CommandFailure(printable(error.message), 1, { cause: error });
  }
}
