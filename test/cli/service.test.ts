import assert from 'node:assert/strict';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../harness/directory.js';
import { machineWith, nowhere, run } from './service-command.js';

/** Every file below a directory, with its text. */
async function files(directory: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found[path.slice(directory.length)] = await readFile(path, 'utf8');
  }
  return found;
}

test('A first installation writes everything, a second one nothing.', async (t) => {
  const root = temporaryDirectory(t);
  const first = await run(nowhere, 'install', '--root', root, '--listen', '127.0.0.1:443');
  assert.equal(first.exitCode, 0, first.err);
  const written = await files(root);
  assert.deepEqual(Object.keys(written).sort(), [
    '/etc/dockgate/dockgate.yaml',
    '/etc/systemd/system/dockgate.service',
    '/etc/systemd/system/dockgate.socket',
    '/etc/sysusers.d/dockgate.conf',
    '/var/lib/dockgate/dockgate.htpasswd',
  ]);
  assert.equal(written['/var/lib/dockgate/dockgate.htpasswd'], '');
  assert.equal((await stat(join(root, 'var/lib/dockgate'))).mode & 0o777, 0o700);
  assert.equal((await stat(join(root, 'var/lib/dockgate/dockgate.htpasswd'))).mode & 0o777, 0o600);
  const second = await run(nowhere, 'install', '--root', root);
  assert.equal(second.exitCode, 0, second.err);
  assert.match(second.out, /unchanged +\/etc\/systemd\/system\/dockgate\.socket/);
  assert.doesNotMatch(second.out, /wrote|replaced|made/);
  assert.deepEqual(await files(root), written);
});

test('--print shows what would be written, and writes nothing.', async (t) => {
  const root = temporaryDirectory(t);
  const { exitCode, out } = await run(nowhere, 'install', '--root', root, '--print', '--user', 'registry');
  assert.equal(exitCode, 0);
  for (const part of ['User=registry', 'u registry -', 'ListenStream=0.0.0.0:8443', 'workers: auto'])
    assert.ok(out.includes(part), part);
  assert.deepEqual(await files(root), {});
  const machine = machineWith({});
  assert.match((await run(machine, 'install', '--print')).out, /systemctl enable dockgate\.socket/);
  assert.deepEqual(machine.asked, []);
});

test('A unit that somebody has changed stays until it is replaced by force, and an old one is brought up to date.', async (t) => {
  const root = temporaryDirectory(t);
  await run(nowhere, 'install', '--root', root);
  const unit = join(root, 'etc/systemd/system/dockgate.service');
  const original = await readFile(unit, 'utf8');
  const edited = original.replace('RestartSec=1', 'RestartSec=5');
  await writeFile(unit, edited);
  const second = await run(nowhere, 'install', '--root', root);
  assert.match(
    second.out,
    /kept +\/etc\/systemd\/system\/dockgate\.service, .*systemctl edit dockgate\.service/,
  );
  assert.equal(await readFile(unit, 'utf8'), edited);
  assert.match((await run(nowhere, 'uninstall', '--root', root)).out, /kept .*dockgate\.service, .*--force/);
  const third = await run(nowhere, 'install', '--root', root, '--force');
  assert.match(third.out, /replaced +\/etc\/systemd\/system\/dockgate\.service/);
  assert.equal(await readFile(unit, 'utf8'), original);

  const configuration = join(root, 'etc/dockgate/dockgate.yaml');
  const text = await readFile(configuration, 'utf8');
  await writeFile(configuration, text.replace('0.0.0.0:8443', '127.0.0.1:8444').replace('workers: auto', ''));
  const fourth = await run(nowhere, 'install', '--root', root);
  assert.match(fourth.out, /replaced +\/etc\/systemd\/system\/dockgate\.socket/);
  assert.match(
    await readFile(join(root, 'etc/systemd/system/dockgate.socket'), 'utf8'),
    /=127\.0\.0\.1:8444$/m,
  );
  assert.match(await readFile(unit, 'utf8'), /^ExecStart=.* --workers auto$/m);
});

test('What goes with another configuration is found out from it.', async (t) => {
  const root = temporaryDirectory(t);
  await run(nowhere, 'install', '--root', root);
  const configuration = join(root, 'etc/dockgate/dockgate.yaml');
  await writeFile(configuration, 'listen: 8443\ndata: ./images\ncerts: /srv/certs\n');
  const { exitCode, out } = await run(
    nowhere,
    'install',
    '--root',
    root,
    '--config',
    '/etc/dockgate/dockgate.yaml',
  );
  assert.equal(exitCode, 0);
  const unit = await readFile(join(root, 'etc/systemd/system/dockgate.service'), 'utf8');
  assert.match(unit, /^ReadWritePaths=\/etc\/dockgate\/images\nReadWritePaths=\/srv\/certs$/m);
  assert.match(unit, /^Environment=DOCKGATE_CONTROL=\/run\/dockgate\/control\.sock$/m);
  assert.match(out, /made +\/etc\/dockgate\/images/);
  assert.equal((await stat(join(root, 'srv/certs'))).mode & 0o777, 0o700);
});

test('What cannot be installed is refused before anything is written.', async (t) => {
  const root = temporaryDirectory(t);
  const configuration = join(root, 'etc/dockgate/dockgate.yaml');
  for (const [args, machine, exitCode, complaint] of [
    [[], nowhere, 1, /systemd does not run this machine/],
    [[], { ...nowhere, hasSystemd: true, isRoot: false }, 1, /Only root may .*sudo/],
    [['--root', root, '--user', 'root'], nowhere, 1, /--user must not be root/],
    [['--root', root, '--user', 'A b'], nowhere, 1, /--user must be the name of a system user/],
    [['--root', root, '--config', '/none.yaml'], nowhere, 1, /none\.yaml does not exist/],
    [['--root', root, '--listen', 'here'], nowhere, 2, /DOCKGATE_LISTEN|listen/],
    [['--root', root, '--listen', '127.0.0.1:0'], nowhere, 2, /picks a free port/],
  ] as const) {
    const refused = await run(machine, 'install', ...args);
    assert.equal(refused.exitCode, exitCode, refused.err);
    assert.match(refused.err, complaint);
  }
  assert.deepEqual(await files(root), {});
  await run(nowhere, 'install', '--root', root);
  const again = await run(nowhere, 'install', '--root', root, '--listen', '443');
  assert.match(again.err, /dockgate\.yaml exists, and is never changed here/);
  await writeFile(configuration, 'lisen: 8443\n');
  const broken = await run(nowhere, 'install', '--root', root);
  assert.equal(broken.exitCode, 2);
  assert.match(broken.err, /dockgate\.yaml:1:1: .*lisen/);
});

test('Uninstalling removes the units and leaves data, configuration and user alone.', async (t) => {
  const root = temporaryDirectory(t);
  await run(nowhere, 'install', '--root', root, '--user', 'registry');
  const { exitCode, out } = await run(nowhere, 'uninstall', '--root', root);
  assert.equal(exitCode, 0);
  assert.match(out, /\/var\/lib\/dockgate .*\n.*\n +the user registry/);
  assert.deepEqual(Object.keys(await files(root)).sort(), [
    '/etc/dockgate/dockgate.yaml',
    '/var/lib/dockgate/dockgate.htpasswd',
  ]);
  const again = await run(nowhere, 'uninstall', '--root', root);
  assert.equal(again.exitCode, 0);
  assert.match(again.out, /nothing was changed/);
});
