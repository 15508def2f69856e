import type { TestContext } from 'node:test';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { afterwards } from '../harness/afterwards.js';
import { until } from '../harness/until.js';

/** What one connection says and hears; it stays open. */
export class Talk {
  readonly socket: TLSSocket;
  session: Buffer | undefined;
  #text = '';
  #ended = false;

  constructor(test: TestContext, port: number, options: ConnectionOptions) {
    this.socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
    this.socket.on('session', (session) => {
      this.session = session;
    });
    this.socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString();
    });
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      this.#ended = true;
    });
    afterwards(test, () => this.socket.destroy());
  }

  /** The body of the next answer; undefined when the connection ends without one. */
  async ask(): Promise<string | undefined> {
    this.#text = '';
    this.socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const body = /\r\n\r\n(?:[0-9a-f]+\r\n)?(\{.*\})/;
    await until(() => this.#ended || body.test(this.#text), 'an answer or the end comes');
    return body.exec(this.#text)?.[1];
  }
}
