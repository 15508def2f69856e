import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { nearest } from '../configuration/nearest.js';
import { ConfigurationError } from '../configuration/problem.js';
import { registerAccessCommand } from './access.js';
import { registerCertCommand } from './cert.js';
import { registerCheckCommand } from './check.js';
import { CommandFailure } from './command-failure.js';
import { registerImportCommand } from './import.js';
import { registerRegistryCommand } from './registry/registry.js';
import { registerServeCommand } from './serve.js';
import { registerTokenCommand } from './token.js';
import { registerUserCommand } from './user.js';

/**
 * Runs a command line.
 *
 * @param words without the name of the program
 * @returns the exit code: 0 fine, 1 the work failed, 2 the command line or the configuration is wrong
 */
export async function run(words: readonly string[]): Promise<number> {
  const program = new Command('dockgate')
    .description(
      'One command puts TLS and passwords in front of a container registry, your own or the one built in.',
    )
    .version(readVersion(), '--version', 'print the version')
    .exitOverride()
    .showHelpAfterError('(dockgate --help tells more)');
  registerServeCommand(program);
  registerCheckCommand(program);
  registerUserCommand(program);
  registerTokenCommand(program);
  registerAccessCommand(program);
  registerCertCommand(program);
  registerImportCommand(program);
  registerRegistryCommand(program);
  try {
    refuseUnknownCommand(program, words[0]);
    await program.parseAsync(words, { from: 'user' });
    return 0;
  } catch (error) {
    return report(error);
  }
}

/** A default command takes every unknown word for an argument of its own, and its complaint leads nowhere. */
function refuseUnknownCommand(program: Command, word: string | undefined): void {
  if (word === undefined || word.startsWith('-')) return;
  const names = ['help', ...program.commands.map((command) => command.name())];
  if (names.includes(word)) return;
  const meant = nearest(word, names);
  program.error(`error: unknown command '${word}'${meant === undefined ? '' : ` (did you mean ${meant}?)`}`);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof ConfigurationError) {
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  if (error instanceof CommandFailure) {
    if (error.message !== '') process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  process.stderr.write(
    `dockgate: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return 1;
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  return version;
}
