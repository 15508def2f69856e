import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ConfigurationError } from '../../src/configuration/problem.js';
import { ControlClient, ControlFailure } from '../../src/monitor/control-client.js';
import { type ControlHandlers, ControlSocket } from '../../src/monitor/control-socket.js';
import type { ReloadReport } from '../../src/monitor/status.js';
import { afterwards } from '../harness/afterwards.js';
import { temporaryDirectory } from '../harness/directory.js';
import { until } from '../harness/until.js';
import { ask } from './ask.js';
import { handlers } from './handlers.js';

async function open(t: TestContext, path: string, changes: Partial<ControlHandlers> = {}) {
  const socket = await ControlSocket.open(path, handlers(changes));
  afterwards(t, () => socket.close());
  return socket;
}

async function refusal(path: string): Promise<string> {
  const failure = await ControlSocket.open(path, handlers()).then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(failure instanceof ConfigurationError, 'it is refused');
  return failure.message;
}

/** A socket that a process has left behind which was killed. */
async function leaveBehind(path: string): Promise<void> {
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await once(spawn(process.execPath, ['-e', script]), 'exit');
  assert.ok(lstatSync(path).isSocket());
}

test('the socket is there for its user alone, without a trace of how it was made', async (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'c.sock');
  const socket = await open(t, path);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(directory), ['c.sock']);
  const client = new ControlClient(path);
  assert.equal((await client.status()).version, '1.2.3');
  assert.equal(await client.metrics(), '# nothing\n');
  assert.equal((await ask(path, '/healthz')).body, 'ok\n');
  assert.equal((await ask(path, '/reload')).headers['allow'], 'POST');
  await socket.close();
  assert.deepEqual(readdirSync(directory), []);
});

test('reloads that are asked for at the same time come one after the other, each with a report of its own', async (t) => {
  const path = join(temporaryDirectory(t), 'c.sock');
  const begun: ((report: ReloadReport | Error) => void)[] = [];
  const reload = (): Promise<ReloadReport> =>
    new Promise((resolve, reject) => {
      begun.push((report) => (report instanceof Error ? reject(report) : resolve(report)));
    });
  await open(t, path, { reload });
  const client = new ControlClient(path);
  const failed = client.reload().catch((error: unknown) => error);
  await until(() => begun.length === 1, 'the first begins');
  const second = client.reload();
  // Both have arrived when a third that came later was answered.
  await client.status();
  assert.equal(begun.length, 1);
  begun[0]?.(new Error('broken'));
  assert.ok((await failed) instanceof ControlFailure);
  await until(() => begun.length === 2, 'the second begins');
  const report = { ok: false, problems: [{ message: 'no' }], notices: ['hm'], generation: 7 };
  begun[1]?.(report);
  assert.deepEqual(await second, report);
});

test('a socket that a dead process has left is replaced, whoever else does the same', async (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'c.sock');
  await leaveBehind(path);
  // And one of those who wanted to replace it has died over it.
  await leaveBehind(join(directory, `.c-${lstatSync(path).ino}`));
  const results = await Promise.allSettled(
    Array.from({ length: 8 }, (_, pid) =>
      open(t, path, { status: () => ({ ...handlers().status(), pid }) as never }),
    ),
  );
  const opened = results.filter(({ status }) => status === 'fulfilled');
  assert.equal(opened.length, 1, 'one has it');
  const winner = results.findIndex(({ status }) => status === 'fulfilled');
  assert.equal((await new ControlClient(path).status()).pid, winner, 'and it is the one that answers');
  assert.deepEqual(readdirSync(directory), ['c.sock']);
});

test('the socket of a server that runs is left alone, and so is what is no socket', async (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'c.sock');
  await open(t, path);
  assert.match(await refusal(path), /c\.sock: control: Another dockgate answers here already\./);
  assert.equal((await new ControlClient(path).status()).pid, 42);
  const file = join(directory, 'file');
  writeFileSync(file, 'precious');
  assert.match(await refusal(file), /There is something here that is no socket/);
  const link = join(directory, 'link');
  symlinkSync(join(directory, 'elsewhere'), link);
  assert.match(await refusal(link), /no socket/);
  assert.ok(!existsSync(join(directory, 'elsewhere')));
  assert.deepEqual(readdirSync(directory).sort(), ['c.sock', 'file', 'link']);
});

test('at its end a server removes its own socket only', async (t) => {
  const path = join(temporaryDirectory(t), 'c.sock');
  const socket = await open(t, path);
  unlinkSync(path);
  const other = createServer().listen(path);
  await once(other, 'listening');
  afterwards(t, () => {
    other.close();
  });
  await socket.close();
  assert.ok(lstatSync(path).isSocket());
});

test('a path that no socket can have is named, with what to do', async (t) => {
  const directory = temporaryDirectory(t);
  const long = join(directory, 'x'.repeat(120), 'c.sock');
  mkdirSync(join(directory, 'x'.repeat(120)));
  assert.match(await refusal(long), /has at most 10[37] bytes, this one has \d+\. Choose a shorter one/);
  assert.match(
    await refusal(join(directory, 'missing', 'c.sock')),
    /The directory of this socket is not there/,
  );
  const before = process.cwd();
  process.chdir(join(directory, 'x'.repeat(120)));
  try {
    await open(t, long);
    assert.equal((await new ControlClient(long).status()).pid, 42, 'from near by its name is short enough');
  } finally {
    process.chdir(before);
  }
});

test('a client is told why nobody answers', async (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'c.sock');
  const failureOf = async (client: ControlClient): Promise<string> =>
    client.status().then(
      () => 'none',
      (error: unknown) => (error instanceof ControlFailure ? error.message : String(error)),
    );
  const client = new ControlClient(path);
  assert.equal(await failureOf(client), `No dockgate runs with this configuration: ${path} is not there.`);
  await leaveBehind(path);
  assert.match(await failureOf(client), /nobody answers at .*c\.sock, which one has left behind/);
  unlinkSync(path);
  const rude = createServer((socket) => socket.destroy()).listen(path);
  await once(rude, 'listening');
  afterwards(t, () => {
    rude.close();
  });
  assert.match(await failureOf(client), /ended before it had answered/);
});
