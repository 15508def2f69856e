import { IncomingMessage } from 'node:http';

/** Bytes of an unwanted body that are read and dropped, so that the client sees the reply and keeps its connection. */
export const DRAIN_LIMIT = 32 * 1024 * 1024;

/** A request as node:http parses it, which also counts what arrives of its body. */
export class Incoming extends IncomingMessage {
  /** Bytes of the body that have arrived, without chunk framing. */
  received = 0;
  #allowed = Number.POSITIVE_INFINITY;

  override push(chunk: Buffer | null, encoding?: BufferEncoding): boolean {
    if (chunk !== null) {
      this.received += chunk.length;
      if (this.received > this.#allowed) {
        this.socket.destroy();
        return false;
      }
    }
    return super.push(chunk, encoding);
  }

  /** Called by node when the reply is finished and nobody has read the request; its own would no longer count. */
  _dump(): void {
    this.drain();
  }

  /** Reads the rest of the body and drops it; cuts the connection when it is longer than {@link DRAIN_LIMIT}. */
  drain(): void {
    this.#allowed = this.received + DRAIN_LIMIT;
    this.resume();
  }
}
