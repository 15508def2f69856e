import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Figures } from '../../src/cli/top/figures.js';
import { registerTopCommand } from '../../src/cli/top.js';
import { ControlSocket } from '../../src/monitor/control-socket.js';
import { MonitorServer } from '../../src/monitor/monitor-server.js';
import { Metrics } from '../../src/telemetry/metrics/metrics.js';
import { afterwards } from '../harness/afterwards.js';
import { temporaryDirectory } from '../harness/directory.js';
import { requireProgram } from '../harness/program.js';
import { until } from '../harness/until.js';
import { handlers } from '../monitor/handlers.js';
import { exchange } from '../telemetry/metrics/exchanges.js';
import { runCommand } from './command.js';

async function serve(t: TestContext) {
  const directory = temporaryDirectory(t);
  const metrics = new Metrics({ version: '1.2.3', process: false });
  const told = handlers({
    async metrics() {
      metrics.requests.left(exchange('/v2/'), 1);
      return metrics.text();
    },
  });
  const socket = await ControlSocket.open(join(directory, 'dockgate.sock'), told);
  afterwards(t, () => socket.close());
  return { directory, told };
}

function top(directory: string, words: readonly string[]) {
  const { stdout: output, stdin: input } = process;
  return runCommand(
    (program) => registerTopCommand(program, { directory, environment: { TERM: 'dumb' }, output, input }),
    ['top', '--once', '--interval', '100ms', ...words],
  );
}

test('one look is printed as a line, or as JSON for programs', async (t) => {
  const { directory, told } = await serve(t);
  const line = await top(directory, []);
  assert.equal(line.exitCode, 0);
  assert.match(line.stdout, /^\d{4}-\S+Z {2}requests \S+\/s {2}4xx 0\/s .* p95 0\.95 ms .*\n$/);
  const figures = JSON.parse((await top(directory, ['--json'])).stdout) as Figures;
  assert.equal(figures.generation, 1);
  assert.ok(figures.perSecond > 0);
  const monitor = await MonitorServer.open([{ host: '127.0.0.1', port: 0 }], told);
  afterwards(t, () => monitor.close());
  const url = `http://127.0.0.1:${monitor.addresses[0]?.port}`;
  const far = JSON.parse((await top(directory, ['--json', '--url', url])).stdout) as Figures;
  assert.equal(far.version, '1.2.3');
  assert.equal(far.generation, undefined);
});

test('what cannot be looked at, or makes no sense, is said plainly', async (t) => {
  const directory = temporaryDirectory(t);
  const failure = async (...words: string[]): Promise<[number, string]> => {
    const { exitCode, stderr } = await top(directory, words);
    return [exitCode, stderr];
  };
  assert.deepEqual(await failure('--control', 'x.sock'), [
    1,
    `No dockgate runs with this configuration: ${join(directory, 'x.sock')} is not there.`,
  ]);
  assert.deepEqual(await failure('--url', 'http://127.0.0.1:1'), [
    1,
    '127.0.0.1:1 does not answer (ECONNREFUSED).',
  ]);
  assert.equal((await failure('--url', 'https://a'))[0], 2);
  assert.equal((await failure('--url', 'http://a', '--control', 'b'))[0], 2);
  assert.deepEqual(await failure('--interval', '1ms'), [2, '--interval must be 100ms at least, not "1ms".']);
});

const COMMAND = fileURLToPath(new URL('./top-program.js', import.meta.url));

test(
  'a terminal shows a screen of its own until q is pressed, and is put back',
  requireProgram('script', 'bsdutils'),
  async (t) => {
    const { directory } = await serve(t);
    const words = [process.execPath, COMMAND, join(directory, 'dockgate.sock')]
      .map((word) => `'${word}'`)
      .join(' ');
    const child = spawn('script', ['-qec', words, '/dev/null'], {
      env: { ...process.env, TERM: 'xterm', NO_COLOR: '1' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    afterwards(t, () => {
      child.kill();
    });
    let shown = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
    });
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    await until(() => shown.includes('dockgate 1.2.3'), 'the first view');
    assert.ok(shown.startsWith('\u001b[?1049h\u001b[?25l\u001b[?7l'), 'on the other screen');
    child.stdin.write('b');
    await until(() => shown.includes('sorted by bytes'), 'the key is heard');
    child.stdin.write('q');
    assert.equal(await ended, 0);
    assert.match(shown, /\u001b\[\?7h\u001b\[\?25h\u001b\[\?1049l\s*$/);
    assert.doesNotMatch(shown, /\u001b\[\d*(?:;\d+)*m/, 'no colours where they are not wanted');
  },
);
