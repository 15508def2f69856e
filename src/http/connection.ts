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
  /** Bytes that the system has not taken yet: what a slow client shows its progress in. */
  unsent(): number;
  /** Exchanges on the connection that are not over. */
  open: number;
  /** The exchange that runs on the connection; with pipelining, the latest one. */
  current: Delivery | undefined;
}

class ClientConnection implements Connection {
  readonly address: string;
  readonly tlsVersion: string;
  transport: Socket | undefined;
  refused = false;
  open = 0;
  current: Delivery | undefined;

  constructor(address: string, tlsVersion: string) {
    this.address = address;
    this.tlsVersion = tlsVersion;
  }

  unsent(): number {
    // node counts a write only when all of it is gone; how much of it is left only its handle knows.
    const { _handle: handle } = (this.transport ?? {}) as { _handle?: { writeQueueSize?: number } | null };
    return handle?.writeQueueSize ?? 0;
  }
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
    connection = new ClientConnection(address, tlsVersion);
    connections.set(socket, connection);
  }
  return connection;
}
