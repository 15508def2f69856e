import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { initialize } from '../../src/tls/issuance.js';
import { temporaryDirectory } from './directory.js';

/** An upstream with TLS. */
export interface SecureUpstream {
  /** `https://localhost:PORT` */
  readonly origin: string;
  readonly port: number;
  /** File with the certificate of its authority. */
  readonly ca: string;
  /** Connections accepted so far. */
  connections: number;
}

/** Starts an upstream with TLS for one test; an authority of its own has signed its certificate. */
export async function startSecureUpstream(
  test: TestContext,
  names: readonly string[],
  answer: RequestListener,
): Promise<SecureUpstream> {
  const certs = join(temporaryDirectory(test), 'certs');
  const options = { certs, force: false, now: Date.now(), keyType: 'ecdsa', rsaBits: 2048 } as const;
  const { authority, server } = await initialize(options, names);
  const pair = { cert: readFileSync(server.certificate), key: readFileSync(server.key) };
  const secure = createServer(pair, answer);
  await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
  test.after(async () => {
    secure.closeAllConnections();
    await new Promise((resolve) => secure.close(resolve));
  });
  const { port } = secure.address() as AddressInfo;
  const upstream = { origin: `https://localhost:${port}`, port, ca: authority.certificate, connections: 0 };
  secure.on('connection', () => {
    upstream.connections += 1;
  });
  return upstream;
}
