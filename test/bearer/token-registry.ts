import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { afterwards } from '../harness/afterwards.js';
import { temporaryDirectory } from '../harness/directory.js';
import { canConnect } from '../harness/docker-registry.js';
import { freePort } from '../harness/free-port.js';
import { until } from '../harness/until.js';

/** How a registry is to take our tokens. */
export interface TokenRegistry {
  /** Directory with `token-keys.pem`. */
  readonly certs: string;
  readonly service: string;
  readonly realm: string;
  /** 0 or left out: a free one. */
  readonly port?: number;
}

/** Debian's registry with `auth: token`, trusting the keys of a directory. The configuration is the one of docs/tokens.md. */
export async function startTokenRegistry(
  test: TestContext,
  { certs, service, realm, port = 0 }: TokenRegistry,
): Promise<string> {
  const directory = temporaryDirectory(test);
  const chosen = port === 0 ? await freePort() : port;
  const file = join(directory, 'config.yml');
  writeFileSync(
    file,
    `version: 0.1
log: { level: error }
storage:
  filesystem: { rootdirectory: ${join(directory, 'registry')} }
  delete: { enabled: true }
http: { addr: "127.0.0.1:${chosen}" }
auth:
  token:
    realm: ${realm}
    service: ${service}
    issuer: dockgate
    rootcertbundle: ${join(certs, 'token-keys.pem')}
`,
  );
  const child = spawn('docker-registry', ['serve', file], { stdio: 'ignore' });
  afterwards(test, async () => {
    if (child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill();
    await ended;
  });
  await until(() => canConnect(chosen), 'docker-registry accepts connections');
  return `http://127.0.0.1:${chosen}`;
}
