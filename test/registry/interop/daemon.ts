import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { requireProgram } from '../../harness/program.js';
import { until } from '../../harness/until.js';

/** A container engine that runs for one test, in directories of its own, and without any network of its own. */
export interface Daemon {
  /** Path of the socket that its client talks to. */
  readonly socket: string;
  readonly directory: string;
}

/** What a test asks for: the engine, or a sentence that says why it cannot run here. */
export type DaemonOrReason = Daemon | string;

async function start(
  test: TestContext,
  program: string,
  words: readonly string[],
  socket: string,
  directory: string,
): Promise<DaemonOrReason> {
  let said = '';
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000);
  });
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  child.once('exit', over).once('error', over);
  test.after(async () => {
    child.kill('SIGTERM');
    await until(() => isOver, `${program} ends`).catch(() => child.kill('SIGKILL'));
    // Not sooner: an engine whose directory has gone does not end.
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  });
  await until(() => isOver || existsSync(socket), `${program} listens`, 60_000);
  return isOver
    ? `${program} cannot run on this machine: ${said.trim().split('\n').at(-1)}`
    : { socket, directory };
}

/** Starts the docker engine. It takes registries on `localhost` for ones whose certificate it need not check. */
export async function startDockerEngine(test: TestContext): Promise<DaemonOrReason> {
  const directory = await mkdtemp(join(tmpdir(), 'dockgate-test-'));
  const socket = join(directory, 'docker.sock');
  const words = [
    ...['--iptables=false', '--ip6tables=false', '--bridge=none', '--storage-driver=vfs'],
    ...['--data-root', join(directory, 'data'), '--exec-root', join(directory, 'exec')],
    ...['--pidfile', join(directory, 'pid'), '--host', `unix://${socket}`],
  ];
  return start(test, 'dockerd', words, socket, directory);
}

/** Starts containerd. */
export async function startContainerd(test: TestContext): Promise<DaemonOrReason> {
  const directory = await mkdtemp(join(tmpdir(), 'dockgate-test-'));
  const socket = join(directory, 'containerd.sock');
  const file = join(directory, 'config.toml');
  writeFileSync(
    file,
    `version = 2
root = "${join(directory, 'root')}"
state = "${join(directory, 'state')}"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "${socket}"
`,
  );
  return start(test, 'containerd', ['--config', file], socket, directory);
}

/** Options for tests that run an engine, which only root can. */
export function requireEngine(program: string, aptPackage: string): { skip?: string } {
  if (process.getuid?.() !== 0) return { skip: `${program} can be started by root only` };
  return requireProgram(program, aptPackage);
}
