import type { Socket } from 'node:net';

/** The open TCP connections of a listener, to be found again once TLS stands on them: node shows either, but not their tie. */
export class Transports {
  readonly #open = new Map<string, Socket>();
  readonly #waiting: (() => void)[] = [];

  /** @param transport a connection that has just been accepted */
  add(transport: Socket): void {
    const peer = peerOf(transport);
    this.#open.set(peer, transport);
    transport.once('close', () => {
      // By now the peer's port may belong to its next connection.
      if (this.#open.get(peer) === transport) this.#open.delete(peer);
      if (this.#open.size === 0) for (const resolve of this.#waiting.splice(0)) resolve();
    });
  }

  get size(): number {
    return this.#open.size;
  }

  /** Resolves once none is open, or after so many milliseconds. */
  async whenNone(limit: number): Promise<void> {
    if (this.#open.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limit);
      this.#waiting.push(resolve);
    });
    clearTimeout(timer);
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
