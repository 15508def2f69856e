import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Action } from '../exchange/action.js';
import { nameFault } from '../htpasswd/index.js';
import {
  ACTIONS,
  createRobot,
  needsRepositories,
  RobotDirectory,
  RobotError,
  RobotFile,
  readLifetime,
  readUses,
  revokeRobot,
  rotateRobot,
  usesPath,
} from '../robots/index.js';
import { CommandFailure } from './command-failure.js';
import { type PasswordSource, readPassword } from './password-input.js';
import { formatTokens, listed, type TokenList } from './token-list.js';
import { checkOutput, type OutputFlags, secretAdvice, secretOutput } from './token-output.js';

interface FileFlags {
  readonly tokens: string;
  readonly json?: boolean;
}

interface CreateFlags extends FileFlags, OutputFlags {
  readonly name: string;
  readonly repository: readonly string[];
  readonly actions: readonly Action[];
  readonly expires: Lifetime;
}

interface RotateFlags extends FileFlags, OutputFlags {
  readonly overlap: number;
  readonly expires?: Lifetime;
}

interface SecretFlags extends Pick<FileFlags, 'tokens'> {
  readonly registry: string;
  readonly format: 'kubernetes' | 'docker';
  readonly secretName?: string;
  readonly namespace?: string;
  readonly passwordStdin?: boolean;
}

/** Milliseconds from now. */
type Lifetime = number | 'never';

/**
 * Adds `dockgate token …`: the tokens of robots. A secret goes to the standard output and nowhere else, once; it never
 * comes from the command line, which every user of the machine can read.
 */
export function registerTokenCommand(
  program: Command,
  keyboard: PasswordSource['keyboard'] = process.stdin,
): void {
  const print = (text: string): void => program.configureOutput().writeOut?.(text);
  const show = (text: string): void => program.configureOutput().writeErr?.(text);
  const token = program.command('token').description('make, list, replace and revoke the tokens of robots');

  outputOptions(common(token.command('create')))
    .description('make a robot with a token, shown once; makes the file if there is none')
    .requiredOption('--name <NAME>', 'the name that it logs in with')
    .option('--repository <PATTERN>', "where it may, such as 'team-a/**'; can be repeated", collect, [])
    .option('--actions <LIST>', `what it may: some of ${ACTIONS.join(',')}`, readActions, ['pull'] as const)
    .addOption(expiry().default(readExpiry('90d'), '90d'))
    .action(async (flags: CreateFlags) => {
      const { tokens, name, repository: repositories, actions } = flags;
      checkName(name);
      checkOutput(flags);
      if (repositories.length === 0 && needsRepositories(actions)) {
        throw new CommandFailure(
          "--repository is missing: a pattern such as 'team-a/**', or '**' for all.",
          2,
        );
      }
      const fresh = await work(() =>
        createRobot(tokens, { name, repositories, actions, expires: ending(flags.expires) }),
      );
      show(secretAdvice(`created robot ${name} in ${tokens}`, fresh, flags));
      print(secretOutput(tokens, fresh, flags));
    });

  common(token.command('list'))
    .description('list the robots, and the lines that are refused')
    .action(async ({ tokens, json }: FileFlags) => {
      const list = await work(() => read(tokens));
      print(`${json ? JSON.stringify(list, null, 2) : formatTokens(list, Date.now())}\n`);
      if (!json) for (const { file, line, message } of list.problems) show(`${file}:${line}: ${message}\n`);
    });

  common(token.command('revoke'))
    .description('end a token; a running gateway refuses it within a second')
    .argument('<NAME|ID>')
    .action(async (which: string, { tokens, json }: FileFlags) => {
      const name = await work(() => revokeRobot(tokens, which));
      print(
        json
          ? `${JSON.stringify({ file: tokens, name })}\n`
          : `revoked the token of robot ${name} in ${tokens}\n`,
      );
    });

  outputOptions(common(token.command('rotate')))
    .description('give a robot a new token, shown once')
    .argument('<NAME>')
    .option('--overlap <DURATION>', 'how long the old token still holds, such as 1h', readDuration, 0)
    .addOption(expiry())
    .action(async (name: string, flags: RotateFlags) => {
      checkOutput(flags);
      const { tokens, overlap, expires } = flags;
      const end = expires === undefined || expires === 'never' ? expires : Date.now() + expires;
      const fresh = await work(() => rotateRobot(tokens, name, { overlap, expires: end }));
      show(secretAdvice(`gave robot ${name} a new token in ${tokens}`, fresh, flags));
      print(secretOutput(tokens, fresh, flags));
    });

  token
    .command('secret')
    .addOption(tokensOption())
    .description('print a pull secret from a token that comes from the terminal or the standard input')
    .argument('<NAME>')
    .requiredOption('--registry <HOST[:PORT]>', 'the registry, as in the names of images')
    .addOption(
      new Option('--format <FORM>', 'for whom').choices(['kubernetes', 'docker']).makeOptionMandatory(),
    )
    .option('--secret-name <NAME>', 'name of the secret in Kubernetes (dockgate-NAME)')
    .option('--namespace <NAMESPACE>', 'namespace in Kubernetes')
    .option('--password-stdin', 'the token is what comes from the standard input')
    .action(async (name: string, flags: SecretFlags) => {
      const { tokens, registry, namespace, format, secretName = `dockgate-${name}` } = flags;
      const form = format === 'docker' ? { dockerConfig: true } : { kubernetes: secretName };
      const output = { ...form, registry, ...(namespace === undefined ? {} : { namespace }) };
      checkOutput(output);
      const source = { keyboard, show, fromInput: flags.passwordStdin === true };
      const secret = (await readPassword(source, `Token of ${name}: `)).toString();
      const file = await work(() => RobotFile.open(tokens, { watch: false }));
      const robot = file.list.byName.get(name)?.robot;
      if (robot === undefined || new RobotDirectory(file).check(name, secret) === undefined) {
        throw new CommandFailure(
          `${tokens}: this is not a token that robot ${JSON.stringify(name)} can log in with.`,
        );
      }
      print(secretOutput(tokens, { robot, secret }, output));
    });
}

async function read(path: string): Promise<TokenList> {
  const { list } = await RobotFile.open(path, { watch: false });
  const uses = await readUses(usesPath(path));
  const now = Date.now();
  const robots = [...list.byName.values()].map(({ robot }) => listed(robot, uses.get(robot.id), now));
  return { file: path, robots, problems: list.problems };
}

async function work<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (!(error instanceof RobotError)) throw error;
    throw new CommandFailure(`${error.message}.`, error.code === 'ROBOT_INVALID' ? 2 : 1, { cause: error });
  }
}

function checkName(name: string): void {
  const fault = nameFault(name);
  if (fault !== undefined) throw new CommandFailure(`The name of the robot ${fault}. Choose another.`, 2);
}

function common(command: Command): Command {
  return command.addOption(tokensOption()).option('--json', 'for programs');
}

function tokensOption(): Option {
  const option = new Option('--tokens <FILE>', 'the file of robots');
  return option.env('DOCKGATE_AUTH_ROBOTS').default('./dockgate.tokens');
}

function outputOptions(command: Command): Command {
  return command
    .option('--registry <HOST[:PORT]>', 'the registry, as in the names of images')
    .option('--kubernetes <NAME>', 'print a secret of that name for Kubernetes in place of the token')
    .option('--namespace <NAMESPACE>', 'its namespace')
    .option('--docker-config', 'print a config.json for docker in place of the token');
}

function expiry(): Option {
  return new Option('--expires <DURATION>', 'when it ends, such as 12h, 90d or never').argParser(readExpiry);
}

function ending(lifetime: Lifetime): number | undefined {
  return lifetime === 'never' ? undefined : Date.now() + lifetime;
}

function collect(text: string, others: readonly string[]): readonly string[] {
  return [...others, text];
}

function readActions(text: string): readonly Action[] {
  return text.split(',').map((part) => {
    const action = ACTIONS.find((candidate) => candidate === part.trim());
    if (action === undefined) throw new InvalidArgumentError(`Give some of ${ACTIONS.join(',')}.`);
    return action;
  });
}

function readExpiry(text: string): Lifetime {
  return text === 'never' ? text : readDuration(text);
}

function readDuration(text: string): number {
  const length = readLifetime(text);
  if (length === undefined)
    throw new InvalidArgumentError('Give a length of time such as 30m, 12h, 90d or 1y.');
  return length;
}
