import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { Failure } from '../exchange/failure.js';
import { failureReply } from './recovery.js';
import type { SecurityHeaders } from './security-headers.js';

/** Bytes of a request's header section (RFC 6585 §5 would be the status; nginx and we say 400). */
export const MAXIMUM_HEADER_BYTES = 16_384;
/** Milliseconds that a refused client has to close its side. */
const END_LIMIT = 5_000;

/** CONNECT (RFC 9110 §9.3.6). */
export const METHOD_REFUSED = new Failure(405, 'UNSUPPORTED', 'this is not a tunnel', { close: true });
/** Plain HTTP at the port of HTTPS. */
export const PLAIN_REFUSED = new Failure(400, 'UNSUPPORTED', 'this port speaks HTTPS; ask with https://', {
  close: true,
});

/** What a client is told of whom the parser or the header timer has given up. */
export function parserFailure(error: NodeJS.ErrnoException): Failure {
  switch (error.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Failure(408, 'UNKNOWN', 'the request did not arrive in time', { close: true });
    case 'HPE_HEADER_OVERFLOW':
      return new Failure(
        400,
        'UNSUPPORTED',
        `the request has more than ${MAXIMUM_HEADER_BYTES} bytes of headers`,
        {
          close: true,
        },
      );
    default:
      return new Failure(400, 'UNSUPPORTED', 'this is not a request in HTTP/1.1', { close: true });
  }
}

/** Answers on connections that have no response object: the parser never got as far as a request. */
export class RawRefusal {
  readonly #security: SecurityHeaders;

  constructor(security: SecurityHeaders) {
    this.#security = security;
  }

  /** @param secure whether the connection is under TLS */
  send(socket: Duplex, failure: Failure, secure: boolean): void {
    const { status, headers, body } = failureReply(failure, undefined, undefined);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
    const security = this.#security.of(secure);
    for (let index = 0; index < security.length; index += 2) {
      lines.push(`${security[index]}: ${security[index + 1]}\r\n`);
    }
    endSoon(
      socket,
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}connection: close\r\n\r\n${String(body)}`,
    );
  }
}

/** Ends a connection that node has given up and no longer watches; a client that does not end its side is cut. */
export function endSoon(socket: Duplex, text = ''): void {
  const timer = setTimeout(() => socket.destroy(), END_LIMIT).unref();
  socket.once('close', () => clearTimeout(timer));
  socket.on('error', () => socket.destroy());
  socket.end(text);
}
