import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import type { Readable } from 'node:stream';
import { AUTHORIZATION, type TestGateway } from './gateway.js';

export interface SimpleReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body as UTF-8. */
  readonly text: string;
}

export interface SimpleRequest {
  readonly method?: string;
  readonly headers?: Record<string, string | string[]>;
  /** Sent with a Content-Length; a stream is sent chunked. */
  readonly body?: string | Buffer | Readable;
  /** Sends no password. */
  readonly anonymous?: boolean;
  readonly agent?: Agent;
}

/** Sends one request to a test gateway over TLS, on a connection of its own unless an agent is given. */
export function ask(gateway: TestGateway, path: string, options: SimpleRequest = {}): Promise<SimpleReply> {
  const { method = 'GET', headers = {}, body, anonymous = false, agent } = options;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        servername: 'localhost',
        port: gateway.port,
        path,
        method,
        ca: gateway.ca,
        agent: agent ?? new Agent({ keepAlive: false }),
        headers: {
          host: `localhost:${gateway.port}`,
          ...(anonymous ? {} : { authorization: AUTHORIZATION }),
          ...(typeof body === 'string' || Buffer.isBuffer(body)
            ? { 'content-length': String(Buffer.byteLength(body)) }
            : {}),
          ...headers,
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const bytes = Buffer.concat(chunks);
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: bytes,
            text: bytes.toString(),
          });
        });
      },
    );
    outgoing.on('error', reject);
    if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) outgoing.end(body);
    else body.pipe(outgoing);
  });
}
