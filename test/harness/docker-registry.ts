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
}

/** Starts the real registry for one test. */
export async function startDockerRegistry(test: TestContext, data?: string): Promise<DockerRegistry> {
  const directory = temporaryDirectory(test);
  const storage = data ?? join(directory, 'registry');
  const port = await freePort();
  const file = join(directory, 'config.yml');
  writeFileSync(
    file,
    `version: 0.1
log: { level: error }
storage:
  filesystem: { rootdirectory: ${storage} }
  delete: { enabled: true }
http: { addr: "127.0.0.1:${port}" }
`,
  );
  const child = spawn('docker-registry', ['serve', file], { stdio: 'ignore' });
  test.after(async () => {
    if (child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill();
    await ended;
  });
  await until(() => canConnect(port), 'docker-registry accepts connections');
  return { origin: `http://127.0.0.1:${port}`, port, data: storage };
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
