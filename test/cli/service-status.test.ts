import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Ending } from '../../src/service/machine.js';
import { afterwards } from '../harness/afterwards.js';
import { temporaryDirectory } from '../harness/directory.js';
import { FINE, machineWith, run } from './service-command.js';

const shown = (lines: readonly string[]): Ending => ({ ...FINE, output: lines.join('\n') });

test('A service that does not run, or is not there, is exit code 3.', async () => {
  const missing = machineWith({
    'systemctl show': shown([
      'LoadState=not-found',
      'ActiveState=inactive',
      'SubState=dead',
      'Result=success',
    ]),
  });
  const { exitCode, out } = await run(missing, 'status');
  assert.equal(exitCode, 3);
  assert.match(out, /^state +inactive \(not installed\)$/m);
  const failed = machineWith({
    'systemctl show': shown([
      'LoadState=loaded',
      'ActiveState=failed',
      'SubState=failed',
      'Result=exit-code',
    ]),
  });
  const second = await run(failed, 'status');
  assert.equal(second.exitCode, 3);
  assert.match(second.out, /^state +failed \(failed\): exit-code; journalctl -u dockgate\.service/m);
  const deaf = machineWith({
    'systemctl show': { code: 1, output: '', complaint: 'Failed to connect to bus' },
  });
  const third = await run(deaf, 'status');
  assert.deepEqual([third.exitCode, third.err], [1, 'systemd cannot be asked: Failed to connect to bus']);
});

/** A running service, as systemd 252 shows it. */
const RUNNING = {
  'systemctl show --timestamp=unix --property=Listen': shown([
    'Listen=0.0.0.0:8443 (Stream)',
    'Listen=[::1]:8443 (Stream)',
  ]),
  'systemctl show': shown([
    ...['Restart=on-failure', 'Result=success', 'NRestarts=2', 'MainPID=4711', 'LoadState=loaded'],
    ...[
      'ActiveState=active',
      'SubState=running',
      'UnitFileState=enabled',
      'ActiveEnterTimestamp=@1764324000',
    ],
    'StatusText=listening on 0.0.0.0:8443',
  ]),
};

/** A control socket that answers; returns the configuration that names it. */
async function control(t: TestContext, ready: number, body: string): Promise<string> {
  const directory = temporaryDirectory(t);
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/readyz' ? ready : 200;
    response.end(request.url === '/readyz' ? body : '{"version":"1.2.3"}');
  });
  await new Promise<void>((resolve) => server.listen(join(directory, 'control.sock'), resolve));
  afterwards(t, () => server.close());
  const file = join(directory, 'dockgate.yaml');
  await writeFile(file, 'control: control.sock\n');
  return file;
}

test('A running service is shown with what systemd and the gateway say of it.', async (t) => {
  const file = await control(t, 200, 'ready\n');
  const { exitCode, out } = await run(machineWith(RUNNING), 'status', '--config', file);
  assert.equal(exitCode, 0);
  assert.equal(
    out,
    [
      'state                    active (running)',
      'starts with the machine  yes',
      'since                    2025-11-28T10:00:00.000Z',
      'process                  4711',
      'started again            2 times',
      'listens on               0.0.0.0:8443, [::1]:8443',
      'says                     listening on 0.0.0.0:8443',
      'health                   ready',
      '',
    ].join('\n'),
  );
  const json = JSON.parse((await run(machineWith(RUNNING), 'status', '--json', '--config', file)).out);
  assert.deepEqual(json.health, { isReady: true, details: { version: '1.2.3' } });
  assert.equal(json.pid, 4711);
});

test('A gateway that is not ready, or cannot be asked, is said to be so.', async (t) => {
  const file = await control(t, 503, 'upstream: connection refused\n');
  const sick = await run(machineWith(RUNNING), 'status', '--config', file);
  assert.match(sick.out, /^health +not ready: upstream: connection refused$/m);
  await writeFile(file, 'control: none.sock\n');
  const deaf = await run(machineWith(RUNNING), 'status', '--config', file);
  assert.equal(deaf.exitCode, 0);
  assert.match(deaf.out, /^health +not ready: nothing listens on .*none\.sock$/m);
  await writeFile(file, 'control: off\n');
  assert.match((await run(machineWith(RUNNING), 'status', '--config', file)).out, /has no control socket/);
});
