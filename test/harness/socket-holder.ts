import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { afterwards } from './afterwards.js';
import { until } from './until.js';

const program = fileURLToPath(new URL('../../../bin/dockgate.js', import.meta.url));

/**
 * Holds a listening socket and starts programs on it, as systemd does for a socket unit (sd_listen_fds(3)); never accepts
 * a connection itself. Each line that it reads starts one, and it tells its process id.
 */
const HOLDER = `
while read -r words; do
  sh -c 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"' sh "$NODE" "$PROGRAM" $words </dev/null >/dev/null 2>>serve.err &
  echo $!
done
`;

export interface SocketHolder {
  readonly port: number;
  /** Starts `dockgate` with some words on the socket. @returns its process id */
  start(words: string): Promise<number>;
}

/** @param directory where the programs run */
export async function holdSocket(test: TestContext, directory: string): Promise<SocketHolder> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  // Node has no other way to tell by which number the system knows a socket.
  const { fd: descriptor } = (server as unknown as { readonly _handle: { readonly fd: number } })._handle;
  const holder = spawn('bash', ['-c', HOLDER], {
    cwd: directory,
    env: { ...process.env, NODE: process.execPath, PROGRAM: program },
    stdio: ['pipe', 'pipe', 'inherit', descriptor],
  });
  server.close();
  const started: number[] = [];
  createInterface({ input: holder.stdout as NodeJS.ReadableStream }).on('line', (line) =>
    started.push(Number(line)),
  );
  afterwards(test, () => {
    for (const pid of started) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    holder.kill('SIGKILL');
  });
  return {
    port,
    async start(words): Promise<number> {
      const count = started.length;
      holder.stdin?.write(`${words}\n`);
      await until(() => started.length > count, 'the holder starts the program');
      return started[count] ?? 0;
    },
  };
}

/** Whether a process runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
