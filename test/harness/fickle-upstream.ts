import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** One connection as the upstream saw it. */
export interface FickleConnection {
  readonly socket: Socket;
  /** All that arrived on it, in latin1. */
  received: string;
  /** Requests that began on it. */
  requests: number;
}

/** An upstream on plain TCP, which decides connection by connection how to answer and when to go. */
export interface FickleUpstream {
  readonly origin: string;
  readonly connections: readonly FickleConnection[];
}

/** Called whenever something arrives; the connection's `received` has it already. */
export type Behaviour = (connection: FickleConnection, index: number) => void;

/** Starts one for one test. */
export async function startFickleUpstream(test: TestContext, behaviour: Behaviour): Promise<FickleUpstream> {
  const connections: FickleConnection[] = [];
  const server = createServer((socket) => {
    const connection: FickleConnection = { socket, received: '', requests: 0 };
    const index = connections.push(connection) - 1;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      connection.received += chunk.toString('latin1');
      connection.requests = connection.received.match(/ HTTP\/1\.1\r\n/g)?.length ?? 0;
      behaviour(connection, index);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.after(async () => {
    for (const { socket } of connections) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, connections };
}

/** A reply on the wire. */
export function wireReply(body: string, status = '200 OK'): string {
  return `HTTP/1.1 ${status}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}
