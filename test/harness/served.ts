import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hashPassword } from '../../src/htpasswd/index.js';
import { afterwards } from './afterwards.js';
import type { LogLine } from './gateway.js';
import { PASSWORD, USER } from './gateway.js';
import { until } from './until.js';

const program = fileURLToPath(new URL('../../../bin/dockgate.js', import.meta.url));
const built = fileURLToPath(new URL('../../../dist/cli/run.js', import.meta.url));

/** How a process ended. */
export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** `dockgate serve` in a process of its own. */
export interface Served {
  readonly pid: number;
  readonly directory: string;
  /** What it wrote for people so far. */
  stderr(): string;
  /** What it wrote to standard output so far. */
  stdout(): string;
  /** The lines of standard output so far; throws when one of them is not JSON. */
  lines(): LogLine[];
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<End>;
  readonly isOver: boolean;
}

/** One that accepts connections. */
export interface Serving extends Served {
  readonly port: number;
  /** The authority's certificate in PEM; empty with pairs of the operator's own. */
  readonly ca: string;
}

/**
 * Starts the built program with some words; ends it after the test.
 *
 * @param more environment variables beside those of the tests.
 */
export function spawnServe(
  test: TestContext,
  directory: string,
  words: readonly string[],
  more: Record<string, string> = {},
): Served {
  if (!existsSync(built)) throw new Error(`${built} is missing: run npx tsc -p tsconfig.json first`);
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('DOCKGATE_')),
  );
  const child = spawn(process.execPath, [program, 'serve', ...words], {
    cwd: directory,
    env: { ...environment, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let isOver = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<End>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      isOver = true;
      resolve({ code, signal });
    });
  });
  afterwards(test, async () => {
    if (!isOver) child.kill('SIGKILL');
    await ended;
  });
  return {
    pid: child.pid ?? 0,
    directory,
    stderr: () => stderr,
    stdout: () => stdout,
    lines: () =>
      stdout
        .slice(0, stdout.lastIndexOf('\n') + 1)
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as LogLine),
    kill: (signal) => child.kill(signal),
    ended,
    get isOver(): boolean {
      return isOver;
    },
  };
}

/** Waits until a started program says where it listens. */
export async function untilServing(served: Served): Promise<Serving> {
  const line = (): LogLine | undefined => served.lines().find(({ msg }) => msg === 'listening');
  await until(() => line() !== undefined || served.isOver, 'dockgate serve says where it listens');
  const port = line()?.['port'];
  if (typeof port !== 'number') throw new Error(`dockgate serve ended: ${served.stderr()}${served.stdout()}`);
  await until(() => served.stderr().includes('dockgate is listening'), 'dockgate serve greets');
  const authority = join(served.directory, 'certs', 'ca.crt');
  const ca = existsSync(authority) ? readFileSync(authority, 'utf8') : '';
  return Object.defineProperties({ port, ca } as Serving, Object.getOwnPropertyDescriptors(served));
}

/** Starts the program on a free port in a directory that holds a password file with the one test user. */
export async function serve(
  test: TestContext,
  directory: string,
  words: readonly string[] = [],
  more: Record<string, string> = {},
): Promise<Serving> {
  const file = join(directory, 'dockgate.htpasswd');
  if (!existsSync(file)) writeFileSync(file, `${USER}:${await hashPassword(PASSWORD, { cost: 4 })}\n`);
  return untilServing(spawnServe(test, directory, ['--listen', '127.0.0.1:0', ...words], more));
}
