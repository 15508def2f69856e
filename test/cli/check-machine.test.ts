import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { initialize } from '../../src/tls/issuance.js';
import { inDirectory } from '../configuration/workspace.js';
import { check } from './check-command.js';

const skip = process.platform === 'linux' ? false : 'only Linux tells of all sockets';
const day = 86_400_000;

async function listen(host = '127.0.0.1') {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

/** Runs check in a directory with these files, each for its owner alone. */
async function checkFiles(
  files: Readonly<Record<string, string>>,
  prepare?: (directory: string) => Promise<void>,
) {
  return inDirectory({}, async (directory) => {
    for (const [name, text] of Object.entries(files))
      await writeFile(path.join(directory, name), text, { mode: 0o600 });
    await prepare?.(directory);
    const { exitCode, stdout, stderr } = await check(directory);
    const lines = `${stderr}\n${stdout}`.replaceAll(directory, '.').split('\n');
    return { exitCode, lines };
  });
}

test('A port that another program has is a problem at its place in the file.', { skip }, async (t) => {
  const { server, port } = await listen();
  t.after(() => server.close());
  const { exitCode, lines } = await checkFiles({
    'dockgate.yaml': `listen: [127.0.0.1:0, ${port}]\nmonitor: { listen: 127.0.0.1:${port + 1} }\n`,
  });
  assert.equal(exitCode, 1);
  assert.equal(
    lines[0],
    `dockgate.yaml:1:23: listen names port ${port}, which another program has already (\`ss -ltnp 'sport = :${port}'\` tells which). End that one, or choose another port.`,
  );
});

test('A port that the dockgate of this configuration has is as it should be.', { skip }, async (t) => {
  const { server, port } = await listen();
  t.after(() => server.close());
  const control = createHttpServer((_, response) => response.end(JSON.stringify({ pid: process.pid })));
  t.after(() => control.close());
  const { exitCode, lines } = await checkFiles(
    { 'dockgate.yaml': `listen: ${port}\n` },
    (directory) => new Promise((resolve) => control.listen(path.join(directory, 'dockgate.sock'), resolve)),
  );
  assert.equal(exitCode, 0, lines.join('\n'));
});

test('An address of another machine, and a name that nobody knows, are problems.', async () => {
  const { lines } = await checkFiles({
    'dockgate.yaml': 'listen:\n  - 192.0.2.7:0\n  - nowhere.invalid:0\n',
  });
  assert.equal(
    lines[0],
    'dockgate.yaml:2:5: listen names 192.0.2.7:0, but 192.0.2.7 is no address of this machine. Take one of its own, or 0.0.0.0 for all.',
  );
  assert.match(
    lines[1] ?? '',
    /^dockgate\.yaml:3:5: listen names the host nowhere\.invalid, which this machine does not know \(E/,
  );
});

test('Passwords in weak formats are told with their lines, and are no problem.', async () => {
  const passwords = [
    'a:{PLAIN}secret',
    'b:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=',
    'c:$apr1$01234567$ceJZsmGyjHEjjjMlCmQhz.',
    'd:$2y$05$gXg7olEKGeuXm.yPl6guYOPfm5hh7rCDObT6IR1RLaGibE6AYTXCa',
    'e:$2y$10$gXg7olEKGeuXm.yPl6guYOPfm5hh7rCDObT6IR1RLaGibE6AYTXCa',
    ...Array.from({ length: 12 }, (_, index) => `f${index}:{PLAIN}secret`),
  ];
  const { exitCode, lines } = await checkFiles({
    'dockgate.yaml': 'listen: 127.0.0.1:0\n',
    'dockgate.htpasswd': `${passwords.join('\n')}\n`,
  });
  assert.equal(exitCode, 0, lines.join('\n'));
  const told = lines.filter((line) => line.startsWith('./dockgate.htpasswd:'));
  assert.deepEqual(told, [
    './dockgate.htpasswd:1: {PLAIN} keeps passwords as they are: whoever reads the file has them. Set the password anew: dockgate user passwd NAME. Also lines 6, 7, 8, 9, 10, 11, 12, 13, 14 and 3 more.',
    './dockgate.htpasswd:2: {SHA} has no salt: known passwords are looked up in a table. Set the password anew: dockgate user passwd NAME.',
    './dockgate.htpasswd:3: $apr1$ is tried millions of times a second. Set the password anew: dockgate user passwd NAME.',
    './dockgate.htpasswd:4: bcrypt with a cost below 10 is tried too fast. Set the password anew: dockgate user passwd NAME.',
  ]);
  assert.doesNotMatch(lines.join(), /secret/);
});

test('What everybody may change is a problem, and what everybody may read is told.', async () => {
  const { exitCode, lines } = await checkFiles(
    {
      'dockgate.yaml': 'listen: 127.0.0.1:0\notlp: { endpoint: http://a, headers: [api-key=se-cret] }\n',
      'dockgate.htpasswd': '',
    },
    async (directory) => {
      await chmod(path.join(directory, 'dockgate.yaml'), 0o646);
      await chmod(path.join(directory, 'dockgate.htpasswd'), 0o644);
      await mkdir(path.join(directory, 'certs'));
      await writeFile(path.join(directory, 'certs/token.keys'), '{}', { mode: 0o644 });
    },
  );
  assert.equal(exitCode, 1);
  assert.deepEqual(
    lines.filter((line) => !line.includes('no users')),
    [
      './dockgate.yaml: every account of this machine can change this. `chmod o-w` it.',
      'The configuration has 1 problem.',
      'Beside that:',
      'dockgate.yaml:2:39: otlp.headers is a secret in a file that every account of this machine can read. `chmod 640` it, or write file:PATH of a file of its own.',
      './dockgate.htpasswd: every account of this machine can read these password hashes, and try passwords on them. `chmod o-r` it.',
      './certs/token.keys: every account of this machine can read this secret. `chmod 600` it.',
      '',
    ],
  );
});

test('A secret in a file has to be there.', async () => {
  const { exitCode, lines } = await checkFiles({
    'dockgate.yaml': 'listen: 127.0.0.1:0\ncrashReports:\n  bugsnag: file:key\n  sentry: file:dsn\n',
    dsn: ' \n',
  });
  assert.equal(exitCode, 1);
  assert.deepEqual(lines.slice(0, 2), [
    'dockgate.yaml:3:12: crashReports.bugsnag names ./key, which cannot be read (ENOENT).',
    'dockgate.yaml:4:11: crashReports.sentry names ./dsn, which is empty.',
  ]);
});

test('A secret in a file has to be what it should be, and is not shown when it is not.', async () => {
  const { exitCode, lines } = await checkFiles({
    'dockgate.yaml':
      'listen: 127.0.0.1:0\notlp: { endpoint: http://a, headers: [file:line] }\ncrashReports: { bugsnag: file:key, sentry: file:dsn }\n',
    line: 'hunter2',
    key: 'hunter2',
    dsn: 'hunter2',
  });
  assert.equal(exitCode, 1);
  assert.deepEqual(lines.slice(0, 3), [
    'dockgate.yaml:2:39: otlp.headers names ./line, which must hold a header line, written NAME=VALUE.',
    'dockgate.yaml:3:26: crashReports.bugsnag names ./key, which must hold the API key of a project, 32 hexadecimal digits.',
    'dockgate.yaml:3:44: crashReports.sentry names ./dsn, which must hold a DSN such as https://KEY@sentry.example.com/1.',
  ]);
  assert.doesNotMatch(lines.join(), /hunter2/);
});

test('The control socket needs a short path in a directory that is there.', async () => {
  const long = `/${'a'.repeat(120)}`;
  const { lines } = await checkFiles({
    'dockgate.yaml': 'listen: 127.0.0.1:0\ncontrol: gone/gate.sock\n',
  });
  assert.equal(
    lines[0],
    'dockgate.yaml:2:10: control is to lie in ./gone, where nothing can be made (ENOENT). Make the directory, choose another path, or off.',
  );
  const control = await checkFiles({ 'dockgate.yaml': `listen: 127.0.0.1:0\ncontrol: ${long}\n` });
  assert.match(
    control.lines[0] ?? '',
    /^dockgate\.yaml:2:10: control is a path of 121 bytes, .* Choose a shorter one, or off\.$/,
  );
});

test('Log files that cannot be written are problems.', async () => {
  const { exitCode, lines } = await checkFiles({
    'dockgate.yaml': 'listen: 127.0.0.1:0\nlog: { file: gone/gate.log }\n',
  });
  assert.equal(exitCode, 1);
  assert.match(lines[0] ?? '', /log\.file/);
});

const made = { keyType: 'ecdsa', rsaBits: 2048, force: false } as const;

test('Certificates near their end are told, and those that are over or not yet valid are problems.', async () => {
  const yaml =
    'listen: 127.0.0.1:0\ntls: { pairs: [{ certificate: made/server.crt, key: made/server.key }] }\n';
  const pairOf =
    (age: number) =>
    async (directory: string): Promise<void> => {
      const options = { ...made, certs: path.join(directory, 'made'), now: Date.now() - age * day };
      // An authority is not opened for its own future.
      await initialize({ ...options }, ['a.example']).catch(() => undefined);
    };
  const soon = await checkFiles({ 'dockgate.yaml': yaml }, pairOf(380));
  assert.equal(soon.exitCode, 0, soon.lines.join('\n'));
  assert.match(soon.lines.join('\n'), /^\.\/made\/server\.crt: the certificate ends in 1[67] days, on /m);
  const over = await checkFiles({ 'dockgate.yaml': yaml }, pairOf(400));
  assert.equal(over.exitCode, 1);
  assert.match(over.lines[0] ?? '', /made\/server\.crt: the certificate of a\.example ended on /);
  const future = await checkFiles({ 'dockgate.yaml': yaml }, pairOf(-10));
  assert.match(future.lines[0] ?? '', /is valid only from .* on\. Check this machine's clock/);
});

test("dockgate's own pair is looked at as a start would: what is due is made anew, an authority that is over is a problem.", async () => {
  const own =
    (age: number) =>
    async (directory: string): Promise<void> => {
      const options = { ...made, certs: path.join(directory, 'certs'), now: Date.now() - age * day };
      await initialize(options, ['a.example']);
    };
  const files = { 'dockgate.yaml': 'listen: 127.0.0.1:0\n' };
  assert.equal((await checkFiles(files, own(400))).exitCode, 0);
  const near = await checkFiles(files, own(3500));
  assert.equal(near.exitCode, 0);
  assert.match(near.lines.join('\n'), /the authority dockgate authority .* ends in 1\d\d days, on /);
  const over = await checkFiles(files, own(3700));
  assert.equal(over.exitCode, 1);
  assert.match(over.lines[0] ?? '', /certs\/ca\.crt: the certificate of dockgate authority .* ended on /);
  const damaged = await checkFiles(files, async (directory) => {
    await own(0)(directory);
    await writeFile(path.join(directory, 'certs/server.key'), 'oh');
  });
  assert.match(damaged.lines[0] ?? '', /certs\/server\.key: is not PEM/);
});
