import type { TestContext } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { until } from './until.js';

/** A TLS connection on which a test writes and reads bytes as it likes. */
export interface RawConnection {
  readonly socket: TLSSocket;
  /** All that has arrived. */
  received(): string;
  write(text: string | Buffer): void;
  /** Waits until what arrived matches. */
  expect(pattern: RegExp): Promise<string>;
  /** Waits until the gateway has closed the connection. */
  closed(limit?: number): Promise<string>;
  readonly isClosed: boolean;
}

/** Opens a raw connection to a test gateway. */
export async function openRaw(test: TestContext, port: number, ca: string): Promise<RawConnection> {
  const socket = connect({ host: '127.0.0.1', port, ca, servername: 'localhost' });
  let text = '';
  let isClosed = false;
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    text += chunk;
  });
  socket.on('close', () => {
    isClosed = true;
  });
  test.after(() => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => {});
  return {
    socket,
    received: () => text,
    write: (data) => socket.write(data),
    async expect(pattern): Promise<string> {
      await until(() => pattern.test(text), `the gateway sends ${pattern}; it sent ${JSON.stringify(text)}`);
      return text;
    },
    async closed(limit): Promise<string> {
      await until(() => isClosed, `the gateway closes; it sent ${JSON.stringify(text)}`, limit);
      return text;
    },
    get isClosed(): boolean {
      return isClosed;
    },
  };
}
