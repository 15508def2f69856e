import { appendFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Configuration } from '../../src/configuration/configuration.js';
import { ConfigurationError } from '../../src/configuration/problem.js';
import { GuardExchange } from '../../src/identity/guard-exchange.js';
import { GUESS_LIMITS, GuessGuard } from '../../src/identity/guess-guard.js';
import { WorkerLink } from '../../src/supervisor/worker-link.js';

/**
 * A worker that answers lines: each has a command, and each answer is one line. How it behaves as a worker is told by the realm
 * of its configuration and by its first word: a file in which it notes what the primary has told it.
 */
const [notes = ''] = process.argv.slice(2);

let realm = '';
let prepared: string | undefined;
let keys = '';
const connections = new Set<Socket>();
let onIdle: (() => void) | undefined;

/** The guard takes memory, which most workers can do without: it is made when it is first asked for. */
let guard: GuessGuard | undefined;

function openGuard(): GuessGuard {
  if (guard !== undefined) return guard;
  const exchange = new GuardExchange(link.siblings);
  // Time stands still for it: no wait is over before the test is.
  guard = new GuessGuard(GUESS_LIMITS, exchange.announce, () => 0);
  exchange.open(guard);
  return guard;
}

function note(text: string): void {
  if (notes !== '') appendFileSync(notes, `${process.pid} ${text}\n`);
}

function refuse(message: string): never {
  throw new ConfigurationError([{ place: { file: '/etc/dockgate.yaml', line: 7 }, message }]);
}

function read(configuration: Configuration): string {
  if (configuration.realm === 'wrong') refuse('realm: it is wrong.');
  if (configuration.realm === 'broken') throw new Error('it broke');
  return configuration.realm;
}

const COMMANDS: Record<string, (socket: Socket, word: string) => unknown> = {
  pid: () => process.pid,
  realm: () => realm,
  keys: () => keys,
  connections: () => connections.size,
  environment: (_, name) => process.env[name] ?? '',
  open: ({ allowHalfOpen }) => allowHalfOpen,
  served: () => link.served(),
  // Nothing else happens in this process from now on.
  block: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  die: () => process.exit(3),
  guard: openGuard,
  // Whether it may be tried.
  guess: (_, user) => typeof openGuard().begin(user, '192.0.2.1') !== 'number',
  right: () => {
    const attempt = openGuard().begin('ada', '192.0.2.2');
    if (typeof attempt !== 'number') attempt.succeed();
  },
  isKnown: () => {
    const attempt = openGuard().begin('ada', '192.0.2.2');
    return typeof attempt !== 'number' && attempt.isKnown;
  },
};

function serve(socket: Socket): void {
  connections.add(socket);
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      const [command = '', word = ''] = line.split(' ');
      const value = COMMANDS[command]?.(socket, word);
      // After what the guard tells in this turn.
      setImmediate(() => setImmediate(() => socket.write(`${value ?? ''}\n`)));
    }
  });
  socket.on('end', () => socket.end());
  socket.on('error', () => undefined);
  socket.on('close', () => {
    connections.delete(socket);
    if (connections.size === 0) onIdle?.();
  });
}

const link: WorkerLink = new WorkerLink({
  async start({ configuration, ticketKeys, index }) {
    note(`start ${index}`);
    realm = read(configuration);
    keys = ticketKeys.toString('hex');
  },
  connection: serve,
  async prepare(configuration) {
    note(`prepare ${configuration.realm}`);
    prepared = read(configuration);
    // One of the two finds something that the other does not.
    if (configuration.realm === 'half' && connections.size > 0) refuse('realm: one of us is against it.');
    if (configuration.realm === 'deadly' && connections.size > 0) process.exit(9);
  },
  commit() {
    note(`commit ${prepared}`);
    realm = prepared ?? realm;
    prepared = undefined;
  },
  discard() {
    note(`discard ${prepared}`);
    prepared = undefined;
  },
  useTicketKeys(fresh) {
    keys = fresh.toString('hex');
  },
  reopen: async () => note('reopen'),
  metrics: () =>
    realm === 'mute' ? new Promise(() => undefined) : { pid: process.pid, map: new Map([[1, 2]]) },
  drain: async () => {
    note('drain');
    if (connections.size > 0) await new Promise<void>((resolve) => (onIdle = resolve));
    note('drained');
  },
  abort: async () => {
    note('abort');
    if (realm === 'stubborn') await new Promise(() => undefined);
    for (const socket of connections) socket.destroy();
  },
});
