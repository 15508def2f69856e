import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Children } from './children.js';

/** Milliseconds that a server gets until it accepts connections. */
const PATIENCE = 20_000;

export interface ServiceOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Where it will listen on 127.0.0.1. */
  readonly port: number;
  readonly directory: string;
  /** File for what it writes to its standard output and error. */
  readonly log: string;
  readonly environment?: NodeJS.ProcessEnv;
}

/** A server that runs. */
export interface Service {
  readonly port: number;
  readonly pid: number;
  readonly child: ChildProcess;
}

/**
 * Starts a server and waits until it accepts connections. Its standard input stays open as long as the bench lives,
 * so that our own servers can end with it however it ends.
 *
 * @throws when it ends first, with the last lines that it wrote
 */
export async function startService(children: Children, options: ServiceOptions): Promise<Service> {
  const { command, args, port, directory, log, environment } = options;
  const file = openSync(log, 'a');
  const child = children.start(command, args, {
    cwd: directory,
    env: environment ?? process.env,
    stdio: ['pipe', file, file],
  });
  closeSync(file);
  child.stdin?.on('error', () => {});
  let failure: unknown;
  child.once('error', (error) => {
    failure = error;
  });
  const end = Date.now() + PATIENCE;
  while (!(await accepts(port))) {
    if (failure !== undefined) throw failure;
    const late = Date.now() > end;
    if (late || child.exitCode !== null || child.signalCode !== null) {
      const said = readFileSync(log, 'utf8').slice(-2_000).trim();
      const what = late ? `did not listen on port ${port} in time` : 'ended at once';
      throw new Error(`${command} ${what}; it wrote:\n${said}`);
    }
    await delay(20);
  }
  if (child.pid === undefined) throw new Error(`${command} has no process`);
  return { port, pid: child.pid, child };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
