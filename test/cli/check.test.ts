import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { initialize } from '../../src/tls/issuance.js';
import { inDirectory } from '../configuration/workspace.js';
import { check } from './check-command.js';

const user = 'vinod:$2y$10$gXg7olEKGeuXm.yPl6guYOPfm5hh7rCDObT6IR1RLaGibE6AYTXCa\n';

/** Fills the directory with a pair for one name and returns its flags. */
async function makePair(directory: string, hostname: string): Promise<readonly string[]> {
  const options = { certs: path.join(directory, 'made'), force: false, now: Date.now() };
  const { server } = await initialize({ ...options, keyType: 'ecdsa', rsaBits: 2048 }, [hostname]);
  return ['--cert', server.certificate, '--key', server.key];
}

test('A good configuration is shown in short, and nothing is written.', async () => {
  const yaml =
    'listen: [8443, "[::1]:9443"]\nupstream: http://localhost:5000\ntimeouts: { idle: 90s, connect: 500ms }\n';
  await inDirectory({ yaml }, async (directory) => {
    await writeFile(path.join(directory, 'dockgate.htpasswd'), user, { mode: 0o600 });
    const before = await readdir(directory);
    const { exitCode, stdout } = await check(directory, [
      '--hostname',
      'a.example',
      '--hostname',
      'b.example',
    ]);
    assert.equal(exitCode, 0);
    assert.deepEqual(stdout.replaceAll(directory, '.').split('\n'), [
      'listen              0.0.0.0:8443, [::1]:9443',
      'hostname            a.example, b.example',
      'upstream            http://localhost:5000',
      'htpasswd            ./dockgate.htpasswd',
      'certs               ./certs',
      'access.rules        none: every user may do everything',
      'auth.mode           auto',
      'auth.robots         ./dockgate.tokens',
      'trustedProxies      none',
      'timeouts.headers    1m',
      'timeouts.idle       90s',
      'timeouts.keepAlive  75s',
      'timeouts.connect    500ms',
      'timeouts.firstByte  15m',
      'timeouts.grace      1h',
      'control             ./dockgate.sock',
      'minimumRate         500 bytes/s',
      'log.level           info',
      'The configuration is fine.',
      '',
    ]);
    assert.deepEqual(await readdir(directory), before);
  });
});

test('An empty directory is fine for the built-in registry, with a word about the password file.', async () => {
  await inDirectory({}, async (directory) => {
    const { exitCode, stdout } = await check(directory);
    assert.equal(exitCode, 0);
    assert.match(stdout, /^upstream +none: the built-in registry$/m);
    assert.match(stdout, /dockgate\.htpasswd does not exist yet: the first start makes it/);
  });
});

test('Every problem is said at once with its line, and the exit code is 1.', async () => {
  await inDirectory({ yaml: 'listn: 8443\ntimeouts:\n  idle: soon\n' }, async (directory) => {
    assert.deepEqual(await check(directory, ['--grace', 'x'], { DOCKGATE_LOG_LEVEL: 'inof' }), {
      exitCode: 1,
      stdout: '',
      stderr: [
        '--grace must be a duration such as 500ms, 30s, 5m or 1h, not "x".',
        'DOCKGATE_LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent, not "inof". Did you mean "info"?',
        'dockgate.yaml:1:1: "listn" is not a known setting. Did you mean "listen"?',
        'dockgate.yaml:3:9: timeouts.idle must be a duration such as 500ms, 30s, 5m or 1h, not "soon".',
        'The configuration has 4 problems.',
      ].join('\n'),
    });
  });
});

test('--json gives programs the problems with file, line and column.', async () => {
  await inDirectory({ yaml: 'realm: 5\n' }, async (directory) => {
    const { exitCode, stdout, stderr } = await check(directory, ['--json']);
    assert.equal(exitCode, 1);
    assert.equal(stderr, 'The configuration has 1 problem.');
    assert.deepEqual(JSON.parse(stdout), {
      ok: false,
      problems: [
        { file: 'dockgate.yaml', line: 1, column: 8, message: "realm must be text. Put it in quotes: '5'." },
      ],
      notices: [],
    });
  });
});

test('--json gives programs the effective settings.', async () => {
  await inDirectory({}, async (directory) => {
    const { exitCode, stdout } = await check(directory, [
      '--json',
      '--upstream',
      'http://a',
      '--htpasswd',
      'users',
    ]);
    assert.equal(exitCode, 1);
    const report = JSON.parse(stdout);
    assert.equal(report.configuration.upstream.servers[0].origin, 'http://a');
    assert.equal(report.problems[0].file, path.join(directory, 'users'));
  });
});

test('Lines of the password file that cannot be used are problems with their number.', async () => {
  await inDirectory({}, async (directory) => {
    const file = path.join(directory, 'dockgate.htpasswd');
    await writeFile(file, `${user}no colon\nplain:secret\n`);
    const { exitCode, stderr } = await check(directory);
    assert.equal(exitCode, 1);
    const [colon = '', hash = '', summary] = stderr.split('\n');
    assert.ok(colon.startsWith(`${file}:2: `), colon);
    assert.ok(hash.startsWith(`${file}:3: `), hash);
    assert.doesNotMatch(stderr, /secret/);
    assert.equal(summary, 'The configuration has 2 problems.');
  });
});

test('In front of an upstream a missing password file is a problem with the command that helps.', async () => {
  await inDirectory({ yaml: 'upstream: http://a\n' }, async (directory) => {
    const file = path.join(directory, 'dockgate.htpasswd');
    const { stderr } = await check(directory);
    assert.equal(
      stderr,
      `${file}: there is no password file here; make one with: dockgate user add NAME --htpasswd ${file}\nThe configuration has 1 problem.`,
    );
  });
});

test('What stands in the place of a file or a directory is a problem.', async () => {
  await inDirectory({}, async (directory) => {
    await mkdir(path.join(directory, 'dockgate.htpasswd'));
    await writeFile(path.join(directory, 'data'), '');
    await writeFile(path.join(directory, 'certs'), '');
    const { stderr } = await check(directory);
    assert.deepEqual(stderr.replaceAll(directory, '.').split('\n'), [
      './dockgate.htpasswd: this is not a file; name a password file',
      './certs: This must be a directory, but a file is in its place.',
      './data: This must be a directory, but a file is in its place.',
      'The configuration has 3 problems.',
    ]);
  });
});

test('A pair of the operator is loaded and must cover the host names.', async () => {
  await inDirectory({}, async (directory) => {
    await writeFile(path.join(directory, 'dockgate.htpasswd'), user, { mode: 0o600 });
    const pair = await makePair(directory, 'gate.example');
    const good = await check(directory, [...pair, '--hostname', 'gate.example']);
    assert.equal(good.stderr, '');
    assert.match(good.stdout, /^certificate +.*server\.crt with .*server\.key$/m);
    const bad = await check(directory, [...pair, '--hostname', 'other.example']);
    assert.equal(bad.exitCode, 1);
    assert.match(bad.stderr, /server\.crt: the certificate is for gate\.example, not for other\.example/);
  });
});

test('A certificate and a key that cannot be read are two problems.', async () => {
  await inDirectory({}, async (directory) => {
    const { exitCode, stderr } = await check(directory, ['--cert', 'a.pem', '--key', 'a.key']);
    assert.equal(exitCode, 1);
    assert.ok(stderr.includes(`${path.join(directory, 'a.pem')}: `), stderr);
    assert.ok(stderr.includes(`${path.join(directory, 'a.key')}: `), stderr);
  });
});

test('The authorities of the upstream must be certificates.', async () => {
  await inDirectory({ yaml: 'upstream: { url: https://a, ca: ca.pem }\n' }, async (directory) => {
    await writeFile(path.join(directory, 'dockgate.htpasswd'), user, { mode: 0o600 });
    await writeFile(path.join(directory, 'ca.pem'), 'not a certificate\n');
    const { exitCode, stderr } = await check(directory);
    assert.equal(exitCode, 1);
    assert.ok(stderr.startsWith(`${path.join(directory, 'ca.pem')}: `), stderr);
  });
});
