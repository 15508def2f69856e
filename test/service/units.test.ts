import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Configuration } from '../../src/configuration/configuration.js';
import { loadConfiguration } from '../../src/configuration/load.js';
import { ConfigurationError } from '../../src/configuration/problem.js';
import { firstConfiguration, firstEnvironment } from '../../src/service/first-configuration.js';
import { isSealed } from '../../src/service/sealed-text.js';
import { serviceUnit } from '../../src/service/service-unit.js';
import { socketUnit } from '../../src/service/socket-unit.js';
import { commandWord } from '../../src/service/unit-text.js';
import { writtenDirectories } from '../../src/service/written-directories.js';
import { temporaryDirectory } from '../harness/directory.js';
import { requireProgram, runProgram } from '../harness/program.js';

const ANALYZE = requireProgram('systemd-analyze', 'systemd');
const CHOICES = { listen: [], hostnames: [], upstream: undefined };

/** A configuration as the service reads it. */
function configured(environment: Record<string, string>): Promise<Configuration> {
  return loadConfiguration({ flags: {}, environment, directory: '/var/lib/dockgate' });
}

const usual = (): Promise<Configuration> => configured(firstEnvironment(CHOICES));

function unit(configuration: Configuration, places: { node?: string; file?: string } = {}): string {
  const { node = process.execPath, file = '/etc/dockgate/dockgate.yaml' } = places;
  const program = '/usr/lib/node_modules/dockgate/bin/dockgate.js';
  return serviceUnit({ node, program, file, user: 'dockgate', configuration, namesControl: false });
}

const values = (text: string, name: string): string[] =>
  text.split('\n').flatMap((line) => (line.startsWith(`${name}=`) ? [line.slice(name.length + 1)] : []));

test('The first configuration says what the installation reckons with, whatever is chosen for it.', async (t) => {
  const file = join(temporaryDirectory(t), 'dockgate.yaml');
  const chosen = {
    listen: ['0.0.0.0:443', '[::1]:8443'],
    hostnames: ['registry.example.com', '10.0.0.7'],
    upstream: 'http://localhost:5000',
  };
  for (const choices of [CHOICES, chosen]) {
    await writeFile(file, firstConfiguration(choices));
    const read = await loadConfiguration({
      flags: { config: file },
      environment: {},
      directory: '/elsewhere',
    });
    assert.deepEqual({ ...read, file: undefined }, await configured(firstEnvironment(choices)));
    assert.deepEqual(writtenDirectories(read), [], 'everything lies in the directories of the service');
  }
});

test(
  'systemd finds no fault with the units, and little that the service may still do.',
  ANALYZE,
  async (t) => {
    const directory = temporaryDirectory(t);
    const paths = [join(directory, 'dockgate.service'), join(directory, 'dockgate.socket')] as const;
    const odd = { node: process.execPath, file: `${directory}/a "b" $HOME %n/dockgate.yaml` };
    await mkdir(join(directory, 'a "b" $HOME %n'));
    const cases = [
      { configuration: await usual(), places: {} },
      { configuration: await configured({ DOCKGATE_LISTEN: '[::]:443,10.1.2.3:80' }), places: odd },
      { configuration: await configured({ DOCKGATE_MONITOR_LISTEN: '127.0.0.1:90' }), places: {} },
    ];
    for (const { configuration, places } of cases) {
      const text = unit(configuration, places).replace(
        '/usr/lib/node_modules/dockgate/bin/',
        `${directory}/`,
      );
      await writeFile(paths[0], text);
      await writeFile(paths[1], socketUnit(configuration.listen));
      const verified = await runProgram('systemd-analyze', ['verify', '--man=no', ...paths]);
      assert.deepEqual(verified, { code: 0, stdout: '', stderr: '' });
      const words = ['security', '--offline=true', '--threshold=20', '--no-pager', paths[0]];
      const { code, stdout } = await runProgram('systemd-analyze', words);
      assert.equal(code, 0, stdout);
    }
  },
);

test('The unit says everything that running it for years depends on.', async () => {
  const text = unit(await usual());
  assert.ok(isSealed(text));
  assert.ok(!isSealed(text.replace('RestartSec=1', 'RestartSec=2')));
  for (const [name, ...wanted] of [
    ['Type', 'notify'],
    ['NotifyAccess', 'all'],
    ['KillMode', 'process'],
    ['Restart', 'on-failure'],
    ['RestartPreventExitStatus', '2'],
    ['TimeoutStopSec', '3630'],
    ['User', 'dockgate'],
    ['CapabilityBoundingSet', ''],
    ['ProtectSystem', 'strict'],
    ['ProtectHome', 'yes'],
    ['ReadWritePaths'],
    ['Environment'],
    ['MemoryDenyWriteExecute'],
  ])
    assert.deepEqual(values(text, name ?? ''), wanted, name);
  assert.match(values(text, 'ExecStart')[0] ?? '', / serve --config \/etc\/dockgate\/dockgate\.yaml$/);
  assert.match(values(text, 'ExecReload')[0] ?? '', / reload --config \/etc\/dockgate\/dockgate\.yaml$/);
});

test('What the configuration names elsewhere can be reached from inside the service.', async () => {
  const configuration = await configured({
    ...{
      DOCKGATE_DATA: '/srv/images',
      DOCKGATE_V1_DIRECTORY: '/srv/images/v1',
      DOCKGATE_CERTS: '/home/ops/certs',
    },
    ...{
      DOCKGATE_HTPASSWD: '/etc/nginx/registry.htpasswd',
      DOCKGATE_AUDIT_FILE: '/var/log/dockgate/audit.log',
    },
    ...{ DOCKGATE_LOG_FILE: '/var/log/registry/out.log', DOCKGATE_TIMEOUTS_GRACE: '90s' },
  });
  const text = unit(configuration);
  assert.deepEqual(values(text, 'ReadWritePaths'), ['/home/ops/certs', '/srv/images', '/var/log/registry']);
  assert.deepEqual(values(text, 'ProtectHome'), ['read-only']);
  assert.deepEqual(values(text, 'TimeoutStopSec'), ['120']);
  // No workers are configured, and without any a restart would wait for every transfer.
  assert.match(values(text, 'ExecStart')[0] ?? '', / --workers auto$/);
  const open = await configured({
    DOCKGATE_HTPASSWD: '/srv/users/htpasswd',
    DOCKGATE_V1_REGISTRATION: 'true',
  });
  assert.deepEqual(writtenDirectories(open), ['/srv/users']);
});

test('A port that every user may not have gives one capability, and no more than that.', async () => {
  const text = unit(await configured({ DOCKGATE_MONITOR_LISTEN: '127.0.0.1:90' }));
  assert.deepEqual(values(text, 'CapabilityBoundingSet'), ['CAP_NET_BIND_SERVICE']);
  assert.deepEqual(values(text, 'AmbientCapabilities'), ['CAP_NET_BIND_SERVICE']);
  assert.deepEqual(values(text, 'PrivateUsers'), []);
});

test('The socket listens where the configuration says, in its order.', () => {
  const text = socketUnit([
    { host: '0.0.0.0', port: 443 },
    { host: '::', port: 443 },
    { host: 'localhost', port: 8443 },
  ]);
  assert.deepEqual(values(text, 'ListenStream'), ['0.0.0.0:443', '[::]:443', '127.0.0.1:8443']);
  assert.deepEqual(values(text, 'BindIPv6Only'), ['ipv6-only']);
  assert.deepEqual(values(text, 'FreeBind'), []);
  const dual = socketUnit([{ host: '::', port: 443 }]);
  assert.deepEqual(values(dual, 'BindIPv6Only'), ['both']);
  assert.deepEqual(values(socketUnit([{ host: '10.1.2.3', port: 443 }]), 'FreeBind'), ['yes']);
});

test('Addresses that only a running program can find out are refused.', () => {
  for (const [host, port, complaint] of [
    ['0.0.0.0', 0, /0\.0\.0\.0:0 picks a free port at each start/],
    ['registry.example.com', 443, /registry\.example\.com:443 has a host name/],
  ] as const) {
    const check = (error: unknown): boolean =>
      error instanceof ConfigurationError && complaint.test(error.message);
    assert.throws(() => socketUnit([{ host, port }]), check);
  }
});

test('Nothing in a path means anything to systemd.', () => {
  assert.equal(commandWord('/usr/bin/node'), '/usr/bin/node');
  assert.equal(commandWord('/a b/"c"\\d'), '"/a b/\\"c\\"\\\\d"');
  assert.equal(commandWord('/a/$HOME/%n;'), '"/a/$$HOME/%%n;"');
});
