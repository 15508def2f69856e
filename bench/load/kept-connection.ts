import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

/** An answer that has come whole. */
export interface Answer {
  readonly status: number;
  /** Status line and fields. */
  readonly head: string;
  readonly body: Buffer;
}

/** A request, with the bytes as they go out. */
export interface Request {
  readonly method: string;
  readonly path: string;
  /** Field lines besides `Host` and `Authorization`, each with its line end. */
  readonly fields?: string;
  /** Framed already when a field line says that it is chunked. */
  readonly body?: Uint8Array;
}

/** The value of a field of an answer; undefined when it is not there. */
export function fieldOf({ head }: Answer, name: string): string | undefined {
  return new RegExp(`\\r\\n${name}: *([^\\r]*)`, 'i').exec(head)?.[1];
}

/**
 * One TLS connection on which one request follows the other. It does as little as it can: the client shares the
 * processors with what it measures.
 */
export class KeptConnection {
  readonly #socket: TLSSocket;
  readonly #common: string;

  private constructor(socket: TLSSocket, common: string) {
    this.#socket = socket;
    this.#common = common;
  }

  static async open(port: number, authorization: string): Promise<KeptConnection> {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
    socket.setNoDelay(true);
    await once(socket, 'secureConnect');
    return new KeptConnection(socket, `Host: 127.0.0.1:${port}\r\nAuthorization: ${authorization}\r\n`);
  }

  /** @throws when the connection breaks, or the answer does not state its length */
  send({ method, path, fields = '', body }: Request): Promise<Answer> {
    const answer = this.#answer(method);
    const head = `${method} ${path} HTTP/1.1\r\n${this.#common}${fields}\r\n`;
    if (body === undefined) {
      this.#socket.write(head);
    } else {
      this.#socket.cork();
      this.#socket.write(head);
      this.#socket.write(body);
      this.#socket.uncork();
    }
    return answer;
  }

  close(): void {
    this.#socket.destroy();
  }

  #answer(method: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const pieces: Buffer[] = [];
      let received = 0;
      let wanted: number | undefined;
      let head = '';
      const finish = (settle: () => void): void => {
        this.#socket.off('data', onData).off('error', onError).off('close', onClose);
        settle();
      };
      const onError = (error: Error): void => finish(() => reject(error));
      const onClose = (): void => onError(new Error('the connection was closed before the answer'));
      const onData = (piece: Buffer): void => {
        pieces.push(piece);
        received += piece.length;
        if (wanted === undefined) {
          const text = Buffer.concat(pieces).toString('latin1');
          const end = text.indexOf('\r\n\r\n');
          if (end === -1) return;
          head = text.slice(0, end);
          const length = method === 'HEAD' ? '0' : /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
          if (length === undefined) {
            onError(new Error(`an answer does not state its length: ${head}`));
            return;
          }
          wanted = end + 4 + Number(length);
        }
        if (received < wanted) return;
        const body = Buffer.concat(pieces).subarray(head.length + 4);
        finish(() => resolve({ status: Number(head.slice(9, 12)), head, body }));
      };
      this.#socket.on('data', onData).once('error', onError).once('close', onClose);
    });
  }
}
