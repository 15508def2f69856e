import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { Command, CommanderError } from 'commander';
import { CommandFailure } from '../../src/cli/command-failure.js';
import { registerUserCommand } from '../../src/cli/user.js';
import { temporaryDirectory } from '../harness/directory.js';
import { requireProgram, runProgram } from '../harness/program.js';

const ONE = '{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=';

interface Outcome {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** Input of a terminal, which records whether typing is hidden while a prompt stands. */
class Terminal extends PassThrough {
  readonly isTTY = true;
  raw = false;
  setRawMode(raw: boolean): void {
    this.raw = raw;
  }
}

async function run(
  keyboard: PassThrough,
  args: readonly string[],
  onPrompt?: (text: string) => void,
): Promise<Outcome> {
  let out = '';
  let err = '';
  const program = new Command('dockgate').exitOverride().configureOutput({
    writeOut: (text) => {
      out += text;
    },
    writeErr: (text) => {
      err += text;
      onPrompt?.(text);
    },
  });
  registerUserCommand(program, keyboard);
  try {
    await program.parseAsync(['user', ...args], { from: 'user' });
    return { exitCode: 0, out, err };
  } catch (error) {
    if (error instanceof CommandFailure)
      return { exitCode: error.exitCode, out, err: `${err}${error.message}\n` };
    if (error instanceof CommanderError) return { exitCode: 2, out, err };
    throw error;
  }
}

/** Runs with a text as the standard input. */
function piped(input: string, ...args: readonly string[]): Promise<Outcome> {
  const keyboard = new PassThrough();
  keyboard.end(input);
  return run(keyboard, args);
}

/** Runs at a terminal where each prompt is answered with the next keys. */
async function typed(keys: readonly string[], ...args: readonly string[]): Promise<Outcome> {
  const terminal = new Terminal();
  const left = [...keys];
  const outcome = await run(terminal, args, (text) => {
    if (!text.endsWith(': ')) return;
    assert.ok(terminal.raw, 'typing would be shown');
    terminal.write(left.shift() ?? '\u0003');
  });
  assert.ok(!terminal.raw, 'the terminal was left without echo');
  return outcome;
}

async function fileWith(context: TestContext, text?: string): Promise<string> {
  const path = join(temporaryDirectory(context), 'users');
  if (text !== undefined) await writeFile(path, text);
  return path;
}

const CHEAP = ['--password-stdin', '--cost', '4'];

test('add makes the file and the user, and verify knows the password', async (t) => {
  const path = await fileWith(t);
  const added = await piped('päss:word\n', 'add', 'alice', '--htpasswd', path, '--password-stdin');
  assert.deepEqual(added, { exitCode: 0, out: `added user alice in ${path}\n`, err: '' });
  assert.match(await readFile(path, 'utf8'), /^alice:\$2y\$10\$[^\n]+\n$/);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.equal(
    (await piped('päss:word', 'verify', 'alice', '--htpasswd', path, '--password-stdin')).exitCode,
    0,
  );
  const wrong = await piped('password', 'verify', 'alice', '--htpasswd', path, '--password-stdin');
  assert.deepEqual(wrong, { exitCode: 1, out: '', err: 'The password is not the one of user alice.\n' });
});

test('add refuses a user who exists, and passwd one who does not, before asking for a password', async (t) => {
  const path = await fileWith(t, `alice:${ONE}\n`);
  const keyboard = new PassThrough();
  const again = await run(keyboard, ['add', 'alice', '--htpasswd', path, '--password-stdin']);
  assert.equal(again.exitCode, 1);
  assert.match(again.err, /already; dockgate user passwd/);
  const missing = await run(keyboard, ['passwd', 'bob', '--htpasswd', path, '--password-stdin']);
  assert.equal(missing.exitCode, 1);
  assert.match(missing.err, /no user "bob"/);
  assert.equal(await readFile(path, 'utf8'), `alice:${ONE}\n`);
});

test('passwd changes the password, with the algorithm and cost that are asked for', async (t) => {
  const path = await fileWith(t, `alice:${ONE}\n`);
  const args = ['--htpasswd', path, '--password-stdin', '--algorithm', 'sha512', '--cost', '1234', '--json'];
  const changed = await piped('new', 'passwd', 'alice', ...args);
  assert.deepEqual(JSON.parse(changed.out), { file: path, name: 'alice', scheme: 'sha512', cost: 1234 });
  assert.match(await readFile(path, 'utf8'), /^alice:\$6\$rounds=1234\$/);
});

test('remove removes, and fails for somebody unknown', async (t) => {
  const path = await fileWith(t, `alice:${ONE}\nbob:${ONE}\n`);
  assert.equal((await piped('', 'remove', 'alice', '--htpasswd', path)).exitCode, 0);
  assert.equal(await readFile(path, 'utf8'), `bob:${ONE}\n`);
  assert.equal((await piped('', 'remove', 'alice', '--htpasswd', path)).exitCode, 1);
  assert.deepEqual(JSON.parse((await piped('', 'remove', 'bob', '--json', '--htpasswd', path)).out), {
    file: path,
    name: 'bob',
  });
});

test('list shows the users, and the lines that are refused', async (t) => {
  const path = await fileWith(t, `# ours\nalice:${ONE}\nbob:$2y$05$${'.'.repeat(53)}\ncarol:nonsense\n`);
  const { exitCode, out, err } = await piped('', 'list', '--htpasswd', path);
  assert.equal(exitCode, 0);
  assert.equal(out, 'NAME   SCHEME  COST  LINE\nalice  sha1    1     2\nbob    bcrypt  5     3\n');
  assert.ok(err.startsWith(`${path}:4: the hash of user "carol" `));
  const json = JSON.parse((await piped('', 'list', '--json', '--htpasswd', path)).out);
  assert.deepEqual(json.users[1], { name: 'bob', scheme: 'bcrypt', cost: 5, line: 3 });
  assert.equal(json.problems[0].line, 4);
});

test('list and verify say when there is no file, and verify when a line is refused', async (t) => {
  const path = await fileWith(t);
  for (const args of [['list'], ['verify', 'alice', '--password-stdin']]) {
    const { exitCode, err } = await piped('', ...args, '--htpasswd', path);
    assert.equal(exitCode, 1);
    assert.match(err, /no password file here.*dockgate user add/);
  }
  await writeFile(path, 'alice:nonsense\n');
  const { exitCode, err } = await piped('x', 'verify', 'alice', '--password-stdin', '--htpasswd', path);
  assert.equal(exitCode, 1);
  assert.match(err, /no user "alice" who can log in; dockgate user list/);
});

test('verify answers programs', async (t) => {
  const path = await fileWith(t, `alice:${ONE}\n`);
  const right = await piped('password', 'verify', 'alice', '--json', '--password-stdin', '--htpasswd', path);
  assert.deepEqual([right.exitCode, JSON.parse(right.out)], [0, { file: path, name: 'alice', valid: true }]);
  const wrong = await piped('x', 'verify', 'alice', '--json', '--password-stdin', '--htpasswd', path);
  assert.deepEqual([wrong.exitCode, JSON.parse(wrong.out)], [1, { file: path, name: 'alice', valid: false }]);
});

test('names and passwords that cannot be are refused', async (t) => {
  const path = await fileWith(t);
  for (const name of ['', 'a:b', 'a\u0007', '#a', 'x'.repeat(256)]) {
    assert.equal(
      (await piped('x', 'add', name, ...CHEAP, '--htpasswd', path)).exitCode,
      2,
      JSON.stringify(name),
    );
  }
  for (const password of ['', '\n', 'a\0b', 'a\nb', 'x'.repeat(1025), 'x'.repeat(70_000)]) {
    const { exitCode, err } = await piped(password, 'add', 'alice', ...CHEAP, '--htpasswd', path);
    assert.equal(exitCode, 1);
    assert.match(err, /password/);
  }
  await assert.rejects(stat(path));
});

test('only one line break at the end is no part of the password', async (t) => {
  const path = await fileWith(t);
  await piped(' pass word \r\n', 'add', 'alice', ...CHEAP, '--htpasswd', path);
  const verify = async (password: string) =>
    (await piped(password, 'verify', 'alice', '--password-stdin', '--htpasswd', path)).exitCode;
  assert.deepEqual([await verify(' pass word '), await verify('pass word')], [0, 1]);
});

test('a password that bcrypt cuts gets a warning', async (t) => {
  const path = await fileWith(t);
  const long = await piped('x'.repeat(73), 'add', 'alice', ...CHEAP, '--htpasswd', path);
  assert.equal(long.exitCode, 0);
  assert.match(long.err, /warning: bcrypt looks at the first 72 bytes/);
  assert.equal((await piped('x'.repeat(72), 'add', 'bob', ...CHEAP, '--htpasswd', path)).err, '');
});

test('wrong usage ends with 2', async (t) => {
  const path = await fileWith(t);
  const usages = [
    ['add', 'alice', 'secret', '--htpasswd', path],
    ['add', 'alice', '--algorithm', 'md4', '--htpasswd', path],
    ['add', 'alice', '--cost', 'high', '--htpasswd', path],
    ['add', 'alice', '--cost', '17', '--password-stdin', '--htpasswd', path],
    ['add', 'alice', '--algorithm', 'apr1', '--cost', '10', '--password-stdin', '--htpasswd', path],
  ];
  for (const args of usages) {
    const { exitCode, err } = await piped('x', ...args);
    assert.equal(exitCode, 2, args.join(' '));
    assert.ok(!err.includes('secret'));
  }
  const { exitCode, err } = await piped('x', 'add', 'alice', '--htpasswd', path);
  assert.equal(exitCode, 2);
  assert.match(err, /no terminal.*--password-stdin/);
});

test('a terminal is asked twice, and shows nothing of what is typed', async (t) => {
  const path = await fileWith(t);
  const { exitCode, out, err } = await typed(
    ['secret\r', 'secret\r'],
    'add',
    'alice',
    '--cost',
    '4',
    '--htpasswd',
    path,
  );
  assert.equal(exitCode, 0);
  assert.equal(err, 'New password for alice: \nThe same again: \n');
  assert.ok(!out.includes('secret'));
  assert.equal((await typed(['secret\r'], 'verify', 'alice', '--htpasswd', path)).exitCode, 0);
});

test('a terminal can correct what is typed, and paste both answers at once', async (t) => {
  const path = await fileWith(t);
  const keys = ['wrong\u0015sx\u007fecrä🐳\u007f\u007fet\rsecret\r'];
  assert.equal((await typed(keys, 'add', 'alice', '--cost', '4', '--htpasswd', path)).exitCode, 0);
  assert.equal(
    (await piped('secret', 'verify', 'alice', '--password-stdin', '--htpasswd', path)).exitCode,
    0,
  );
});

test('two different answers, Ctrl-C and Ctrl-D change nothing', async (t) => {
  const path = await fileWith(t);
  for (const keys of [['one\r', 'two\r'], ['sec\u0003'], ['\u0004'], ['secret\r', '\u0003']]) {
    const { exitCode, err } = await typed(keys, 'add', 'alice', '--htpasswd', path);
    assert.equal(exitCode, 1);
    assert.match(err, /nothing was changed/);
  }
  await assert.rejects(stat(path));
});

test('htpasswd knows the users that were added', requireProgram('htpasswd', 'apache2-utils'), async (t) => {
  const path = await fileWith(t);
  for (const algorithm of ['bcrypt', 'apr1', 'sha256', 'sha512']) {
    await piped('secret', 'add', algorithm, '--algorithm', algorithm, '--password-stdin', '--htpasswd', path);
    const { code, stderr } = await runProgram('htpasswd', ['-vb', path, algorithm, 'secret']);
    assert.equal(code, 0, stderr);
  }
});
