import type { Socket } from 'node:net';

/** The open TCP connections of a listener, to be found again once TLS stands on them: node shows either, but not their tie. */
export class Transports {
  readonly #open = new Map<string, Socket>();

  /** @param transport a connection that has just been accepted */
  add(transport: Socket): void {
    const peer = peerOf(transport);
    this.#open.set(peer, transport);
    transport.once('close', () => {
      // By now the peer's port may belong to its next connection.
      if (this.#open.get(peer) === transport) this.#open.delete(peer);
    });
  }

  get size(): number {
    return this.#open.size;
  }

  /** Closes all, also those whose TLS handshake has not come to its end, which node's own list leaves out. */
  close(): void {
    for (const transport of this.#open.values()) transport.destroy();
  }

  /** The connection on which a TLS socket stands; undefined when it is gone. */
  beneath(secure: Socket): Socket | undefined {
    return this.#open.get(peerOf(secure));
  }
}

/** A peer may use one port for connections to several of our addresses. */
function peerOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress} ${socket.localPort}`;
}
