import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { RobotDirectory, RobotFile } from '../../src/robots/index.js';
import { temporaryDirectory } from '../harness/directory.js';
import { type ProgramResult, runProgram } from '../harness/program.js';
import { seededRandom } from '../harness/seeded-random.js';

const PROGRAM = fileURLToPath(new URL('../../../bin/dockgate.js', import.meta.url));
const COMMAND = [PROGRAM, 'token'];

function token(directory: string, args: readonly string[], input = ''): Promise<ProgramResult> {
  return runProgram(process.execPath, [...COMMAND, ...args], { directory, input });
}

/** Makes a robot `ci`. */
async function create(directory: string, ...args: readonly string[]): Promise<ProgramResult> {
  return token(directory, ['create', '--name', 'ci', '--repository', 'team-a/**', ...args]);
}

async function opens(directory: string, name: string, secret: string): Promise<boolean> {
  const file = await RobotFile.open(join(directory, 'dockgate.tokens'), { watch: false });
  return new RobotDirectory(file).check(name, secret) !== undefined;
}

test('create prints the secret alone to the standard output, and keeps only its hash', async (t) => {
  const directory = temporaryDirectory(t);
  const { code, stdout, stderr } = await create(directory, '--actions', 'pull,push', '--expires', '90d');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^dgt_\w+\n$/);
  const secret = stdout.trim();
  assert.match(
    stderr,
    /^created robot ci in \.\/dockgate\.tokens: pull, push in team-a\/\*\*; expires in 90 days\n/,
  );
  assert.match(stderr, /docker login --username ci --password-stdin/);
  assert.ok(!stderr.includes(secret));
  assert.ok(await opens(directory, 'ci', secret));
  assert.equal((await stat(join(directory, 'dockgate.tokens'))).mode & 0o777, 0o600);
  for (const file of await readdir(directory)) {
    assert.ok(!(await readFile(join(directory, file), 'utf8')).includes(secret.slice(21)));
  }
  for (const args of [['list'], ['list', '--json']]) {
    const list = await token(directory, args);
    assert.equal(list.code, 0);
    assert.match(list.stdout, /team-a\/\*\*/);
    assert.ok(!list.stdout.includes(secret.slice(21)));
    assert.ok(!/[0-9a-f]{64}/.test(list.stdout), 'no hash is listed either');
  }
});

test('a name that is taken, or cannot be, is refused and changes nothing', async (t) => {
  const directory = temporaryDirectory(t);
  const { stdout } = await create(directory);
  const again = await create(directory);
  assert.equal(again.code, 1);
  assert.equal(again.stdout, '');
  assert.match(again.stderr, /there is a robot "ci" already/);
  assert.ok(await opens(directory, 'ci', stdout.trim()));
  for (const args of [
    ['--name', 'a:b', '--repository', 'x'],
    ['--name', 'a\tb', '--repository', 'x'],
    ['--name', 'a'],
    ['--name', 'a', '--repository', 'x**'],
    ['--name', 'a', '--repository', 'x', '--actions', 'fly'],
    ['--name', 'a', '--repository', 'x', '--expires', 'soon'],
    ['--name', 'a', '--repository', 'x', '--kubernetes', 'A', '--registry', 'r'],
    ['--name', 'a', '--repository', 'x', '--docker-config'],
    ['--name', 'a', '--repository', 'x', '--docker-config', '--registry', 'https://r'],
  ]) {
    const { code, stdout: out } = await token(directory, ['create', ...args]);
    assert.deepEqual({ args, code, out }, { args, code: 2, out: '' });
  }
  assert.equal((await readFile(join(directory, 'dockgate.tokens'), 'utf8')).trim().split('\n').length, 2);
});

test('rotate gives a new secret, revoke ends it, and neither knows a robot that is not there', async (t) => {
  const directory = temporaryDirectory(t);
  const first = (await create(directory)).stdout.trim();
  const second = (await token(directory, ['rotate', 'ci', '--overlap', '1h'])).stdout.trim();
  assert.ok((await opens(directory, 'ci', first)) && (await opens(directory, 'ci', second)));
  const third = (await token(directory, ['rotate', 'ci', '--expires', 'never'])).stdout.trim();
  assert.ok(!(await opens(directory, 'ci', first)) && !(await opens(directory, 'ci', second)));
  assert.ok(await opens(directory, 'ci', third));
  assert.match((await token(directory, ['list'])).stdout, /never +never +active$/m);
  assert.equal((await token(directory, ['revoke', 'ci'])).code, 0);
  assert.ok(!(await opens(directory, 'ci', third)));
  for (const args of [
    ['revoke', 'ci'],
    ['rotate', 'ci'],
  ]) {
    const { code, stderr } = await token(directory, args);
    assert.equal(code, 1);
    assert.match(stderr, /there is no robot "ci"/);
  }
});

test('a pull secret is made from a token on the standard input, if it is one of the robot', async (t) => {
  const directory = temporaryDirectory(t);
  const secret = (await create(directory)).stdout;
  const args = ['secret', 'ci', '--registry', 'r.example:5000', '--password-stdin', '--format'];
  const docker = await token(directory, [...args, 'docker'], secret);
  const { auth } = JSON.parse(docker.stdout).auths['r.example:5000'];
  assert.equal(Buffer.from(auth, 'base64').toString(), `ci:${secret.trim()}`);
  const kubernetes = await token(directory, [...args, 'kubernetes'], secret);
  assert.match(kubernetes.stdout, /name: "dockgate-ci"\ntype: kubernetes\.io\/dockerconfigjson/);
  const wrong = await token(directory, [...args, 'docker'], `${secret.slice(0, -4)}aaa`);
  assert.equal(wrong.code, 1);
  assert.equal(wrong.stdout, '');
});

test('robots made by many commands at once are all there', async (t) => {
  const directory = temporaryDirectory(t);
  const names = Array.from({ length: 8 }, (_, index) => `robot-${index}`);
  const made = await Promise.all(
    names.map((name) => token(directory, ['create', '--name', name, '--repository', '**'])),
  );
  for (const [index, name] of names.entries()) {
    assert.equal(made[index]?.code, 0, made[index]?.stderr);
    assert.ok(await opens(directory, name, made[index]?.stdout.trim() ?? ''));
  }
});

test("a command killed half way loses no robot and is in nobody's way", async (t) => {
  const directory = temporaryDirectory(t);
  const below = seededRandom(t);
  const secret = (await create(directory)).stdout.trim();
  for (let round = 0; round < 4; round += 1) await killed(t, directory, `killed-${round}`, below(400));
  assert.ok(await opens(directory, 'ci', secret));
  const last = await token(directory, ['create', '--name', 'last', '--repository', '**']);
  assert.equal(last.code, 0, last.stderr);
  const { list } = await RobotFile.open(join(directory, 'dockgate.tokens'), { watch: false });
  assert.deepEqual(list.problems, []);
  assert.ok(list.byName.has('ci') && list.byName.has('last'));
});

/** Runs a command and kills it after some milliseconds, or lets it end before. */
function killed(t: TestContext, directory: string, name: string, after: number): Promise<void> {
  t.diagnostic(`killed after ${after} ms`);
  return new Promise((resolve, reject) => {
    const args = [...COMMAND, 'create', '--name', name, '--repository', '**'];
    const child = spawn(process.execPath, args, { cwd: directory, stdio: 'ignore' });
    const timer = setTimeout(() => child.kill('SIGKILL'), after);
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
