import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** Whoever has a request on a connection to the upstream. */
export interface ConnectionUser {
  /** @param isKept the connection has carried a request before */
  onConnection(isKept: boolean): void;
  /** The upstream has ended the connection: take what is left of the reply now, without asking for a pause. */
  onUpstreamEnd(): void;
}

interface Use {
  requests: number;
  user: ConnectionUser | undefined;
}

const uses = new WeakMap<object, Use>();
let starting: ConnectionUser | undefined;

/**
 * Says who starts a request. undici calls `onRequestStart` and tells the socket in the same turn, so that the one can
 * be tied to the other; it offers no other way to know on which connection a request goes.
 */
export function announce(user: ConnectionUser): void {
  starting = user;
}

subscribe('undici:client:sendHeaders', (message) => {
  const use = uses.get((message as { socket: object }).socket);
  if (use === undefined || starting === undefined) return;
  use.user = starting;
  starting = undefined;
  use.user.onConnection(use.requests > 0);
  use.requests += 1;
});

/**
 * Follows a new connection, before undici listens to it.
 *
 * undici 7 asserts that its parser is not paused when the upstream ends a connection (nodejs/undici#5360), from an
 * event where nobody can catch it: a slow client and an upstream that closes after its reply would end the process.
 * So the parser is resumed first, and a reset that comes while it is paused goes by a name that undici does not ask
 * the parser about.
 */
export function followConnection(socket: Socket): void {
  const use: Use = { requests: 0, user: undefined };
  uses.set(socket, use);
  socket.on('end', () => use.user?.onUpstreamEnd());
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNRESET') error.code = 'EPIPE';
  });
}
