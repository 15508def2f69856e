import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryDirectory } from './directory.js';
import { freePort } from './free-port.js';
import { until } from './until.js';

/** Debian's `docker-registry` (distribution), without TLS and without passwords, as it stands behind a gateway. */
export interface DockerRegistry {
  readonly origin: string;
  readonly port: number;
  readonly data: string;
  /** Ends it without a warning. Resolves when it is gone. */
  kill(): Promise<void>;
}

/**
 * Starts the real registry for one test. All share a secret, so that one goes on with an upload of another.
 *
 * @param data directory of the images @param listening port; without it a free one
 */
export async function startDockerRegistry(
  test: TestContext,
  data?: string,
  listening?: number,
): Promise<DockerRegistry> {
  const directory = temporaryDirectory(test);
  const storage = data ?? join(directory, 'registry');
  const port = listening ?? (await freePort());
  const file = join(directory, 'config.yml');
  writeFileSync(
    file,
    `version: 0.1
log: { level: error }
storage:
  filesystem: { rootdirectory: ${storage} }
  delete: { enabled: true }
http: { addr: "127.0.0.1:${port}", secret: shared }
`,
  );
  const child = spawn('docker-registry', ['serve', file], { stdio: 'ignore' });
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  };
  test.after(() => end('SIGTERM'));
  await until(() => canConnect(port), 'docker-registry accepts connections');
  return { origin: `http://127.0.0.1:${port}`, port, data: storage, kill: () => end('SIGKILL') };
}

/** Whether something listens on a port of 127.0.0.1. */
export function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
