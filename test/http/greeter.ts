import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import type { ClientCertificateConfiguration } from '../../src/configuration/access.js';
import type { PairFiles } from '../../src/configuration/configuration.js';
import { Failure } from '../../src/exchange/failure.js';
import { TrustedProxies } from '../../src/http/client.js';
import { checkTransport } from '../../src/http/confidentiality.js';
import { certificateUserOf, connectionOf } from '../../src/http/connection.js';
import { Listener } from '../../src/http/listener.js';
import { readRequestHead } from '../../src/http/request-head.js';
import { SecurityHeaders } from '../../src/http/security-headers.js';
import { ServerCredentials } from '../../src/tls/server-credentials.js';
import { afterwards } from '../harness/afterwards.js';
import { temporaryDirectory } from '../harness/directory.js';
import { EventRecord } from '../tls/workshop.js';

export interface GreeterOptions {
  /** Speaks plain HTTP. */
  readonly plain?: boolean;
  readonly clients?: ClientCertificateConfiguration;
  readonly pairs?: readonly PairFiles[];
  readonly proxies?: readonly string[];
  readonly headersTimeout?: number;
}

export interface Greeter {
  readonly port: number;
  /** Path of the authority that the server's certificate is of. */
  readonly ca: string;
  readonly record: EventRecord;
  /** Paths of the requests that got to the corridor's place. */
  readonly seen: readonly string[];
}

/** The real listener with the real certificates; every request is told who it comes from. */
export async function startGreeter(test: TestContext, options: GreeterOptions = {}): Promise<Greeter> {
  const record = new EventRecord();
  const credentials =
    options.plain === true
      ? undefined
      : await ServerCredentials.open({
          certs: temporaryDirectory(test),
          pairs: options.pairs ?? [],
          hostnames: [],
          keyType: 'ecdsa',
          clientCertificates: options.clients,
          pollInterval: 5,
          ...record.events,
        });
  const seen: string[] = [];
  const proxies = new TrustedProxies(options.proxies ?? []);
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    // As the corridor does: in TLS 1.3 a request may come with the end of the handshake.
    if (connectionOf(request.socket).refused) return;
    seen.push(request.url ?? '');
    const { status, body } = greet(request, proxies);
    const close = status === 403 ? { connection: 'close' } : {};
    response.writeHead(status, { 'content-type': 'application/json', ...close }).end(JSON.stringify(body));
  };
  const listener = new Listener({
    credentials,
    corridor: { onRequest, onContinue: onRequest },
    security: new SecurityHeaders(86_400_000),
    timeouts: {
      headers: options.headersTimeout ?? 60_000,
      idle: 60_000,
      keepAlive: 75_000,
      connect: 10_000,
      firstByte: 900_000,
      grace: 3_600_000,
    },
    logger: pino({ enabled: false }),
  });
  record.listener = () => listener.renew();
  const door = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => listener.accept(socket));
  await once(door.listen(0, '127.0.0.1'), 'listening');
  const { port } = door.address() as AddressInfo;
  afterwards(test, async () => {
    door.close();
    listener.close();
    await credentials?.close();
  });
  return { port, ca: credentials?.authorityFile ?? '', record, seen };
}

function greet(request: IncomingMessage, proxies: TrustedProxies): { status: number; body: object } {
  try {
    const head = readRequestHead(request.rawHeaders, request.httpVersionMinor);
    const connection = connectionOf(request.socket);
    const host = head.host ?? 'localhost';
    const client = proxies.clientOf(head, connection.address, host, connection.secure);
    checkTransport(connection, client, head.authorization !== undefined);
    const user = certificateUserOf(connection) ?? null;
    const { tlsVersion: tls } = connection;
    // Enough of a registry for those who list tags.
    return { status: 200, body: { user, tls, protocol: client.protocol, name: 'x', tags: ['1'] } };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { status: error.status, body: { errors: [{ code: error.code, message: error.message }] } };
  }
}
