import { createServer, type Server } from 'node:http';
import { answer, type Route } from './answers.js';

/** Connections that may be open at a time; a scraper needs one. */
const CONNECTIONS = 64;
/** Milliseconds for the header of a request. */
const HEADERS = 5_000;
/** Milliseconds between two requests of a connection: longer than between two of most scrapers. */
const KEEP_ALIVE = 65_000;
/**
 * A server for a few small answers over plain HTTP, that must not be in anybody's way: little memory for a connection, few
 * connections, and none for somebody who does not go on.
 *
 * @param silence milliseconds in which nothing moves, whoever waits for whom; longer than the longest answer takes to make
 * @param onError told of what an answer failed by, or a connection
 */
export function smallServer(
  routes: ReadonlyMap<string, Route>,
  silence: number,
  onError: (error: unknown) => void,
): Server {
  const server = createServer(
    {
      maxHeaderSize: 8_192,
      headersTimeout: HEADERS,
      requestTimeout: HEADERS * 2,
      keepAliveTimeout: KEEP_ALIVE,
      connectionsCheckingInterval: 1_000,
    },
    (request, response) => {
      response.on('error', () => {});
      void answer(routes, request, response, onError);
    },
  );
  server.maxConnections = CONNECTIONS;
  server.timeout = silence;
  // Also a connection that could not be accepted is an error of the server, and one that nobody hears ends the process.
  server.on('error', (error) => {
    if (server.listening) onError(error);
  });
  server.on('connect', (_request, socket) => socket.destroy());
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else {
      const status =
        error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    }
  });
  return server;
}

/** Ends a server: what is under way may finish within this many milliseconds. */
export function endServer(server: Server, grace = 1_000): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), grace);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
