import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** One request as the upstream saw it. */
export interface Recorded {
  readonly method: string;
  readonly url: string;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly rawHeaders: readonly string[];
  /** Complete only when the answering function has read it, or by default always. */
  body: Buffer;
}

/** A server that remembers what it was asked. */
export interface Recorder {
  readonly origin: string;
  readonly port: number;
  readonly requests: readonly Recorded[];
  /** Connections accepted so far. */
  readonly connections: readonly Socket[];
  close(): Promise<void>;
}

/** How a recorder answers; without one it reads the body and answers 200 with `ok`. */
export type Answer = (request: IncomingMessage, response: ServerResponse, recorded: Recorded) => void;

/** Starts an upstream in this process that records every request. Plain http, as a registry on :5000. */
export async function startRecorder(test: TestContext, answer?: Answer, port = 0): Promise<Recorder> {
  const requests: Recorded[] = [];
  const connections: Socket[] = [];
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const recorded: Recorded = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      body: Buffer.alloc(0),
    };
    requests.push(recorded);
    if (answer !== undefined) {
      answer(request, response, recorded);
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      recorded.body = Buffer.concat(chunks);
      response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 2 });
      response.end('ok');
    });
  });
  server.on('connection', (socket: Socket) => connections.push(socket));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  test.after(close);
  const { port: listening } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${listening}`, port: listening, requests, connections, close };
}
