import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Delivery } from './delivery.js';

/** What is known of one client connection for as long as it lasts. */
export interface Connection {
  /** The peer's IP address; IPv4 addresses mapped into IPv6 are written as IPv4. */
  readonly address: string;
  /** The TCP connection beneath TLS, for those who have to reset it. */
  transport: Socket | undefined;
  /** Such as `TLSv1.3`. */
  readonly tlsVersion: string;
  /** A request that must not be answered was seen: whatever else arrives here is not looked at. */
  refused: boolean;
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
    // node 20 crashes when a socket is asked whose TLS is gone already.
    const tlsVersion = socket.destroyed ? '' : ((socket as TLSSocket).getProtocol?.() ?? '');
    connection = { address, tlsVersion, transport: undefined, refused: false, open: 0, current: undefined };
    connections.set(socket, connection);
  }
  return connection;
}
