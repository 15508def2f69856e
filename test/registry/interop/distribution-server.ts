import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';

/** Distribution's own registry, running. */
export interface DistributionServer {
  /** `127.0.0.1:<port>`. */
  readonly host: string;
  close(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function isListening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.on('error', reject);
    child.on('exit', () => reject(new Error(`docker-registry ended:\n${output}`)));
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('listening on')) resolve();
    });
  });
}

/** Starts `docker-registry` over a data directory. @param scratch a directory for its configuration. */
export async function serveDistribution(data: string, scratch: string): Promise<DistributionServer> {
  const host = `127.0.0.1:${await freePort()}`;
  const configuration = {
    version: 0.1,
    log: { level: 'info' },
    storage: { filesystem: { rootdirectory: data }, delete: { enabled: true } },
    http: { addr: host },
  };
  const file = join(scratch, 'distribution.yml');
  await writeFile(file, JSON.stringify(configuration));
  const child = spawn('docker-registry', ['serve', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  await isListening(child);
  return {
    host,
    close: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}
