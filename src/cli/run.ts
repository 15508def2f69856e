import { Command, CommanderError } from 'commander';
import { nearest } from '../configuration/nearest.js';
import { ConfigurationError } from '../configuration/problem.js';
import { CommandFailure } from './command-failure.js';
import { readVersion } from './version.js';

type Loader = () => Promise<(program: Command) => void>;

/** Each command is loaded when it is asked for: what the others need takes longer to load than most of them run. */
const COMMANDS: Readonly<Record<string, Loader>> = {
  serve: async () => (await import('./serve.js')).registerServeCommand,
  check: async () => (await import('./check.js')).registerCheckCommand,
  user: async () => (await import('./user.js')).registerUserCommand,
  token: async () => (await import('./token.js')).registerTokenCommand,
  access: async () => (await import('./access.js')).registerAccessCommand,
  cert: async () => (await import('./cert.js')).registerCertCommand,
  import: async () => (await import('./import.js')).registerImportCommand,
  trust: async () => (await import('./trust.js')).registerTrustCommand,
  service: async () => (await import('./service.js')).registerServiceCommand,
  reload: async () => (await import('./reload.js')).registerReloadCommand,
  top: async () => (await import('./top.js')).registerTopCommand,
  registry: async () => (await import('./registry/registry.js')).registerRegistryCommand,
};

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
  try {
    refuseUnknownCommand(program, words[0]);
    for (const load of commandsFor(words)) (await load())(program);
    await program.parseAsync(words, { from: 'user' });
    return 0;
  } catch (error) {
    return report(error);
  }
}

/** What of the program a command line needs; the help tells of everything. */
function commandsFor(words: readonly string[]): readonly Loader[] {
  const [word] = words;
  const one = word === undefined || isServeFlag(word) ? COMMANDS['serve'] : COMMANDS[word];
  return one === undefined ? Object.values(COMMANDS) : [one];
}

/** `serve` may be left out. */
function isServeFlag(word: string): boolean {
  return word.startsWith('-') && word !== '--help' && word !== '-h';
}

/** A default command takes every unknown word for an argument of its own, and its complaint leads nowhere. */
function refuseUnknownCommand(program: Command, word: string | undefined): void {
  if (word === undefined || word.startsWith('-')) return;
  const names = ['help', ...Object.keys(COMMANDS)];
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
