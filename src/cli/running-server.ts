import { resolve } from 'node:path';
import { findControlPath } from '../configuration/control-path.js';
import { ControlClient, ControlFailure } from '../monitor/control-client.js';
import { CommandFailure } from './command-failure.js';
import { printable } from './registry/printable.js';

/** Where a command runs. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
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
  const { environment, directory } = surroundings;
  const flags = config === undefined ? {} : { config };
  const path =
    control === undefined
      ? await findControlPath({ flags, environment, directory })
      : resolve(directory, control);
  if (path !== undefined) return new ControlClient(path);
  throw new CommandFailure(
    'The running server cannot be asked: "control" is off in its configuration. Send it SIGHUP instead, or name the socket with --control.',
  );
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
