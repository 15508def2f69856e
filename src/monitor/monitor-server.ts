import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ListenAddress } from '../configuration/configuration.js';
import { ConfigurationError } from '../configuration/problem.js';
import { type MonitorHandlers, monitorRoutes } from './answers.js';
import { endServer, smallServer } from './small-server.js';

export interface MonitorOptions {
  /** Told of what an answer failed by. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** Milliseconds that a scraper may be silent for. */
const SILENCE = 30_000;

/** Answers `/healthz`, `/readyz` and `/metrics` over plain HTTP to whoever reaches its addresses. */
export class MonitorServer {
  /** In the order of the configuration. */
  readonly addresses: readonly AddressInfo[];
  readonly #servers: readonly Server[];

  private constructor(servers: readonly Server[]) {
    this.#servers = servers;
    this.addresses = servers.map((server) => server.address() as AddressInfo);
  }

  /** @throws {ConfigurationError} when an address cannot be used; then none is */
  static async open(
    addresses: readonly ListenAddress[],
    handlers: MonitorHandlers,
    { onError = () => {} }: MonitorOptions = {},
  ): Promise<MonitorServer> {
    const routes = monitorRoutes(handlers);
    const results = await Promise.allSettled(
      addresses.map((address) => listen(smallServer(routes, SILENCE, onError), address)),
    );
    const servers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const monitor = new MonitorServer(servers);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed === undefined) return monitor;
    await monitor.close();
    throw failed.reason;
  }

  /** Stops answering; an answer under way may end within a second. */
  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => endServer(server)));
  }
}

function listen(server: Server, { host, port }: ListenAddress): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const where = `${host.includes(':') ? `[${host}]` : host}:${port}`;
      const message = `monitor.listen: cannot listen on ${where}: ${whyNot(error)}`;
      reject(new ConfigurationError([{ place: undefined, message }], { cause: error }));
    });
    server.listen({ host, port, exclusive: true }, () => resolve(server));
  });
}

function whyNot({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'another program listens there already; choose another port';
    case 'EACCES':
      return 'ports below 1024 need a right that this user does not have; choose another port';
    case 'EADDRNOTAVAIL':
      return 'this machine does not have that address; use one that it has, or 127.0.0.1';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'that host name cannot be resolved; give an address of this machine';
    default:
      return message;
  }
}
