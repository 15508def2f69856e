import { createServer as createPlainServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContext, SecureContextOptions, TLSSocket, TlsOptions } from 'node:tls';
import type { Logger } from 'pino';
import type { ListenAddress, Timeouts } from '../configuration/configuration.js';
import { connectionOf, type ShownCertificate } from './connection.js';
import type { Corridor } from './corridor.js';
import { Incoming } from './incoming.js';
import { listenError } from './listen-error.js';
import {
  endSoon,
  MAXIMUM_HEADER_BYTES,
  METHOD_REFUSED,
  PLAIN_REFUSED,
  parserFailure,
  RawRefusal,
} from './raw-refusal.js';
import { SecurityHeaders } from './security-headers.js';
import { Transports } from './transports.js';

/** What the listener needs of the certificates. */
export interface ListenerCredentials {
  secureContextOptions(): SecureContextOptions & TlsOptions;
  /** The context for a name that a client asks for (RFC 6066 §3); undefined for the default one. Must not throw. */
  select(serverName: string): SecureContext | undefined;
  /** Whose certificates are accepted; undefined: none are asked for. */
  readonly clients?: ListenerClients | undefined;
}

/** What the listener needs of the clients' certificates. */
export interface ListenerClients {
  /** Another number with every other trust in them. */
  readonly generation: number;
  readonly configuration: { readonly required: boolean };
  /** What a client has shown in a handshake that began under this generation; undefined without a certificate. */
  shownBy(socket: TLSSocket, generation: number | undefined): ShownCertificate | undefined;
}

export interface ListenerOptions {
  readonly address: ListenAddress;
  /** undefined: plain HTTP, without TLS. */
  readonly credentials: ListenerCredentials | undefined;
  readonly corridor: Pick<Corridor, 'onRequest' | 'onContinue'>;
  /** For refusals that the corridor never sees; by default without HSTS. */
  readonly security?: SecurityHeaders;
  readonly timeouts: Timeouts;
  readonly logger: Logger;
}

/** Connections at once; more are closed on arrival, so that strangers cannot use up the memory. */
const MAXIMUM_CONNECTIONS = 10_000;
/** Milliseconds between two looks for connections whose headers are late. */
const HEADERS_CHECK = 1_000;

/** Accepts connections on one address, under TLS unless told otherwise, and hands their requests to the corridor. */
export class Listener {
  readonly #server: Server;
  /** The same server when it speaks TLS. */
  readonly #secure: SecureServer | undefined;
  readonly #options: ListenerOptions;
  readonly #transports = new Transports();
  readonly #refusal: RawRefusal;
  /** The trust in clients' certificates at the beginning of each handshake. */
  readonly #generations = new WeakMap<Socket, number>();

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#refusal = new RawRefusal(options.security ?? new SecurityHeaders(0));
    const { corridor, credentials, timeouts } = options;
    if (credentials !== undefined) this.#secure = this.#listenSecurely(credentials);
    this.#server = this.#secure ?? createPlainServer(httpOptions(timeouts));
    this.#server.maxConnections = MAXIMUM_CONNECTIONS;
    // Enough for the corridor to count and refuse; node would silently drop lines beyond its own limit.
    this.#server.maxHeadersCount = 0;
    this.#server.on('connection', (socket: Socket) => this.#accept(socket));
    this.#server.on('request', corridor.onRequest);
    this.#server.on('checkContinue', corridor.onContinue);
    this.#server.on('checkExpectation', corridor.onRequest);
    this.#server.on('connect', (_request, socket) => this.#refuseTunnel(socket as Socket));
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) => this.#refuse(error, socket));
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
    const { credentials } = this.#options;
    if (credentials !== undefined) this.#secure?.setSecureContext(credentials.secureContextOptions());
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

  #listenSecurely(credentials: ListenerCredentials): SecureServer {
    const { timeouts } = this.#options;
    const server = createSecureServer({
      ...credentials.secureContextOptions(),
      ...httpOptions(timeouts),
      // curl offers nothing but http/1.0 when it is told to speak it, and a handshake without a common name fails.
      ALPNProtocols: ['http/1.1', 'http/1.0'],
      SNICallback: (name, done) => done(null, this.#select(credentials, name)),
      handshakeTimeout: timeouts.headers,
    });
    server.on('secureConnection', (socket) => this.#secured(socket, credentials.clients));
    server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
      const { remoteAddress: client, authorizationError: certificate } = socket;
      this.#options.logger.debug({ client, code: error.code, certificate }, 'a TLS handshake failed');
      const transport = this.#transports.beneath(socket);
      if (error.code === 'ERR_SSL_HTTP_REQUEST' && transport !== undefined) {
        this.#refusal.send(transport, PLAIN_REFUSED, false);
      }
      socket.destroy();
    });
    return server;
  }

  #accept(socket: Socket): void {
    this.#transports.add(socket);
    const clients = this.#options.credentials?.clients;
    if (clients !== undefined) this.#generations.set(socket, clients.generation);
    if (this.#secure === undefined) connectionOf(socket).transport = socket;
  }

  /** A handshake is done. No byte of a request has been looked at yet. */
  #secured(socket: TLSSocket, clients: ListenerClients | undefined): void {
    const connection = connectionOf(socket);
    const transport = this.#transports.beneath(socket);
    connection.transport = transport;
    if (clients === undefined) return;
    const generation = transport === undefined ? undefined : this.#generations.get(transport);
    const shown = clients.shownBy(socket, generation);
    connection.certificate = shown;
    // Node takes sessions that are taken up again for authorized, also those that began without a certificate.
    const isLacking = shown === undefined && clients.configuration.required;
    if (!isLacking && (shown === undefined || socket.authorized)) return;
    connection.refused = true;
    const fault = isLacking ? 'there is none' : String(socket.authorizationError);
    this.#options.logger.info(
      { client: connection.address, fault, outcome: 'refused' },
      "a client's certificate was refused",
    );
    socket.destroy();
  }

  #select(credentials: ListenerCredentials, name: string): SecureContext | undefined {
    try {
      return credentials.select(name);
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
    this.#refusal.send(socket, failure, connection.secure);
  }

  /** CONNECT (RFC 9110 §9.3.6). */
  #refuseTunnel(socket: Socket): void {
    const { current, secure } = connectionOf(socket);
    // Answered now, it would be taken for the answer to the request before it.
    if (current !== undefined && !current.closed) socket.destroy();
    else this.#refusal.send(socket, METHOD_REFUSED, secure);
  }
}

/** The client left, in the middle of a body or without a word: nobody is there to be answered. */
const GONE = new Set(['ECONNRESET', 'EPIPE', 'HPE_INVALID_EOF_STATE']);

/** The same limits and timers with and without TLS. */
function httpOptions(timeouts: Timeouts): ServerOptions {
  return {
    // The types want a class of requests that nobody extends.
    IncomingMessage: Incoming as unknown as NonNullable<ServerOptions['IncomingMessage']>,
    maxHeaderSize: MAXIMUM_HEADER_BYTES,
    requireHostHeader: false,
    requestTimeout: 0,
    headersTimeout: timeouts.headers,
    keepAliveTimeout: timeouts.keepAlive,
    connectionsCheckingInterval: HEADERS_CHECK,
  };
}
