import { join } from 'node:path';
import type { Configuration } from '../../configuration/configuration.js';
import { loadConfiguration } from '../../configuration/load.js';
import type { Credentials } from '../../remote/authorization.js';
import { RegistryClient } from '../../remote/registry-client.js';
import type { Trust } from '../../remote/transport.js';
import { parseChain } from '../../tls/certificate-chain.js';
import { exists, read } from '../../tls/directory.js';
import { CommandFailure } from '../command-failure.js';
import { readPassword } from '../password-input.js';
import type { PlaceFlags } from './options.js';
import type { Surroundings } from './surroundings.js';

/** Flags that mean nothing for a directory. */
const FOR_REMOTE = ['user', 'passwordStdin', 'ca', 'certs', 'tokenRealm'] as const;

/** What a command needs to reach its registry. */
export interface Opening {
  readonly flags: PlaceFlags;
  readonly surroundings: Surroundings;
  /** Shows a prompt. */
  readonly show: (text: string) => void;
  readonly signal: AbortSignal;
}

/**
 * What the flags, the environment and the configuration say of the registry on this machine.
 *
 * @throws {CommandFailure} with code 2 for flags that have no effect here.
 */
export async function directoryConfiguration({ flags, surroundings }: Opening): Promise<Configuration> {
  const [unused] = FOR_REMOTE.filter((name) => flags[name] !== undefined);
  if (unused !== undefined) {
    const flag = unused.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new CommandFailure(
      `--${flag} has an effect on a registry named with https:// only, and none is named.`,
      2,
    );
  }
  return configurationOf({ flags, surroundings });
}

/**
 * A client for the registry at an address.
 *
 * @throws {CommandFailure} with code 2 for flags that have no effect here, {ConfigurationError} for a bad file.
 */
export async function openRemote(origin: URL, opening: Opening): Promise<RegistryClient> {
  const { flags, signal } = opening;
  if (flags.data !== undefined) {
    throw new CommandFailure(
      '--data names a directory and https:// another registry. Give one of the two.',
      2,
    );
  }
  if (flags.passwordStdin === true && flags.user === undefined) {
    throw new CommandFailure('--password-stdin needs the name of the user: give --user NAME too.', 2);
  }
  return new RegistryClient({
    origin,
    signal,
    trust: origin.protocol === 'https:' ? await trustOf(opening) : undefined,
    credentials: await credentialsOf(opening, origin),
    tokenRealms: flags.tokenRealm,
  });
}

async function credentialsOf(
  { flags, surroundings, show }: Opening,
  origin: URL,
): Promise<Credentials | undefined> {
  const { user } = flags;
  if (user === undefined) return undefined;
  if (user === '' || /[:\u0000-\u001f\u007f]/.test(user)) {
    throw new CommandFailure('The name of a user has at least one character, and no colon (RFC 7617).', 2);
  }
  const source = { keyboard: surroundings.keyboard, fromInput: flags.passwordStdin === true, show };
  return { user, password: await readPassword(source, `Password of ${user} at ${origin.host}: `) };
}

async function trustOf({ flags, surroundings }: Opening): Promise<Trust | undefined> {
  if (flags.ca !== undefined) return { authorities: await authorities(flags.ca), alone: true };
  const { certs } = await configurationOf({ flags, surroundings });
  const own = join(certs, 'ca.crt');
  return (await exists(own)) ? { authorities: await authorities(own), alone: false } : undefined;
}

async function authorities(file: string): Promise<string> {
  const pem = await read(file);
  parseChain(pem, file);
  return pem.toString();
}

function configurationOf({
  flags,
  surroundings,
}: Pick<Opening, 'flags' | 'surroundings'>): Promise<Configuration> {
  const { config, data, certs } = flags;
  return loadConfiguration({
    flags: {
      ...(config === undefined ? {} : { config }),
      ...(data === undefined ? {} : { data }),
      ...(certs === undefined ? {} : { certs }),
    },
    environment: surroundings.environment,
    directory: surroundings.directory,
  });
}
