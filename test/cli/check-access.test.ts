import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from '../harness/directory.js';
import { runProgram } from '../harness/program.js';

const program = fileURLToPath(new URL('../../../bin/dockgate.js', import.meta.url));

async function check(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  prepare?: (directory: string) => Promise<void>,
) {
  const directory = temporaryDirectory(t);
  for (const [name, text] of Object.entries(files))
    await writeFile(join(directory, name), text, { mode: 0o600 });
  await prepare?.(directory);
  return runProgram(process.execPath, [program, 'check'], { directory });
}

test('Groups that rules name have to be in the file of groups.', async (t) => {
  const yaml = 'access:\n  groups: teams\n  rules:\n    - { allow: pull, groups: [a, b] }\n';
  const lacking = await check(t, { 'dockgate.yaml': yaml, teams: 'a: alice\n' });
  assert.equal(lacking.code, 1);
  assert.match(lacking.stderr, /^dockgate\.yaml:4:7: there is no group "b"/);
  const gone = await check(t, { 'dockgate.yaml': yaml });
  assert.match(gone.stderr, /teams: The file of groups cannot be read \(ENOENT\)\./);
  const broken = await check(t, { 'dockgate.yaml': yaml, teams: 'a alice\n' });
  assert.match(broken.stderr, /teams:1: this line has no colon/);
});

test('Names that nobody has are noticed.', async (t) => {
  const yaml = 'access:\n  groups: teams\n  rules:\n    - { allow: pull, groups: a, users: zoe }\n';
  const result = await check(t, { 'dockgate.yaml': yaml, teams: 'a: yves\n' });
  assert.equal(result.code, 0, result.stderr);
  assert.match(result.stdout, /dockgate\.yaml:4:7: the rule names "zoe", who is no user/);
  assert.match(result.stdout, /teams:1: the group "a" names "yves", who is no user/);
});

test('A file of robots that others may read is a problem.', async (t) => {
  const result = await check(t, { 'dockgate.tokens': '' }, (directory) =>
    chmod(join(directory, 'dockgate.tokens'), 0o644),
  );
  assert.equal(result.code, 1);
  assert.match(result.stderr, /dockgate\.tokens: Others may read or change this file/);
});

test('Authorities and revocation lists of clients have to be there, and a place for the audit log.', async (t) => {
  const yaml = 'tls: { clientCa: ca.pem, clientCrl: crl.pem }\naudit: { file: gone/audit.log }\n';
  const result = await check(t, { 'dockgate.yaml': yaml }, async (directory) => {
    await mkdir(join(directory, 'ca.pem'));
  });
  assert.equal(result.code, 1);
  assert.match(result.stderr, /ca\.pem: The file of authorities cannot be read \(EISDIR\)\./);
  assert.match(result.stderr, /gone: The audit log cannot be written here\./);
});
