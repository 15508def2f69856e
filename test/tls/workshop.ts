import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { formatProblem } from '../../src/configuration/problem.js';
import type { CredentialOptions, ServerCredentials } from '../../src/tls/server-credentials.js';

/** A directory that is gone when the process ends: what a test starts may write to it until it is closed. */
export async function scratchDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'dockgate-tls-'));
  process.setMaxListeners(0);
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export interface Outcome {
  readonly status: number;
  readonly output: string;
}

/** Runs a program to its end, without a shell; `output` is stdout and stderr. */
export function run(program: string, ...words: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(program, words, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ status, output: stdout + stderr });
    });
  });
}

/** Runs openssl and insists on success. */
export async function openssl(...words: string[]): Promise<string> {
  const { status, output } = await run('openssl', ...words);
  if (status !== 0) throw new Error(`openssl ${words.join(' ')}: ${output}`);
  return output;
}

/** A self-signed pair by openssl: no work of the code under test. */
export async function foreignPair(directory: string, name: string, ...options: string[]) {
  const files = { certificate: join(directory, `${name}.crt`), key: join(directory, `${name}.key`) };
  const words = options.length > 0 ? options : ['-addext', `subjectAltName=DNS:${name}`];
  await openssl(
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '90'],
    ...['-subj', `/CN=${name}`, '-keyout', files.key, '-out', files.certificate, ...words],
  );
  return files;
}

/** Waits for a condition; the runner's own time limit ends it when it never comes. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Credential events, kept for the test to look at. */
export class EventRecord {
  changes = 0;
  readonly problems: string[] = [];
  readonly notices: string[] = [];
  /** Runs on every change. */
  listener: () => void = () => undefined;

  readonly events: Pick<CredentialOptions, 'onChange' | 'onProblem' | 'onNotice'> = {
    onChange: () => {
      this.changes += 1;
      this.listener();
    },
    onProblem: (problem) => void this.problems.push(formatProblem(problem)),
    onNotice: (message) => void this.notices.push(message),
  };
}

/** A real HTTPS server that uses credentials the way the gateway does; every answer is 200 with `{}`. */
export async function serve(
  context: TestContext,
  credentials: ServerCredentials,
  record?: EventRecord,
): Promise<number> {
  const server = createServer(
    {
      ...credentials.secureContextOptions(),
      SNICallback: (name, done) => done(null, credentials.select(name)),
    },
    (_, response) => response.setHeader('content-type', 'application/json').end('{}'),
  );
  if (record !== undefined) {
    record.listener = () => server.setSecureContext(credentials.secureContextOptions());
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // closeAllConnections() knows nothing of connections whose handshake is not done on the server's side.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  context.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    await credentials.close();
  });
  const address = server.address() as AddressInfo;
  return address.port;
}

/** A TLS connection whose handshake is done. */
export function handshake(
  context: TestContext,
  port: number,
  options: ConnectionOptions = {},
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
    context.after(() => socket.destroy());
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** SHA-256 fingerprint of what the server shows for a name. */
export async function shown(context: TestContext, port: number, servername = 'localhost'): Promise<string> {
  const socket = await handshake(context, port, { servername });
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}
