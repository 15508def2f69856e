import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { findControlPath } from '../configuration/control-path.js';
import { install } from '../service/installation.js';
import { planInstallation } from '../service/installation-plan.js';
import { locations, usualUser } from '../service/locations.js';
import { type Machine, thisMachine } from '../service/machine.js';
import { previewInstallation } from '../service/preview.js';
import { uninstall } from '../service/removal.js';
import { ServiceFailure } from '../service/service-failure.js';
import { installedConfiguration, serviceStatus } from '../service/service-status.js';
import { CommandFailure } from './command-failure.js';
import { formatServiceStatus } from './service-summary.js';

interface InstallFlags {
  readonly config?: string;
  readonly user: string;
  readonly listen?: readonly string[];
  readonly hostname?: readonly string[];
  readonly upstream?: string;
  readonly print?: boolean;
  readonly start: boolean;
  readonly force?: boolean;
  readonly root?: string;
}

interface StatusFlags {
  readonly config?: string;
  readonly json?: boolean;
}

/** systemctl's code for "not running" (LSB). */
const NOT_RUNNING = 3;

/** Adds `dockgate service …`: dockgate as a service of systemd. */
export function registerServiceCommand(program: Command, machine: Machine = thisMachine): void {
  const print = (text: string): void => program.configureOutput().writeOut?.(`${text}\n`);
  const service = program
    .command('service')
    .description('install, remove and look at the service of systemd');
  const root = () => new Option('--root <DIR>', 'write below DIR in place of /, and run no programs');

  service
    .command('install')
    .description(
      'write the units and a first configuration, and start the service; a second time bring it up to date',
    )
    .option(
      '--config <FILE>',
      `the configuration file (default: ${locations.configuration}, made when missing)`,
    )
    .option('--user <NAME>', 'the user that it runs as, made when missing', usualUser)
    .option('--listen <HOST:PORT>', 'for the first configuration; several allowed', collect)
    .option('--hostname <NAME>', 'for the first configuration; several allowed', collect)
    .option('--upstream <URL>', 'for the first configuration')
    .option('--print', 'show what would be written and run, and change nothing')
    .option('--no-start', 'let it start with the machine, but not now')
    .option('--force', 'replace units that somebody has changed')
    .addOption(root())
    .action((flags: InstallFlags) => work(() => runInstall(flags, machine, print)));

  service
    .command('uninstall')
    .description('stop the service and remove its units; data, configuration and user stay')
    .option('--force', 'remove units that somebody has changed, too')
    .addOption(root())
    .action(({ force = false, root: directory }: InstallFlags) =>
      work(() => uninstall({ force, root: absolute(directory) }, machine, print)),
    );

  service
    .command('status')
    .description('show whether the service runs, and how it does; exit code 3 when it does not run')
    .option(
      '--config <FILE>',
      'the configuration that names the control socket (default: that of the service)',
    )
    .option('--json', 'for programs')
    .action((flags: StatusFlags) => work(() => runStatus(flags, machine, print)));
}

async function runInstall(
  flags: InstallFlags,
  machine: Machine,
  print: (text: string) => void,
): Promise<void> {
  const { config, user, listen = [], hostname = [], upstream, start, force = false, root } = flags;
  const options = {
    ...{ config, user, start, force, root: absolute(root) },
    choices: { listen, hostnames: hostname, upstream },
    node: process.execPath,
    // A link, as npm makes one for each program, may change its end.
    program: realpathSync(process.argv[1] ?? ''),
  };
  const installation = await planInstallation(options, machine, print);
  if (flags.print === true) print(await previewInstallation(installation));
  else await install(installation);
}

async function runStatus(
  { config, json }: StatusFlags,
  machine: Machine,
  print: (text: string) => void,
): Promise<void> {
  const status = await serviceStatus(machine, await controlSocket(config));
  print(json === true ? JSON.stringify(status, undefined, 2) : formatServiceStatus(status));
  if (status.state !== 'active' && status.state !== 'reloading') throw new CommandFailure('', NOT_RUNNING);
}

/** A configuration that is broken by now is no reason not to say how the service does. */
async function controlSocket(config: string | undefined): Promise<string | undefined> {
  const installed = await installedConfiguration();
  const file = config ?? installed?.file ?? locations.configuration;
  const environment = installed?.environment ?? {};
  return findControlPath({ flags: { config: file }, environment, directory: locations.state });
}

async function work(task: () => Promise<void>): Promise<void> {
  try {
    await task();
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
    throw new CommandFailure(error.message, 1, { cause: error });
  }
}

function absolute(directory: string | undefined): string | undefined {
  return directory === undefined ? undefined : resolve(directory);
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
