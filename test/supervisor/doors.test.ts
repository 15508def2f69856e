import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ConfigurationError } from '../../src/configuration/problem.js';
import { Doors } from '../../src/supervisor/doors.js';
import { makeLogs } from '../../src/telemetry/logger.js';
import { afterwards } from '../harness/afterwards.js';
import { until } from '../harness/until.js';

const ANY = { host: '127.0.0.1', port: 0 };
const { logger } = makeLogs('silent', { write: () => undefined });

/** Doors that answer with the number of the door. */
function makeDoors(t: TestContext): Doors {
  const doors = new Doors({
    onConnection: (socket, door) => socket.end(String(door)),
    logger,
    paused: false,
  });
  afterwards(t, () => doors.close());
  return doors;
}

/** @returns what is behind a port; undefined: nobody */
function knock(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.setEncoding('latin1').on('data', (text: string) => {
      socket.destroy();
      resolve(text);
    });
    socket.on('error', () => resolve(undefined));
    socket.on('close', () => resolve(undefined));
  });
}

const portsOf = (addresses: readonly AddressInfo[]): number[] => addresses.map(({ port }) => port);

test('doors stay open, are opened and closed as the addresses say', async (t) => {
  const doors = makeDoors(t);
  const [first = 0, second = 0] = portsOf(await doors.open([ANY, ANY]));
  assert.deepEqual([await knock(first), await knock(second)], ['0', '1']);
  const [kept, named, third = 0] = portsOf(await doors.open([ANY, { host: '127.0.0.1', port: 0 }, ANY]));
  assert.deepEqual([kept, named], [first, second]);
  assert.equal(await knock(third), '2');
  assert.deepEqual(portsOf(await doors.open([ANY])), [first]);
  assert.deepEqual(
    [await knock(first), await knock(second), await knock(third)],
    ['0', undefined, undefined],
  );
  doors.close();
  assert.equal(await knock(first), undefined);
});

test('doors that were closed are not opened again, not even those that were just being opened', async (t) => {
  const doors = makeDoors(t);
  const [first = 0] = portsOf(await doors.open([ANY]));
  const opening = doors.open([ANY, ANY]);
  doors.close();
  await assert.rejects(opening, /The server is stopping/);
  await assert.rejects(doors.open([ANY]), ConfigurationError);
  assert.deepEqual([await knock(first), doors.addresses], [undefined, []]);
});

test('an address keeps its door when it stands at another place', async (t) => {
  const before = makeDoors(t);
  const [one = 0, other = 0] = portsOf(await makeDoors(t).open([ANY, ANY]));
  const taken = [one, other].map((port) => ({ host: '127.0.0.1', port }));
  await assert.rejects(before.open(taken));
  const [free = 0] = portsOf(await before.open([ANY]));
  before.close();
  const doors = makeDoors(t);
  const fixed = { host: '127.0.0.1', port: free };
  await doors.open([fixed]);
  assert.deepEqual(portsOf(await doors.open([ANY, fixed])).at(1), free);
  assert.equal(await knock(free), '1');
});

test('when one address cannot be opened, nothing changes', async (t) => {
  const doors = makeDoors(t);
  const [kept = 0] = portsOf(await doors.open([ANY]));
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  afterwards(t, () => other.close());
  const { port } = other.address() as AddressInfo;
  const opening = doors.open([
    { host: '127.0.0.2', port: 0 },
    { host: '127.0.0.1', port },
  ]);
  await assert.rejects(opening, (error: Error) => {
    assert.ok(error instanceof ConfigurationError);
    assert.match(error.message, /^listen: cannot listen on 127\.0\.0\.1:\d+: another program listens there/);
    return true;
  });
  assert.deepEqual(portsOf(doors.addresses), [kept]);
  assert.equal(await knock(kept), '0');
  await assert.rejects(
    doors.open([{ host: '0.0.0.0', port: kept }]),
    /as long as this server listens on that port/,
  );
  assert.equal(await knock(kept), '0');
});

test('sockets that were handed over take the place of the addresses', {
  skip: process.platform === 'win32',
}, async (t) => {
  const outer = createServer().listen(0, '127.0.0.1');
  await once(outer, 'listening');
  const { port } = outer.address() as AddressInfo;
  const { fd } = (outer as unknown as { _handle: { fd: number } })._handle;
  const program = spawn(process.execPath, [fileURLToPath(new URL('./activated.js', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit', fd],
  });
  afterwards(t, () => program.kill('SIGKILL'));
  const [line] = (await once(program.stdout as Readable, 'data')) as [Buffer];
  outer.close();
  assert.deepEqual(JSON.parse(line.toString()), {
    ports: [port],
    again: [port],
    problem:
      'socket activation: cannot listen on descriptor 0: listen EINVAL: invalid argument; look at ListenStream= of the socket unit',
  });
  assert.equal(await knock(port), '0');
});

test('without files left the doors accept again once there are some', async (t) => {
  const program = spawn(
    'sh',
    [
      '-c',
      'ulimit -n 40; exec "$@"',
      'sh',
      process.execPath,
      fileURLToPath(new URL('./crowded.js', import.meta.url)),
    ],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  afterwards(t, () => program.kill('SIGKILL'));
  const [line] = (await once(program.stdout, 'data')) as [Buffer];
  const port = Number(line);
  const answered = new Set<Socket>();
  const closed = new Set<Socket>();
  const sockets = Array.from({ length: 60 }, () => {
    const socket = connect(port, '127.0.0.1');
    socket.on('data', () => answered.add(socket));
    socket.on('error', () => undefined);
    socket.on('close', () => closed.add(socket));
    afterwards(t, () => socket.destroy());
    return socket;
  });
  await until(() => answered.size + closed.size === 60, 'each connection is accepted or closed');
  assert.ok(closed.size > 0 && answered.size > 0, `${closed.size} and ${answered.size}`);
  for (const socket of sockets) socket.destroy();
  await until(async () => (await knock(port)) === '0', 'there is an answer again');
});
