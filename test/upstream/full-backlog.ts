import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { afterwards } from '../harness/afterwards.js';

/** Listens, and never takes a connection: its only thread waits for nothing. */
const PROGRAM = `
const server = require('node:net').createServer();
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  require('node:fs').writeSync(1, String(server.address().port) + '\\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});`;

/** A port of 127.0.0.1 where connecting takes forever, because as many connections wait as may. */
export async function startFullBacklog(test: TestContext): Promise<number> {
  const child = spawn(process.execPath, ['-e', PROGRAM], { stdio: ['ignore', 'pipe', 'ignore'] });
  const waiting: Socket[] = [];
  afterwards(test, async () => {
    for (const socket of waiting) socket.destroy();
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  });
  const port = Number(await new Promise((resolve) => child.stdout.once('data', resolve)));
  for (;;) {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    waiting.push(socket);
    // On loopback a connection that is taken is there at once; what there is to tell of it is told in one turn of the loop.
    await delay(100);
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    if (socket.connecting) return port;
  }
}
