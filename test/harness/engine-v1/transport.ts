import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import { Readable } from 'node:stream';

/** Where a registry is. */
export interface Place {
  /** On 127.0.0.1, with a certificate for `localhost`. */
  readonly port: number;
  /** The authority's certificate in PEM. */
  readonly ca: string;
}

/** One request of an engine. */
export interface EngineRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent with its length. */
  readonly body?: string | Buffer;
  /** Sent in chunks, whatever the server says meanwhile. */
  readonly chunks?: Buffer;
  /** Breaks the connection after this many bytes of the reply's body. */
  readonly breakAfter?: number;
}

/** What was asked and answered. */
export interface Exchanged {
  readonly method: string;
  readonly path: string;
  readonly sent: Readonly<Record<string, string>>;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** As much of it as has arrived. */
  readonly body: Buffer;
  readonly isBroken: boolean;
}

/** Bytes of a chunk, as Go's client writes them. */
const CHUNK = 32 * 1024;

function* chunksOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
}

/** Sends one request on a TLS connection of its own, as these engines do. */
export function exchange(place: Place, asked: EngineRequest): Promise<Exchanged> {
  const { method, path, body, chunks, breakAfter = Number.POSITIVE_INFINITY } = asked;
  const bodyless = body === undefined && chunks === undefined;
  const headers: Record<string, string> = {
    host: `localhost:${place.port}`,
    connection: 'close',
    ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
    ...(bodyless && (method === 'PUT' || method === 'POST') ? { 'content-length': '0' } : {}),
    ...(chunks === undefined ? {} : { 'transfer-encoding': 'chunked' }),
    ...(method === 'HEAD' || 'range' in asked.headers ? {} : { 'accept-encoding': 'gzip' }),
    ...asked.headers,
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        servername: 'localhost',
        port: place.port,
        ca: place.ca,
        agent: new Agent({ keepAlive: false, maxCachedSessions: 0 }),
        method,
        path,
        headers,
      },
      (incoming) => {
        const parts: Buffer[] = [];
        let length = 0;
        const done = (isBroken: boolean): void => {
          resolve({
            method,
            path,
            sent: headers,
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(parts),
            isBroken,
          });
        };
        incoming.on('data', (chunk: Buffer) => {
          const part = chunk.subarray(0, breakAfter - length);
          parts.push(part);
          length += part.length;
          if (length < breakAfter) return;
          outgoing.destroy();
          done(true);
        });
        incoming.on('error', () => done(true));
        incoming.on('end', () => done(false));
      },
    );
    outgoing.on('error', reject);
    if (chunks === undefined) outgoing.end(body);
    else Readable.from(chunksOf(chunks)).pipe(outgoing);
  });
}
