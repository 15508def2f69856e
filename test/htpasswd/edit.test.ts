import assert from 'node:assert/strict';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { expectUser, HtpasswdFile, removeUser, setUser } from '../../src/htpasswd/index.js';
import { temporaryDirectory } from '../harness/directory.js';
import { requireProgram, runProgram } from '../harness/program.js';

const ONE = '{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=';
const TWO = '{SHA}qUqP5cyxm6YcTAhz05Hph5gvu9M=';

async function fileWith(context: TestContext, text: string): Promise<string> {
  const path = join(temporaryDirectory(context), 'users');
  await writeFile(path, text);
  return path;
}

async function leftovers(path: string): Promise<string[]> {
  return (await readdir(join(path, '..'))).filter((name) => name !== 'users');
}

test('a new file is for its owner alone', async (t) => {
  const path = join(temporaryDirectory(t), 'users');
  await setUser(path, 'alice', ONE);
  assert.equal(await readFile(path, 'utf8'), `alice:${ONE}\n`);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await leftovers(path), []);
});

const asRoot = process.geteuid?.() === 0 ? {} : { skip: 'Only root may give files away; run it as root.' };
test('a new file that root makes belongs to the owner of its directory', asRoot, async (t) => {
  const directory = temporaryDirectory(t);
  await chown(directory, 12_345, 12_346);
  const path = join(directory, 'users');
  await setUser(path, 'alice', ONE);
  const { uid, gid, mode } = await stat(path);
  assert.deepEqual([uid, gid, mode & 0o777], [12_345, 12_346, 0o600]);
});

test('everything but the hash stays as it was', async (t) => {
  const before = `# ours\r\n\r\nalice:${ONE}:in sales\r\n  \nnot a user line\nbob:${ONE}`;
  const path = await fileWith(t, before);
  await setUser(path, 'alice', TWO);
  assert.equal(await readFile(path, 'utf8'), before.replace(ONE, TWO));
  await setUser(path, 'bob', TWO);
  assert.equal(await readFile(path, 'utf8'), before.replaceAll(ONE, TWO));
});

test('a new user comes last, with the line ending of the file', async (t) => {
  const path = await fileWith(t, `\ufeffalice:${ONE}\r\nbob:${ONE}`);
  await setUser(path, 'carol', ONE, 'absent');
  assert.equal(await readFile(path, 'utf8'), `\ufeffalice:${ONE}\r\nbob:${ONE}\r\ncarol:${ONE}\r\n`);
});

test('bytes that are not UTF-8 survive', async (t) => {
  const path = await fileWith(t, '');
  const odd = Buffer.from(`# M\u00fcller\nM\u00fcller:${ONE}\n`, 'latin1');
  await writeFile(path, odd);
  await setUser(path, 'alice', ONE);
  await removeUser(path, 'alice');
  assert.deepEqual(await readFile(path), odd);
});

test('removing takes every line of the name, and the byte order mark stays', async (t) => {
  const path = await fileWith(t, `\ufeffalice:${ONE}\nbob:${ONE}\nalice:${TWO}\n#alice:${ONE}\n`);
  await removeUser(path, 'alice');
  assert.equal(await readFile(path, 'utf8'), `\ufeffbob:${ONE}\n#alice:${ONE}\n`);
});

test('setting a user who has two lines leaves one', async (t) => {
  const path = await fileWith(t, `alice:${ONE}\nbob:${ONE}\nalice:${ONE}\n`);
  await setUser(path, 'alice', TWO);
  assert.equal(await readFile(path, 'utf8'), `alice:${TWO}\nbob:${ONE}\n`);
});

test('a refused edit changes nothing', async (t) => {
  const path = await fileWith(t, `alice:${ONE}\n`);
  await assert.rejects(setUser(path, 'alice', TWO, 'absent'), { code: 'HTPASSWD_USER_EXISTS' });
  await assert.rejects(setUser(path, 'bob', TWO, 'present'), { code: 'HTPASSWD_USER_UNKNOWN' });
  await assert.rejects(removeUser(path, 'bob'), { code: 'HTPASSWD_USER_UNKNOWN' });
  await assert.rejects(expectUser(path, 'alice', 'absent'), { code: 'HTPASSWD_USER_EXISTS' });
  await assert.rejects(expectUser(path, 'bob', 'present'), { code: 'HTPASSWD_USER_UNKNOWN' });
  for (const name of ['', 'a:b', 'a\nb', '#a', 'x'.repeat(256), '\ud800']) {
    await assert.rejects(setUser(path, name, TWO), { code: 'HTPASSWD_NAME' }, JSON.stringify(name));
  }
  for (const hash of ['', 'secret', `${TWO}\nroot:${TWO}`, '{PLAIN}a:b', '{PLAIN}a\nroot:{PLAIN}b']) {
    await assert.rejects(setUser(path, 'bob', hash), { code: 'HTPASSWD_HASH' }, JSON.stringify(hash));
  }
  assert.equal(await readFile(path, 'utf8'), `alice:${ONE}\n`);
  assert.deepEqual(await leftovers(path), []);
});

test('a file that is no text is not edited', async (t) => {
  const path = await fileWith(t, 'a\0b');
  await assert.rejects(setUser(path, 'alice', ONE), { code: 'HTPASSWD_NOT_TEXT' });
  assert.deepEqual(await leftovers(path), []);
});

test('the mode of a file stays', async (t) => {
  const path = await fileWith(t, `alice:${ONE}\n`);
  await chmod(path, 0o640);
  await setUser(path, 'bob', ONE);
  assert.equal((await stat(path)).mode & 0o777, 0o640);
});

test('an edit goes through symbolic links to the file, which may not exist yet', async (t) => {
  const directory = temporaryDirectory(t);
  await mkdir(join(directory, 'real'));
  await symlink('real/middle', join(directory, 'users'));
  await symlink('users', join(directory, 'real', 'middle'));
  await setUser(join(directory, 'users'), 'alice', ONE);
  await setUser(join(directory, 'users'), 'bob', ONE);
  assert.ok((await lstat(join(directory, 'users'))).isSymbolicLink());
  assert.equal(await readFile(join(directory, 'real', 'users'), 'utf8'), `alice:${ONE}\nbob:${ONE}\n`);
});

test('a directory that is not there is named as the reason', async (t) => {
  const path = join(temporaryDirectory(t), 'missing', 'users');
  await assert.rejects(setUser(path, 'alice', ONE), {
    code: 'HTPASSWD_UNWRITABLE',
    message: /directory does not exist/,
  });
});

test('edits at the same time lose none of each other', async (t) => {
  const path = await fileWith(t, '');
  const names = Array.from({ length: 20 }, (_, index) => `user${index}`);
  const library = new URL('../../src/htpasswd/index.js', import.meta.url).href;
  const script = `import { setUser } from '${library}';
    await Promise.all([0, 1, 2, 3, 4].map((index) => setUser(process.argv[1], process.argv[2] + index, '${ONE}', 'absent')));`;
  const processes = ['a', 'b', 'c'].map((prefix) =>
    runProgram(process.execPath, ['--input-type=module', '-e', script, path, prefix]),
  );
  await Promise.all(names.map((name) => setUser(path, name, ONE)));
  for (const { code, stderr } of await Promise.all(processes)) assert.equal(code, 0, stderr);
  const file = await HtpasswdFile.open(path, { watch: false });
  assert.equal(file.entries.size, 35);
  assert.deepEqual(await leftovers(path), []);
});

test('whoever reads during edits sees a whole file', async (t) => {
  const path = await fileWith(t, `first:${ONE}\n`);
  let done = false;
  const edits = (async () => {
    for (let index = 0; index < 30; index += 1) await setUser(path, `user${index}`, ONE);
    done = true;
  })();
  while (!done) {
    const text = await readFile(path, 'utf8');
    assert.ok(text.startsWith(`first:${ONE}\n`) && text.endsWith(`${ONE}\n`));
  }
  await edits;
});

test('the lock of a process that died is broken', async (t) => {
  const path = await fileWith(t, '');
  const dead = await runProgram(process.execPath, ['-e', 'console.log(process.pid)']);
  const { stdout } = await runProgram('readlink', ['/proc/self/ns/pid']);
  await writeFile(`${path}.lock`, `${dead.stdout.trim()} ${hostname()}/${stdout.trim()} x\n`);
  await Promise.all(['a', 'b', 'c'].map((name) => setUser(path, name, ONE)));
  assert.equal((await HtpasswdFile.open(path, { watch: false })).entries.size, 3);
  assert.deepEqual(await leftovers(path), []);
});

test('a lock from elsewhere is broken once it is old', async (t) => {
  const path = await fileWith(t, '');
  await writeFile(`${path}.lock`, '1 another.host/ x\n');
  const longAgo = Date.now() / 1000 - 60;
  await utimes(`${path}.lock`, longAgo, longAgo);
  await setUser(path, 'alice', ONE);
  assert.deepEqual(await leftovers(path), []);
});

test('an edit that lost its lock does not write', async (t) => {
  const path = await fileWith(t, `alice:${ONE}\n`);
  const { withLock } = await import('../../src/htpasswd/file-lock.js');
  const edit = withLock(path, async (confirm) => {
    await confirm();
    await rename(`${path}.lock`, `${path}.old`);
    await writeFile(`${path}.lock`, 'somebody else\n');
    await confirm();
  });
  await assert.rejects(edit, { code: 'HTPASSWD_LOCKED' });
  assert.equal(await readFile(`${path}.lock`, 'utf8'), 'somebody else\n');
});

test(
  'htpasswd reads and changes the file that was edited',
  requireProgram('htpasswd', 'apache2-utils'),
  async (t) => {
    const path = await fileWith(t, '# ours\n');
    await setUser(path, 'alice', ONE);
    assert.equal((await runProgram('htpasswd', ['-vb', path, 'alice', 'password'])).code, 0);
    assert.equal((await runProgram('htpasswd', ['-bB', '-C', '4', path, 'bob', 'secret'])).code, 0);
    await setUser(path, 'alice', TWO, 'present');
    const file = await HtpasswdFile.open(path, { watch: false });
    assert.deepEqual([...file.entries.keys()], ['alice', 'bob']);
    assert.ok((await readFile(path, 'utf8')).startsWith('# ours\n'));
  },
);
