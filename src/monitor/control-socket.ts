import { chmod, mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { dirname, join } from 'node:path';
import { ConfigurationError } from '../configuration/problem.js';
import { type Answer, json, type MonitorHandlers, monitorRoutes, type Route } from './answers.js';
import type { MonitorOptions } from './monitor-server.js';
import { endServer, smallServer } from './small-server.js';
import { LONGEST_SOCKET_PATH, socketPath } from './socket-path.js';
import { type FileIdentity, identityOf, NoSocket, PlaceTaken, place, remove } from './socket-place.js';
import type { ReloadReport, ServerStatus } from './status.js';

/** Milliseconds: longer than a reload takes. */
const SILENCE = 180_000;

/** What other commands may ask of the running server. */
export interface ControlHandlers extends MonitorHandlers {
  /** Takes the configuration over. Must not run twice at once; it is not asked to. */
  reload(): Promise<ReloadReport>;
  status(): ServerStatus | Promise<ServerStatus>;
}

/**
 * Answers other commands of the same user over HTTP on a unix socket: what the monitor answers, `POST /reload` and
 * `GET /status`. Its mode is 0600 from the moment that it can be seen: it is made in a directory of mode 0700 and then given
 * its name. (To change the umask meanwhile would reach files that other threads make.)
 */
export class ControlSocket {
  readonly path: string;
  readonly #server: Server;
  readonly #own: FileIdentity;

  private constructor(path: string, server: Server, own: FileIdentity) {
    this.path = path;
    this.#server = server;
    this.#own = own;
  }

  /** @throws {ConfigurationError} when the path cannot be used, or another dockgate answers there */
  static async open(
    path: string,
    handlers: ControlHandlers,
    { onError = () => {} }: MonitorOptions = {},
  ): Promise<ControlSocket> {
    const short = socketPath(path);
    if (short === undefined) throw problem(path, tooLong(path));
    const server = smallServer(controlRoutes(handlers), SILENCE, onError);
    let directory: string | undefined;
    try {
      directory = await mkdtemp(join(dirname(short), '.c-'));
      const made = join(directory, 's');
      if (socketPath(made) === undefined) throw problem(path, tooLong(path));
      await listen(server, made);
      await chmod(made, 0o600);
      await place(made, short);
      const own = await identityOf(made);
      if (own === undefined) throw problem(path, 'The socket is gone as soon as it was made.');
      return new ControlSocket(short, server, own);
    } catch (error) {
      await endServer(server, 0);
      throw error instanceof ConfigurationError ? error : problem(path, whyNot(error), error);
    } finally {
      if (directory !== undefined) await rm(directory, { recursive: true, force: true });
    }
  }

  /** Stops answering, and removes the socket unless somebody has put another one in its place. */
  async close(): Promise<void> {
    await remove(this.path, this.#own).catch(() => {});
    await endServer(this.#server);
  }
}

function controlRoutes({ reload, status, ...monitor }: ControlHandlers): ReadonlyMap<string, Route> {
  let turn: Promise<unknown> = Promise.resolve();
  return new Map<string, Route>([
    ...monitorRoutes(monitor),
    [
      '/reload',
      {
        async POST(): Promise<Answer> {
          // Whoever asks wants to know of the files as they are now, so a reload that has begun is no answer.
          const mine = turn.then(reload);
          turn = mine.catch(() => {});
          return json(200, await mine);
        },
      },
    ],
    ['/status', { GET: async () => json(200, await status()) }],
  ]);
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function problem(path: string, message: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError([{ place: { file: path }, message: `control: ${message}` }], { cause });
}

function tooLong(path: string): string {
  return (
    `The path of a unix socket has at most ${LONGEST_SOCKET_PATH} bytes, this one has ${Buffer.byteLength(path)}. ` +
    'Choose a shorter one, or "control: off".'
  );
}

function whyNot(error: unknown): string {
  if (error instanceof PlaceTaken)
    return 'Another dockgate answers here already. Stop it, or give this one a path of its own with "control".';
  if (error instanceof NoSocket)
    return 'There is something here that is no socket. Remove it, or choose another path with "control".';
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT')
    return 'The directory of this socket is not there. Make it, or choose another path with "control".';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return `No socket may be made in this directory (${code}). Choose another path with "control", or "control: off".`;
  return `The socket cannot be made: ${message}.`;
}
