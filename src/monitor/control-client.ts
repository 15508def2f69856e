import { request } from 'node:http';
import { LONGEST_SOCKET_PATH, socketPath } from './socket-path.js';
import type { ReloadReport, ServerStatus } from './status.js';

/** A running server could not be asked; the message is a sentence for a person. */
export class ControlFailure extends Error {
  override readonly name = 'ControlFailure';
}

/** Milliseconds for an answer that takes no work. */
const PATIENCE = 10_000;
/** The same for a reload, which may have to read much. */
const RELOAD_PATIENCE = 150_000;
const LARGEST = 64 * 1024 * 1024;

/** Asks the server that runs with a control socket. */
export class ControlClient {
  readonly #path: string;

  /** @param path of the socket */
  constructor(path: string) {
    this.#path = path;
  }

  /** @throws {ControlFailure} */
  async reload(): Promise<ReloadReport> {
    return JSON.parse(await this.#ask('POST', '/reload', RELOAD_PATIENCE)) as ReloadReport;
  }

  /** @throws {ControlFailure} */
  async status(): Promise<ServerStatus> {
    return JSON.parse(await this.#ask('GET', '/status', PATIENCE)) as ServerStatus;
  }

  /** In Prometheus' format. @throws {ControlFailure} */
  metrics(): Promise<string> {
    return this.#ask('GET', '/metrics', PATIENCE);
  }

  async #ask(method: string, path: string, patience: number): Promise<string> {
    const short = socketPath(this.#path);
    if (short === undefined)
      throw new ControlFailure(
        `${this.#path}: the path of a socket has at most ${LONGEST_SOCKET_PATH} bytes.`,
      );
    try {
      return await ask({ socketPath: short, method, path }, patience);
    } catch (error) {
      throw error instanceof ControlFailure
        ? error
        : new ControlFailure(whyNot(this.#path, error), { cause: error });
    }
  }
}

/** Reads the metrics of a server that shows them on `monitor.listen`. */
export class MonitorClient {
  readonly #url: URL;

  /** @param url such as `http://127.0.0.1:9090`; without a path, `/metrics` is added */
  constructor(url: URL) {
    this.#url = url.pathname === '/' ? new URL('/metrics', url) : url;
  }

  /** In Prometheus' format. @throws {ControlFailure} */
  async metrics(): Promise<string> {
    const { hostname, port, pathname, search } = this.#url;
    const host = hostname.replace(/^\[|\]$/g, '');
    try {
      return await ask({ host, port: port || 80, method: 'GET', path: `${pathname}${search}` }, PATIENCE);
    } catch (error) {
      if (error instanceof ControlFailure) throw error;
      const { code, message } = error as NodeJS.ErrnoException;
      throw new ControlFailure(`${this.#url.host} does not answer (${code ?? message}).`, { cause: error });
    }
  }
}

type Where = { readonly method: string; readonly path: string } & (
  | { readonly socketPath: string }
  | { readonly host: string; readonly port: string | number }
);

function ask(where: Where, patience: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { connection: 'close', ...(where.method === 'POST' ? { 'content-length': 0 } : {}) };
    const asking = request(
      { ...where, headers, agent: false, signal: AbortSignal.timeout(patience) },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          size += chunk.length;
          if (size > LARGEST)
            response.destroy(new ControlFailure('The answer is too long to be one of dockgate.'));
        });
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode } = response;
          if (statusCode === 200) resolve(Buffer.concat(chunks).toString());
          else
            reject(
              new ControlFailure(`The server answered ${where.method} ${where.path} with ${statusCode}.`),
            );
        });
      },
    );
    asking.on('error', reject);
    asking.end();
  });
}

function whyNot(path: string, error: unknown): string {
  const { code, name, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      return `No dockgate runs with this configuration: ${path} is not there.`;
    case 'ECONNREFUSED':
      return `No dockgate runs with this configuration: nobody answers at ${path}, which one has left behind.`;
    case 'EACCES':
    case 'EPERM':
      return `${path} belongs to another user: run this as the user that dockgate runs as, or as root.`;
    case 'ECONNRESET':
    case 'EPIPE':
      return `The server at ${path} ended before it had answered.`;
    default:
      return name === 'AbortError' || name === 'TimeoutError'
        ? `The server at ${path} did not answer in time.`
        : `The server at ${path} cannot be asked: ${message}`;
  }
}
