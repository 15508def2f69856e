import { join, resolve } from 'node:path';
import type { Configuration } from '../configuration/configuration.js';
import { loadConfiguration } from '../configuration/load.js';
import { type FirstChoices, firstConfiguration, firstEnvironment } from './first-configuration.js';
import { locations } from './locations.js';
import { contentOf } from './placed-file.js';
import { ServiceFailure } from './service-failure.js';

/** The configuration that the service will run with. */
export interface SettledConfiguration {
  /** Path in the running system. */
  readonly file: string;
  readonly configuration: Configuration;
  /** What to write, when there is no file yet. */
  readonly text: string | undefined;
  /** The file names no control socket. */
  readonly lacksControl: boolean;
}

/**
 * Reads the configuration as the service will: from its working directory, and with nothing of this shell's environment.
 *
 * @param named what `--config` says
 * @param root directory in whose place the running system's `/` will be
 * @throws {ServiceFailure} when the named file does not exist
 * @throws {ConfigurationError} with everything that is wrong in it
 */
export async function settleConfiguration(
  named: string | undefined,
  choices: FirstChoices,
  root: string,
): Promise<SettledConfiguration> {
  const file = named === undefined ? locations.configuration : resolve(named);
  const place = join(root, file);
  const directory = locations.state;
  if ((await contentOf(place)) !== undefined) {
    refuseChoices(choices, place);
    const configuration = await loadConfiguration({ flags: { config: place }, environment: {}, directory });
    const lacksControl = configuration.control === resolve(directory, 'dockgate.sock');
    return { file, configuration: withoutRoot(configuration, root), text: undefined, lacksControl };
  }
  if (named !== undefined) {
    throw new ServiceFailure(
      `${place} does not exist. Leave --config out, and a first ${locations.configuration} is written.`,
    );
  }
  // Not from the working directory of a service that is there already: what lies there by that name is not this file.
  const environment = { ...firstEnvironment(choices), DOCKGATE_CONFIG: '/dev/null' };
  const configuration = await loadConfiguration({ flags: {}, environment, directory });
  return { file, configuration, text: firstConfiguration(choices), lacksControl: false };
}

function refuseChoices(choices: FirstChoices, place: string): void {
  const isEmpty =
    choices.listen.length === 0 && choices.hostnames.length === 0 && choices.upstream === undefined;
  if (isEmpty) return;
  throw new ServiceFailure(
    `${place} exists, and is never changed here: write what --listen, --hostname and --upstream say into it, and leave them out.`,
  );
}

/** Relative paths in the file were resolved below the other root. */
function withoutRoot(configuration: Configuration, root: string): Configuration {
  if (root === '/') return configuration;
  const strip = (value: unknown): unknown => {
    if (typeof value === 'string') return value.startsWith(`${root}/`) ? value.slice(root.length) : value;
    if (Array.isArray(value)) return value.map(strip);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, strip(each)]));
  };
  return strip(configuration) as Configuration;
}
