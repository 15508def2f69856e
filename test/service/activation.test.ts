import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ConfigurationError } from '../../src/configuration/problem.js';
import { activatedSockets } from '../../src/service/activation.js';
import { afterwards } from '../harness/afterwards.js';
import { freePort } from '../harness/free-port.js';
import { requireProgram } from '../harness/program.js';
import { until } from '../harness/until.js';

const PROGRAM = fileURLToPath(new URL('./activated-program.js', import.meta.url));

/** What is sent on a new connection; undefined when it is refused. */
async function answer(port: number): Promise<unknown> {
  let text = '';
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  socket.on('data', (chunk) => {
    text += chunk;
  });
  const ended = await once(socket, 'end').catch(() => undefined);
  socket.destroy();
  return ended === undefined ? undefined : JSON.parse(text);
}

test('Without socket activation there are no sockets.', () => {
  assert.deepEqual(activatedSockets({}, 7), []);
  assert.deepEqual(activatedSockets({ LISTEN_FDS: '1' }, 7), []);
});

test('Sockets begin at descriptor 3, have their names, and leave nothing behind for children.', () => {
  const environment = { LISTEN_FDS: '2', LISTEN_PID: '7', LISTEN_FDNAMES: 'listen:', HOME: '/' };
  assert.deepEqual(activatedSockets(environment, 7), [
    { fd: 3, name: 'listen' },
    { fd: 4, name: '' },
  ]);
  assert.deepEqual(environment, { HOME: '/' });
  assert.deepEqual(activatedSockets({ LISTEN_FDS: '1', LISTEN_PID: '7' }, 7), [{ fd: 3, name: 'unknown' }]);
});

test('Sockets of another process are not taken, whatever else is said of them.', () => {
  const environment = { LISTEN_FDS: 'garbage', LISTEN_PID: '8' };
  assert.deepEqual(activatedSockets(environment, 7), []);
  assert.deepEqual(environment, {});
});

test('Variables that make no sense are refused with a sentence.', () => {
  for (const [variables, complaint] of [
    [{ LISTEN_FDS: '1', LISTEN_PID: 'me' }, /LISTEN_PID must be a whole number from 1 .* not "me"/],
    [{ LISTEN_FDS: '0', LISTEN_PID: '7' }, /LISTEN_FDS must be a whole number from 1 to 1000, not "0"/],
    [{ LISTEN_FDS: '-1', LISTEN_PID: '7' }, /LISTEN_FDS .* not "-1"/],
    [{ LISTEN_FDS: '1e3', LISTEN_PID: '7' }, /LISTEN_FDS .* not "1e3"/],
    [{ LISTEN_FDS: '99999', LISTEN_PID: '7' }, /LISTEN_FDS/],
    [{ LISTEN_FDS: '1', LISTEN_PID: '7', LISTEN_FDNAMES: 'a:b' }, /has 2 names for 1 sockets/],
  ] as const) {
    const check = (error: unknown): boolean =>
      error instanceof ConfigurationError && complaint.test(error.message);
    assert.throws(() => activatedSockets({ ...variables }, 7), check);
  }
});

test(
  'A program that systemd-socket-activate starts answers on the sockets that were there before it.',
  requireProgram('systemd-socket-activate', 'systemd'),
  async (t) => {
    const ports = [await freePort(), await freePort()] as const;
    const listens = ports.map((port) => `--listen=127.0.0.1:${port}`);
    const words = [...listens, '--fdname=one:two', process.execPath, PROGRAM];
    const child = spawn('systemd-socket-activate', words, { stdio: 'ignore' });
    afterwards(t, () => child.kill());
    const sockets = [
      { fd: 3, name: 'one' },
      { fd: 4, name: 'two' },
    ];
    for (const port of ports) {
      let reply: unknown;
      await until(async () => {
        reply = await answer(port);
        return reply !== undefined;
      }, 'the program answers');
      assert.deepEqual(reply, { sockets, left: [] });
    }
  },
);
