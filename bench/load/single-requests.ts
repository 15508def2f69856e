import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import type { Readable } from 'node:stream';

/** A request on a connection of its own, as engines up to 1.5 send each of them. */
export interface SingleRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent chunked when it is a stream. */
  readonly body?: Uint8Array | Readable;
}

/** What came back, to its last byte. */
export interface SingleAnswer {
  readonly headers: IncomingHttpHeaders;
  /** Empty when it was only counted. */
  readonly body: Buffer;
  /** Bytes of the body. */
  readonly bytes: number;
}

/** Answers longer than this are counted and not kept. */
const KEPT = 1024 * 1024;

/**
 * Sends a request over a TLS connection that is made for it and closed after it.
 *
 * @param expected statuses; with any other it throws
 */
export function askOnce(
  { method, url, headers = {}, body }: SingleRequest,
  ...expected: readonly number[]
): Promise<SingleAnswer> {
  return new Promise((resolve, reject) => {
    const isWhole = body === undefined || body instanceof Uint8Array;
    const length = { 'content-length': String(isWhole ? (body?.length ?? 0) : 0) };
    const outgoing = request(url, {
      method,
      agent: false,
      rejectUnauthorized: false,
      headers: { ...headers, ...(isWhole && method !== 'GET' && method !== 'HEAD' ? length : {}) },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (answer) => {
      const pieces: Buffer[] = [];
      let bytes = 0;
      answer.on('error', reject);
      answer.on('data', (piece: Buffer) => {
        bytes += piece.length;
        if (bytes <= KEPT) pieces.push(piece);
      });
      answer.on('end', () => {
        const kept = bytes <= KEPT ? Buffer.concat(pieces) : Buffer.alloc(0);
        const { statusCode = 0 } = answer;
        if (expected.includes(statusCode)) resolve({ headers: answer.headers, body: kept, bytes });
        else
          reject(
            new Error(`${method} ${url} was answered with ${statusCode}: ${kept.toString().slice(0, 200)}`),
          );
      });
    });
    if (isWhole) outgoing.end(body);
    else body.on('error', reject).pipe(outgoing);
  });
}
