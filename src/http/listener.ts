import {
  createServer as createPlainServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContext, TLSSocket } from 'node:tls';
import type { Logger } from 'pino';
import type { Timeouts } from '../configuration/configuration.js';
import { connectionOf, letLeave } from './connection.js';
import type { Corridor } from './corridor.js';
import { httpOptions } from './http-options.js';
import type { ListenerClients, ListenerCredentials } from './listener-credentials.js';
import { endSoon, METHOD_REFUSED, PLAIN_REFUSED, parserFailure, RawRefusal } from './raw-refusal.js';
import { SecurityHeaders } from './security-headers.js';
import { Transports } from './transports.js';

/** What answers the requests of a listener. */
export type ListenerCorridor = Pick<Corridor, 'onRequest' | 'onContinue'>;

/** Counts connections and handshakes. */
export interface ConnectionCounter {
  opened(): void;
  closed(): void;
  handshake(resumed: boolean): void;
  handshakeFailed(): void;
}

export interface ListenerOptions {
  /** undefined: plain HTTP, without TLS. */
  readonly credentials: ListenerCredentials | undefined;
  readonly corridor: ListenerCorridor;
  /** For refusals that the corridor never sees; by default without HSTS. */
  readonly security?: SecurityHeaders;
  readonly timeouts: Timeouts;
  readonly logger: Logger;
  readonly tally?: ConnectionCounter | undefined;
}

/**
 * Speaks HTTP on connections that somebody else accepts, under TLS unless told otherwise, and hands their requests to the
 * corridor. The corridor and the certificates may be replaced while connections are open.
 */
export class Listener {
  readonly #server: Server;
  /** The same server when it speaks TLS. */
  readonly #secure: SecureServer | undefined;
  readonly #options: ListenerOptions;
  #corridor: ListenerCorridor;
  #credentials: ListenerCredentials | undefined;
  #isRetired = false;
  readonly #transports = new Transports();
  readonly #refusal: RawRefusal;
  /** The trust in clients' certificates at the beginning of each handshake. */
  readonly #generations = new WeakMap<Socket, number>();

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#refusal = new RawRefusal(options.security ?? new SecurityHeaders(0));
    const { corridor, credentials, timeouts } = options;
    this.#corridor = corridor;
    this.#credentials = credentials;
    if (credentials !== undefined) this.#secure = this.#speakSecurely(credentials);
    this.#server = this.#secure ?? createPlainServer(httpOptions(timeouts));
    // Enough for the corridor to count and refuse; node would silently drop lines beyond its own limit.
    this.#server.maxHeadersCount = 0;
    this.#server.on('request', this.#onRequest);
    this.#server.on('checkContinue', this.#onContinue);
    this.#server.on('checkExpectation', this.#onRequest);
    this.#server.on('connect', (_request, socket) => this.#refuseTunnel(socket as Socket));
    // Nobody tells a server that does not listen itself, and without it no header timer runs.
    this.#server.emit('listening');
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) => this.#refuse(error, socket));
  }

  /** Takes a connection over that was accepted, with `allowHalfOpen`, and on which nothing was read. */
  accept(socket: Socket): void {
    this.#transports.add(socket);
    const { tally } = this.#options;
    if (tally !== undefined) {
      tally.opened();
      socket.once('close', () => tally.closed());
    }
    const clients = this.#credentials?.clients;
    if (clients !== undefined) this.#generations.set(socket, clients.generation);
    if (this.#secure === undefined) connectionOf(socket).transport = socket;
    this.#server.emit('connection', socket);
  }

  /** Takes over changed certificates for connections to come. */
  renew(): void {
    if (this.#credentials !== undefined)
      this.#secure?.setSecureContext(this.#credentials.secureContextOptions());
  }

  /** From now on these answer; requests that are under way end where they began. Both speak TLS, or neither. */
  follow(corridor: ListenerCorridor, credentials: ListenerCredentials | undefined): void {
    this.#corridor = corridor;
    if (credentials === this.#credentials) return;
    this.#credentials = credentials;
    this.renew();
  }

  /** Accepts nothing any more; each connection may ask once more, of this corridor, and is closed after the reply. */
  retire(corridor: ListenerCorridor): void {
    this.#isRetired = true;
    this.#corridor = corridor;
  }

  get hasConnections(): boolean {
    return this.#transports.size > 0;
  }

  /** Resolves once no connection is open, or after so many milliseconds. */
  whenEmpty(limit: number): Promise<void> {
    return this.#transports.whenNone(limit);
  }

  /** Closes the connections without a request; the others close after their reply. */
  stop(): void {
    this.#server.close();
    this.#server.closeIdleConnections();
  }

  /** Closes whatever is still open. */
  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    this.#transports.close();
  }

  readonly #onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    if (this.#isRetired) letLeave(request.socket);
    this.#corridor.onRequest(request, response);
  };

  readonly #onContinue = (request: IncomingMessage, response: ServerResponse): void => {
    if (this.#isRetired) letLeave(request.socket);
    this.#corridor.onContinue(request, response);
  };

  #speakSecurely(credentials: ListenerCredentials): SecureServer {
    const { timeouts } = this.#options;
    const server = createSecureServer({
      ...credentials.secureContextOptions(),
      ...httpOptions(timeouts),
      // curl offers nothing but http/1.0 when it is told to speak it, and a handshake without a common name fails.
      ALPNProtocols: ['http/1.1', 'http/1.0'],
      SNICallback: (name, done) => done(null, this.#select(name)),
      handshakeTimeout: timeouts.headers,
    });
    server.on('secureConnection', (socket) => this.#secured(socket, this.#credentials?.clients));
    server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
      this.#options.tally?.handshakeFailed();
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

  /** A handshake is done. No byte of a request has been looked at yet. */
  #secured(socket: TLSSocket, clients: ListenerClients | undefined): void {
    this.#options.tally?.handshake(socket.isSessionReused());
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

  #select(name: string): SecureContext | undefined {
    try {
      return this.#credentials?.select(name);
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
