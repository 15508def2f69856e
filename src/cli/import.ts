import { resolve } from 'node:path';
import type { Command } from 'commander';
import { importDockerRegistry } from '../configuration/docker-registry/import.js';
import { readTextFile, UnusableFile } from '../configuration/file.js';
import type { Surroundings } from './check.js';
import { CommandFailure } from './command-failure.js';
import { registerSiteImports } from './import-site.js';
import { putOut } from './imported-output.js';

interface ImportFlags {
  readonly flavor?: string;
  readonly output?: string;
}

/** Variable that named the file to docker-registry. */
const fileVariable = 'DOCKER_REGISTRY_CONFIG';

/** Adds `dockgate import`: makes a configuration from that of another program. Changes nothing there. */
export function registerImportCommand(
  program: Command,
  surroundings: Surroundings = { environment: process.env, directory: process.cwd() },
): void {
  const { environment, directory } = surroundings;
  const group = program
    .command('import')
    .description('make a configuration from that of another registry, or of a web server in front of one')
    .helpCommand(false);
  group
    .command('docker-registry')
    .argument('[file]', `config.yml of docker-registry (default: what ${fileVariable} names)`)
    .description('make a dockgate.yaml from the config.yml of docker-registry, the registry of the v1 API')
    .option('--flavor <NAME>', 'part of the file that counts (default: SETTINGS_FLAVOR, or dev)')
    .option('--output <FILE>', 'new file to write (default: standard output)')
    .action(async (named: string | undefined, { flavor, output }: ImportFlags) => {
      const file = named ?? environment[fileVariable] ?? '';
      if (file === '') {
        throw new CommandFailure(`Name the config.yml, or set ${fileVariable}.`, 2);
      }
      const text = await readText(resolve(directory, file), file);
      const imported = importDockerRegistry({ text, file, flavour: flavor, environment });
      await putOut(imported, output, directory, program);
    });
  registerSiteImports(group, program, directory);
}

async function readText(path: string, name: string): Promise<string> {
  try {
    return await readTextFile(path);
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    throw new CommandFailure(`${name} ${error.message}.`);
  }
}
