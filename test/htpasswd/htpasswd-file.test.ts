import assert from 'node:assert/strict';
import { appendFile, mkdir, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { HtpasswdFile, type HtpasswdProblem } from '../../src/htpasswd/index.js';
import { temporaryDirectory } from '../harness/directory.js';
import { runProgram } from '../harness/program.js';
import { until } from '../harness/until.js';

const ONE = '{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=';
const TWO = '{SHA}qUqP5cyxm6YcTAhz05Hph5gvu9M=';
const TIMES = { interval: 20, settle: 5 };

/** Opens a file that is looked at all the time, and collects what is told about it. */
async function watch(context: TestContext, path: string) {
  const problems: HtpasswdProblem[] = [];
  const file = await HtpasswdFile.open(path, {
    times: TIMES,
    onProblem: (problem) => problems.push(problem),
  });
  context.after(() => file.close());
  return { file, problems };
}

test('opening a file that cannot be used says what is wrong and what to do', async (t) => {
  const directory = temporaryDirectory(t);
  const missing = join(directory, 'missing');
  await assert.rejects(HtpasswdFile.open(missing), {
    code: 'HTPASSWD_MISSING',
    message: /missing: .*dockgate user add/,
  });
  await assert.rejects(HtpasswdFile.open(directory), { code: 'HTPASSWD_UNREADABLE' });
  const binary = join(directory, 'binary');
  await writeFile(binary, Buffer.from(`alice:${ONE}\n`, 'utf16le'));
  await assert.rejects(HtpasswdFile.open(binary), { code: 'HTPASSWD_NOT_TEXT' });
  const large = join(directory, 'large');
  await writeFile(large, '');
  await truncate(large, 16 * 1024 * 1024 + 1);
  await assert.rejects(HtpasswdFile.open(large), { code: 'HTPASSWD_TOO_LARGE' });
  const pipe = join(directory, 'pipe');
  if ((await runProgram('mkfifo', [pipe])).code === 0) {
    await assert.rejects(HtpasswdFile.open(pipe), { code: 'HTPASSWD_UNREADABLE' });
  }
});

test('bad lines do not stop the load, and are told with file and line', async (t) => {
  const path = join(temporaryDirectory(t), 'users');
  await writeFile(path, `alice:${ONE}\nbob:nonsense\n`);
  const { file, problems } = await watch(t, path);
  assert.deepEqual([...file.entries.keys()], ['alice']);
  assert.deepEqual(
    problems.map(({ file: name, line }) => [name, line]),
    [[path, 2]],
  );
  assert.deepEqual(file.problems, problems);
});

test('added, changed and removed users hold after a write in place', async (t) => {
  const path = join(temporaryDirectory(t), 'users');
  await writeFile(path, `alice:${ONE}\n`);
  const { file } = await watch(t, path);
  assert.equal(file.generation, 1);
  await appendFile(path, `bob:${TWO}\n`);
  await until(() => file.get('bob') !== undefined, 'bob is there');
  assert.equal(file.generation, 2);
  // Same size: only the times tell.
  await writeFile(path, `alice:${TWO}\nbob:${TWO}\n`);
  await until(() => file.get('alice')?.hash.text === TWO, 'alice has another password');
  await writeFile(path, `bob:${TWO}\n`);
  await until(() => file.get('alice') === undefined, 'alice is gone');
  assert.equal(file.generation, 4);
});

test('a change right after opening is seen, whatever the file system clock says', async (t) => {
  const path = join(temporaryDirectory(t), 'users');
  await writeFile(path, `alice:${ONE}\n`);
  const { file } = await watch(t, path);
  await writeFile(path, `alice:${TWO}\n`);
  await until(() => file.get('alice')?.hash.text === TWO, 'alice has another password');
});

test('a file that is replaced by rename is read anew, again and again', async (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'users');
  await writeFile(path, `u0:${ONE}\n`);
  const { file } = await watch(t, path);
  for (const name of ['u1', 'u2', 'u3']) {
    await writeFile(join(directory, 'new'), `${name}:${ONE}\n`);
    await rename(join(directory, 'new'), path);
    await until(() => file.get(name) !== undefined, 'the next user is there');
    assert.equal(file.entries.size, 1);
  }
});

test('a Kubernetes volume that turns its ..data link is read anew', async (t) => {
  const directory = temporaryDirectory(t);
  const turn = async (version: string, text: string): Promise<void> => {
    await mkdir(join(directory, version));
    await writeFile(join(directory, version, 'users'), text);
    await symlink(version, join(directory, '..data_tmp'));
    await rename(join(directory, '..data_tmp'), join(directory, '..data'));
  };
  await turn('..1', `alice:${ONE}\n`);
  await symlink('..data/users', join(directory, 'users'));
  const { file } = await watch(t, join(directory, 'users'));
  await turn('..2', `bob:${ONE}\n`);
  await rm(join(directory, '..1'), { recursive: true });
  await until(() => file.get('bob') !== undefined, 'bob is there');
  assert.equal(file.get('alice'), undefined);
});

test('a file that vanishes keeps its users, is told once, and is read when it is back', async (t) => {
  const path = join(temporaryDirectory(t), 'users');
  await writeFile(path, `alice:${ONE}\n`);
  const { file, problems } = await watch(t, path);
  await rm(path);
  await until(() => problems.length > 0, 'the problem is told');
  assert.match(problems[0]?.message ?? '', /no password file here.*the 1 users read before stay/);
  assert.equal(problems[0]?.line, undefined);
  assert.notEqual(file.get('alice'), undefined);
  await writeFile(path, `bob:${ONE}\n`);
  await until(() => file.get('bob') !== undefined, 'bob is there');
  assert.equal(problems.length, 1);
  await rm(path);
  await until(() => problems.length > 1, 'the problem is told again');
});

test('a file that turns into no text keeps its users until it is text again', async (t) => {
  const path = join(temporaryDirectory(t), 'users');
  await writeFile(path, `alice:${ONE}\n`);
  const { file, problems } = await watch(t, path);
  await writeFile(path, Buffer.alloc(4096));
  await until(() => problems.length > 0, 'the problem is told');
  assert.match(problems[0]?.message ?? '', /NUL bytes/);
  assert.notEqual(file.get('alice'), undefined);
  await writeFile(path, `bob:${ONE}\n`);
  await until(() => file.get('bob') !== undefined, 'bob is there');
});

test('a file that stays empty has no users in the end', async (t) => {
  const path = join(temporaryDirectory(t), 'users');
  await writeFile(path, `alice:${ONE}\n`);
  const { file } = await watch(t, path);
  await writeFile(path, '');
  await until(() => file.entries.size === 0, 'nobody is left');
  assert.equal(file.generation, 2);
  await writeFile(path, `bob:${ONE}\n`);
  await until(() => file.get('bob') !== undefined, 'bob is there');
});

test('a file that is only touched is no change', async (t) => {
  const path = join(temporaryDirectory(t), 'users');
  await writeFile(path, `alice:${ONE}\n`);
  const { file } = await watch(t, path);
  await utimes(path, 1, 1);
  // Once the later write has been seen, the touch has been seen too, or never will be.
  await appendFile(path, `bob:${ONE}\n`);
  await until(() => file.get('bob') !== undefined, 'bob is there');
  assert.equal(file.generation, 2);
});

test('a problem of a line is told again after a change, while it is there', async (t) => {
  const path = join(temporaryDirectory(t), 'users');
  await writeFile(path, `alice:${ONE}\n`);
  const { file, problems } = await watch(t, path);
  await writeFile(path, `alice:nonsense\nbob:${ONE}\n`);
  await until(() => problems.length > 0, 'the problem is told');
  assert.equal(problems[0]?.line, 1);
  assert.equal(file.get('alice'), undefined);
  await writeFile(path, `alice:${ONE}\nbob:${ONE}\n`);
  await until(() => file.get('alice') !== undefined, 'alice is back');
  assert.deepEqual(file.problems, []);
});

test('the dummy is of the scheme and the cost that most have', async (t) => {
  const path = join(temporaryDirectory(t), 'users');
  const bcrypt = (cost: string): string => `$2y$${cost}$${'.'.repeat(53)}`;
  await writeFile(
    path,
    `a:${bcrypt('05')}\nb:${bcrypt('11')}\nc:${bcrypt('11')}\nd:${ONE}\ne:${ONE}\ng:${bcrypt('11')}\nf:nonsense\n`,
  );
  const { file } = await watch(t, path);
  const { scheme, cost, text } = file.dummy;
  assert.deepEqual([scheme, cost], ['bcrypt', 11]);
  assert.equal(file.dummy.text, text);
  await writeFile(path, `d:${ONE}\n`);
  await until(() => file.generation === 2, 'the change holds');
  assert.equal(file.dummy.scheme, 'sha1');
  assert.equal(file.dummyFor('whoever').scheme, 'sha1');
});
