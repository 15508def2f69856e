import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Delivery } from './delivery.js';

/** What a client has shown of itself in the TLS handshake. Its parts are cheap enough to be asked for with every request. */
export interface ShownCertificate {
  /** Whom it names; undefined when it names nobody. */
  readonly user: string | undefined;
  /** Why it must not be used, or no longer, as the end of a sentence. */
  readonly fault: string | undefined;
}

/** What is known of one client connection for as long as it lasts. */
export interface Connection {
  /** The peer's IP address; IPv4 addresses mapped into IPv6 are written as IPv4. */
  readonly address: string;
  /** Whether TLS protects it. */
  readonly secure: boolean;
  /** The TCP connection beneath TLS, for those who have to reset it. */
  transport: Socket | undefined;
  /** Such as `TLSv1.3`; empty without TLS. */
  readonly tlsVersion: string;
  /** The client's certificate; undefined without one. */
  certificate: ShownCertificate | undefined;
  /** A request that must not be answered was seen: whatever else arrives here is not looked at. */
  refused: boolean;
  /** It is closed after the next reply. */
  isLeaving: boolean;
  /** Exchanges on the connection that are not over. */
  open: number;
  /** The exchange that runs on the connection; with pipelining, the latest one. */
  current: Delivery | undefined;
}

const connections = new WeakMap<Socket, Connection>();
const MAPPED = '::ffff:';

/** The state of a socket's connection, made when it is first asked for. */
export function connectionOf(socket: Socket): Connection {
  let connection = connections.get(socket);
  if (connection === undefined) {
    const remote = socket.remoteAddress ?? '';
    const address = remote.startsWith(MAPPED) && remote.includes('.') ? remote.slice(MAPPED.length) : remote;
    const secure = (socket as Partial<TLSSocket>).encrypted === true;
    // node 20 crashes when a socket is asked whose TLS is gone already.
    const tlsVersion = secure && !socket.destroyed ? ((socket as TLSSocket).getProtocol() ?? '') : '';
    connection = {
      address,
      secure,
      tlsVersion,
      transport: undefined,
      certificate: undefined,
      refused: false,
      isLeaving: false,
      open: 0,
      current: undefined,
    };
    connections.set(socket, connection);
  }
  return connection;
}

/** The user whom the client's certificate names; undefined without a certificate, or when it names nobody. */
export function certificateUserOf({ certificate }: Connection): string | undefined {
  return certificate?.user;
}

/** The next reply is the last one of the connection. What a certificate has proven to others is worth nothing to those who answer now. */
export function letLeave(socket: Socket): void {
  const connection = connectionOf(socket);
  connection.isLeaving = true;
  if (connection.certificate !== undefined) connection.certificate = OUTDATED;
}

const OUTDATED: ShownCertificate = {
  user: undefined,
  fault: 'it was shown before the configuration changed; connect again',
};
