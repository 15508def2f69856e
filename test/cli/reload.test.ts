import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { registerReloadCommand } from '../../src/cli/reload.js';
import { loadConfiguration } from '../../src/configuration/load.js';
import { ConfigurationError } from '../../src/configuration/problem.js';
import { ControlSocket } from '../../src/monitor/control-socket.js';
import { type ReloadReport, reportProblem } from '../../src/monitor/status.js';
import { afterwards } from '../harness/afterwards.js';
import { temporaryDirectory } from '../harness/directory.js';
import { handlers } from '../monitor/handlers.js';
import { runCommand } from './command.js';

/** A server that does nothing but take its configuration over. */
async function serve(t: TestContext, path: string, reload: () => Promise<ReloadReport>): Promise<void> {
  const socket = await ControlSocket.open(path, handlers({ reload }));
  afterwards(t, () => socket.close());
}

function reload(directory: string, words: readonly string[] = [], environment: Record<string, string> = {}) {
  return runCommand(
    (program) => registerReloadCommand(program, { directory, environment }),
    ['reload', ...words],
  );
}

const GOOD: ReloadReport = { ok: true, problems: [], notices: ['Mind the gap.'], generation: 3 };

test('a configuration that holds is told of, with what a person should know', async (t) => {
  const directory = temporaryDirectory(t);
  await serve(t, join(directory, 'dockgate.sock'), () => Promise.resolve(GOOD));
  const done = await reload(directory);
  assert.equal(done.exitCode, 0);
  assert.equal(done.stdout, 'Mind the gap.\nThe configuration is in use. It is the 3rd since the start.\n');
  const json = await reload(directory, ['--json']);
  assert.deepEqual(JSON.parse(json.stdout), GOOD);
});

test('a broken file still leads to the server, which says what is wrong as dockgate check does', async (t) => {
  const directory = temporaryDirectory(t);
  const socket = join(directory, 'run.sock');
  const file = join(directory, 'site.yaml');
  let expected: readonly string[] = [];
  await serve(t, socket, async () => {
    const failure: unknown = await loadConfiguration({
      ...{ flags: { config: file }, environment: {}, directory },
    }).catch((error: unknown) => error);
    assert.ok(failure instanceof ConfigurationError);
    expected = failure.message.split('\n');
    return { ok: false, problems: failure.problems.map(reportProblem), notices: [], generation: 2 };
  });
  for (const yaml of [
    'control: ./run.sock # here\nlisten: nowhere\nupstrem: http://a\n',
    'listen: [8443\ncontrol: "./run.sock"\n  - : }\n',
    "control:   './run.sock'\r\n\ttabs: 1\n",
    'control: run.sock\ncontrol: other.sock\n',
  ]) {
    writeFileSync(file, yaml);
    const refused = await reload(directory, ['--config', 'site.yaml']);
    const count = `${expected.length} ${expected.length === 1 ? 'problem' : 'problems'}`;
    assert.equal(
      refused.stderr,
      [...expected, `The configuration has ${count}. The one from before stays in use.`].join('\n'),
    );
    assert.equal(refused.exitCode, 1);
    const json = await reload(directory, ['--config', 'site.yaml', '--json']);
    assert.equal(json.exitCode, 1);
    assert.equal((JSON.parse(json.stdout) as ReloadReport).problems.length, expected.length);
  }
});

test('the socket can be named where no file tells of it, and a missing server is told of plainly', async (t) => {
  const directory = temporaryDirectory(t);
  const socket = join(directory, 'run.sock');
  const missing = await reload(directory, ['--config', 'missing.yaml']);
  assert.equal(missing.exitCode, 1);
  assert.equal(
    missing.stderr,
    `No dockgate runs with this configuration: ${join(directory, 'dockgate.sock')} is not there.`,
  );
  await serve(t, socket, () => Promise.resolve({ ...GOOD, generation: 11 }));
  const named = await reload(directory, ['--config', 'missing.yaml', '--control', 'run.sock']);
  assert.match(named.stdout, /It is the 11th since the start/);
  const fromEnvironment = await reload(directory, [], { DOCKGATE_CONTROL: socket });
  assert.equal(fromEnvironment.exitCode, 0);
  writeFileSync(join(directory, 'dockgate.yaml'), 'control: off\n');
  assert.match((await reload(directory)).stderr, /"control" is off in its configuration\. Send it SIGHUP/);
});

test('the socket of the service is the one that its unit names, wherever the command is typed', async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, 'service.yaml');
  const socket = join(directory, 'control.sock');
  const unit = join(directory, 'dockgate.service');
  writeFileSync(file, 'listen: 127.0.0.1:0\n');
  writeFileSync(
    unit,
    `[Service]\nEnvironment=DOCKGATE_CONTROL=${socket}\nExecStart=/usr/bin/node /usr/bin/dockgate serve --config ${file}\n`,
  );
  await serve(t, socket, () => Promise.resolve(GOOD));
  const typed = (words: readonly string[], environment = {}) =>
    runCommand(
      (program) => registerReloadCommand(program, { directory, environment, unit }),
      ['reload', ...words],
    );
  assert.equal((await typed(['--config', 'service.yaml'])).exitCode, 0);
  assert.equal((await typed([], { DOCKGATE_CONFIG: file })).exitCode, 0);
  assert.match((await typed(['--config', 'other.yaml'])).stderr, /dockgate\.sock is not there/);
  writeFileSync(file, 'control: off\n');
  const elsewhere = join(directory, 'elsewhere.sock');
  const named = await typed(['--config', file], { DOCKGATE_CONTROL: elsewhere });
  assert.match(named.stderr, /elsewhere\.sock is not there/);
});

test('what a server says cannot reach into the terminal', async (t) => {
  const directory = temporaryDirectory(t);
  const problems = [{ file: 'a\u001b[2J', line: 1, column: 2, message: 'b\u0007' }];
  await serve(t, join(directory, 'dockgate.sock'), () =>
    Promise.resolve({ ok: false, problems, notices: [], generation: 1 }),
  );
  const refused = await reload(directory);
  assert.match(refused.stderr, /^a\\u\{1b\}\[2J:1:2: b\\u\{7\}\n/);
});
