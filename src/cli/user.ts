import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  closeSharedPool,
  type Expectation,
  expectUser,
  type HashAlgorithm,
  HtpasswdError,
  HtpasswdFile,
  hashPassword,
  nameFault,
  parseHash,
  removeUser,
  setUser,
  verifyPassword,
} from '../htpasswd/index.js';
import { CommandFailure } from './command-failure.js';
import { type PasswordSource, readNewPassword, readPassword } from './password-input.js';
import { formatUsers, type UserList } from './user-list.js';

interface Flags {
  readonly htpasswd: string;
  readonly json?: boolean;
  readonly passwordStdin?: boolean;
  readonly algorithm: HashAlgorithm;
  readonly cost?: number;
}

/** bcrypt looks at no more. */
const BCRYPT_BYTES = 72;

/** Adds `dockgate user …`: the users of the password file. Passwords come from the terminal or the standard input. */
export function registerUserCommand(
  program: Command,
  keyboard: PasswordSource['keyboard'] = process.stdin,
): void {
  const print = (text: string): void => program.configureOutput().writeOut?.(`${text}\n`);
  const show = (text: string): void => program.configureOutput().writeErr?.(text);
  const source = (flags: Flags): PasswordSource => ({
    keyboard,
    show,
    fromInput: flags.passwordStdin === true,
  });
  const user = program
    .command('user')
    .description('add, change, remove, list and check users of the password file');

  const set = (expected: Expectation, done: string) => async (name: string, flags: Flags) => {
    checkName(name);
    await work(async () => {
      await expectUser(flags.htpasswd, name, expected);
      const password = await readNewPassword(source(flags), name);
      const hash = await hashPassword(password, { algorithm: flags.algorithm, cost: flags.cost });
      await setUser(flags.htpasswd, name, hash, expected);
      if (flags.algorithm === 'bcrypt' && password.length > BCRYPT_BYTES) {
        show(
          `warning: bcrypt looks at the first ${BCRYPT_BYTES} bytes of a password and at nothing behind them\n`,
        );
      }
      const { scheme, cost } = parseHash(hash);
      const result = { file: flags.htpasswd, name, scheme, cost };
      print(flags.json ? JSON.stringify(result) : `${done} user ${name} in ${flags.htpasswd}`);
    });
  };

  newPasswordOptions(common(user.command('add')))
    .description('add a user; makes the file if there is none')
    .argument('<NAME>')
    .action(set('absent', 'added'));

  newPasswordOptions(common(user.command('passwd')))
    .description('change the password of a user')
    .argument('<NAME>')
    .action(set('present', 'changed'));

  common(user.command('remove'))
    .description('remove a user')
    .argument('<NAME>')
    .action(async (name: string, { htpasswd, json }: Flags) => {
      checkName(name);
      await work(() => removeUser(htpasswd, name));
      print(json ? JSON.stringify({ file: htpasswd, name }) : `removed user ${name} from ${htpasswd}`);
    });

  common(user.command('list'))
    .description('list the users, and the lines that are refused')
    .action(async ({ htpasswd, json }: Flags) => {
      const list = await work(() => read(htpasswd));
      print(json ? JSON.stringify(list, null, 2) : formatUsers(list));
      if (!json) for (const { file, line, message } of list.problems) show(`${file}:${line}: ${message}\n`);
    });

  inputOption(common(user.command('verify')))
    .description('check a password; exit code 1 when it is wrong')
    .argument('<NAME>')
    .action(async (name: string, flags: Flags) => {
      checkName(name);
      const valid = await work(() => verify(name, flags.htpasswd, source(flags)));
      if (flags.json) print(JSON.stringify({ file: flags.htpasswd, name, valid }));
      if (!valid) throw new CommandFailure(`The password is not the one of user ${name}.`);
      if (!flags.json) print(`the password is the one of user ${name}`);
    });
}

async function read(path: string): Promise<UserList> {
  const { entries, problems } = await HtpasswdFile.open(path, { watch: false });
  const users = [...entries.values()].map(({ name, hash, line }) => ({
    name,
    scheme: hash.scheme,
    cost: hash.cost,
    line,
  }));
  return { file: path, users, problems };
}

async function verify(name: string, path: string, source: PasswordSource): Promise<boolean> {
  const file = await HtpasswdFile.open(path, { watch: false });
  const entry = file.get(name);
  if (entry === undefined) {
    const hint =
      file.problems.length === 0 ? '' : '; dockgate user list shows which lines are refused, and why';
    throw new CommandFailure(`${path}: there is no user ${JSON.stringify(name)} who can log in${hint}`);
  }
  return verifyPassword(entry.hash, await readPassword(source, `Password of ${name}: `));
}

async function work<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (!(error instanceof HtpasswdError)) throw error;
    throw new CommandFailure(error.message, error.code === 'HTPASSWD_COST' ? 2 : 1, { cause: error });
  } finally {
    await closeSharedPool();
  }
}

function checkName(name: string): void {
  const fault = nameFault(name);
  if (fault !== undefined) throw new CommandFailure(`The name of the user ${fault}. Choose another.`, 2);
}

function common(command: Command): Command {
  const htpasswd = new Option('--htpasswd <FILE>', 'the password file');
  return command
    .addOption(htpasswd.env('DOCKGATE_HTPASSWD').default('./dockgate.htpasswd'))
    .option('--json', 'for programs');
}

function inputOption(command: Command): Command {
  return command.option('--password-stdin', 'the password is what comes from the standard input');
}

function newPasswordOptions(command: Command): Command {
  const algorithm = new Option('--algorithm <NAME>', 'how the password is kept');
  const cost = new Option('--cost <N>', 'bcrypt: 4 to 16 (10); sha512, sha256: rounds (5000)');
  return inputOption(command)
    .addOption(algorithm.choices(['bcrypt', 'sha512', 'sha256', 'apr1']).default('bcrypt'))
    .addOption(cost.argParser(parseCost));
}

function parseCost(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number.');
}
