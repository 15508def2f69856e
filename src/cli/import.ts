import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { importDockerRegistry } from '../configuration/docker-registry/import.js';
import { readTextFile, UnusableFile } from '../configuration/file.js';
import { formatProblem } from '../configuration/problem.js';
import type { Surroundings } from './check.js';
import { CommandFailure } from './command-failure.js';

interface ImportFlags {
  readonly flavor?: string;
  readonly output?: string;
}

/** Variable that named the file to docker-registry. */
const fileVariable = 'DOCKER_REGISTRY_CONFIG';

/** Adds `dockgate import`: makes a configuration from that of another registry. Changes nothing there. */
export function registerImportCommand(
  program: Command,
  surroundings: Surroundings = { environment: process.env, directory: process.cwd() },
): void {
  const { environment, directory } = surroundings;
  const print = (text: string): void => program.configureOutput().writeOut?.(text);
  const warn = (text: string): void => program.configureOutput().writeErr?.(text);
  const group = program
    .command('import')
    .description('make a configuration from that of another registry')
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
      const problems = imported.problems.map((problem) => `${formatProblem(problem)}\n`).join('');
      if (imported.text === undefined) throw new CommandFailure(problems.trimEnd(), 1);
      if (output === undefined) print(imported.text);
      else await writeNew(resolve(directory, output), output, imported.text);
      warn(problems);
      if (output !== undefined) {
        warn(`Made ${output}. Look through it, then try: dockgate check --config ${output}\n`);
      }
    });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

async function readText(path: string, name: string): Promise<string> {
  try {
    return await readTextFile(path);
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    throw new CommandFailure(`${name} ${error.message}.`);
  }
}

/** A configuration that is there already stays: it may be in use. */
async function writeNew(path: string, name: string, text: string): Promise<void> {
  try {
    const handle = await open(path, 'wx', 0o644);
    try {
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = codeOf(error);
    const why = code === 'EEXIST' ? 'exists already; nothing was written' : `cannot be written (${code})`;
    throw new CommandFailure(`${name} ${why}.`);
  }
}
