import { type ServerResponse, STATUS_CODES } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContext, SecureContextOptions, TLSSocket, TlsOptions } from 'node:tls';
import type { Logger } from 'pino';
import type { ListenAddress, Timeouts } from '../configuration/configuration.js';
import { ConfigurationError } from '../configuration/problem.js';
import { Failure } from '../exchange/failure.js';
import { connectionOf } from './connection.js';
import type { Corridor } from './corridor.js';
import { Incoming } from './incoming.js';
import { failureReply } from './recovery.js';
import { Transports } from './transports.js';

/** What the listener needs of the certificates. */
export interface ListenerCredentials {
  secureContextOptions(): SecureContextOptions & TlsOptions;
  /** The context for a name that a client asks for (RFC 6066 §3); undefined for the default one. Must not throw. */
  select(serverName: string): SecureContext | undefined;
}

export interface ListenerOptions {
  readonly address: ListenAddress;
  readonly credentials: ListenerCredentials;
  readonly corridor: Corridor;
  readonly timeouts: Timeouts;
  readonly logger: Logger;
}

/** Bytes of a request's header section (RFC 6585 §5 would be the status; nginx and we say 400). */
const MAXIMUM_HEADER_BYTES = 16_384;
/** Connections at once; more are closed on arrival, so that strangers cannot use up the memory. */
const MAXIMUM_CONNECTIONS = 10_000;
/** Milliseconds that a refused client has to close its side. */
const END_LIMIT = 5_000;
/** Milliseconds between two looks for connections whose headers are late. */
const HEADERS_CHECK = 1_000;

/** Accepts TLS connections on one address and hands their requests to the corridor. */
export class Listener {
  readonly #server: Server<typeof Incoming, typeof ServerResponse>;
  readonly #options: ListenerOptions;
  readonly #transports = new Transports();

  constructor(options: ListenerOptions) {
    this.#options = options;
    const { corridor, credentials, timeouts } = options;
    this.#server = createServer<typeof Incoming, typeof ServerResponse>({
      ...credentials.secureContextOptions(),
      // curl offers nothing but http/1.0 when it is told to speak it, and a handshake without a common name fails.
      ALPNProtocols: ['http/1.1', 'http/1.0'],
      SNICallback: (name, done) => done(null, this.#select(name)),
      handshakeTimeout: timeouts.headers,
      IncomingMessage: Incoming,
      maxHeaderSize: MAXIMUM_HEADER_BYTES,
      requireHostHeader: false,
      requestTimeout: 0,
      headersTimeout: timeouts.headers,
      keepAliveTimeout: timeouts.keepAlive,
      connectionsCheckingInterval: HEADERS_CHECK,
    });
    this.#server.maxConnections = MAXIMUM_CONNECTIONS;
    // Enough for the corridor to count and refuse; node would silently drop lines beyond its own limit.
    this.#server.maxHeadersCount = 0;
    this.#server.on('connection', (socket: Duplex) => this.#transports.add(socket as Socket));
    this.#server.on('secureConnection', (socket) => {
      connectionOf(socket).transport = this.#transports.beneath(socket);
    });
    this.#server.on('request', corridor.onRequest);
    this.#server.on('checkContinue', corridor.onContinue);
    this.#server.on('checkExpectation', corridor.onRequest);
    this.#server.on('connect', (_request, socket) => refuseTunnel(socket));
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) => this.#refuse(error, socket));
    this.#server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
      options.logger.debug({ client: socket.remoteAddress, code: error.code }, 'a TLS handshake failed');
      socket.destroy();
    });
  }

  /** @throws {ConfigurationError} when the address is in use, not ours, or not allowed */
  async listen(): Promise<AddressInfo> {
    const { host, port } = this.#options.address;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => reject(listenError(this.#options.address, error)));
      this.#server.listen({ host, port, backlog: 1_024 }, resolve);
    });
    this.#server.removeAllListeners('error');
    this.#server.on('error', (err) => this.#options.logger.error({ err }, 'the listener failed'));
    return this.#server.address() as AddressInfo;
  }

  /** Takes over changed certificates for connections to come. */
  renew(): void {
    this.#server.setSecureContext(this.#options.credentials.secureContextOptions());
  }

  /** Accepts no further connection and closes those without a request; the others close after their reply. */
  stopAccepting(): void {
    this.#server.close();
    this.#server.closeIdleConnections();
  }

  /** Closes whatever is still open. */
  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    this.#transports.close();
  }

  #select(name: string): SecureContext | undefined {
    try {
      return this.#options.credentials.select(name);
    } catch (err) {
      // What is thrown from a handshake callback would end the process.
      this.#options.logger.error({ err }, 'no certificate could be selected');
      return undefined;
    }
  }

  /** The parser or the header timer has given up on a connection. */
  #refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
    const connection = connectionOf(socket as Socket);
    const { current } = connection;
    if (connection.refused) return;
    connection.refused = true;
    if (GONE.has(error.code ?? '') || !socket.writable) {
      socket.destroy();
      return;
    }
    if (current?.response.writableEnded && !current.request.complete) {
      // The body of a request that has its answer already: a second answer would belong to nothing.
      endSoon(socket);
      return;
    }
    if (current?.request.complete && !current.closed) {
      // The fault lies behind a request that is whole: that one gets its answer, and the connection ends with it.
      current.closeAfter = true;
      current.response.once('finish', () => endSoon(socket));
      return;
    }
    const failure = parserFailure(error);
    if (current?.closed === false) {
      current.fail(failure, 'refused');
      return;
    }
    this.#options.logger.info(
      { client: connection.address, code: error.code, status: failure.status, outcome: 'refused' },
      'a connection was refused',
    );
    refuseRaw(socket, failure);
  }
}

/** The client left, in the middle of a body or without a word: nobody is there to be answered. */
const GONE = new Set(['ECONNRESET', 'EPIPE', 'HPE_INVALID_EOF_STATE']);
const METHOD_REFUSED = new Failure(405, 'UNSUPPORTED', 'this is not a tunnel', { close: true });

function parserFailure(error: NodeJS.ErrnoException): Failure {
  switch (error.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Failure(408, 'UNKNOWN', 'the request did not arrive in time', { close: true });
    case 'HPE_HEADER_OVERFLOW':
      return new Failure(
        400,
        'UNSUPPORTED',
        `the request has more than ${MAXIMUM_HEADER_BYTES} bytes of headers`,
        {
          close: true,
        },
      );
    default:
      return new Failure(400, 'UNSUPPORTED', 'this is not a request in HTTP/1.1', { close: true });
  }
}

/** Answers on a connection that has no response object: the parser never got as far as a request. */
function refuseRaw(socket: Duplex, failure: Failure): void {
  const { status, headers, body } = failureReply(failure, undefined, undefined);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
  endSoon(
    socket,
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}connection: close\r\n\r\n${String(body)}`,
  );
}

/** Ends a connection that node has given up and no longer watches; a client that does not end its side is cut. */
function endSoon(socket: Duplex, text = ''): void {
  const timer = setTimeout(() => socket.destroy(), END_LIMIT).unref();
  socket.once('close', () => clearTimeout(timer));
  socket.on('error', () => socket.destroy());
  socket.end(text);
}

/** CONNECT (RFC 9110 §9.3.6). */
function refuseTunnel(socket: Duplex): void {
  const { current } = connectionOf(socket as Socket);
  // Answered now, it would be taken for the answer to the request before it.
  if (current !== undefined && !current.closed) socket.destroy();
  else refuseRaw(socket, METHOD_REFUSED);
}

function listenError(address: ListenAddress, error: NodeJS.ErrnoException): ConfigurationError {
  const shown = address.host.includes(':')
    ? `[${address.host}]:${address.port}`
    : `${address.host}:${address.port}`;
  const reasons: Record<string, string> = {
    EADDRINUSE: 'another program listens there already; stop it, or choose another port with --listen',
    EACCES:
      'ports below 1024 need a right that this user does not have; choose another port, or grant CAP_NET_BIND_SERVICE',
    EADDRNOTAVAIL: 'this machine does not have that address; use one that it has, or 0.0.0.0',
    ENOTFOUND: 'that host name cannot be resolved; give an address of this machine',
  };
  const reason = reasons[error.code ?? ''] ?? error.message;
  return new ConfigurationError(
    [{ place: undefined, message: `listen: cannot listen on ${shown}: ${reason}` }],
    {
      cause: error,
    },
  );
}
