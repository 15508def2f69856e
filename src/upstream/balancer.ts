import type { Server } from './server.js';

/**
 * Shares requests out among servers by their weights: each is owed its weight with every request, and who is owed most
 * gets it. So a heavy server's requests are spread between those of the others, as in nginx.
 *
 * Servers that are down are left out as long as one is up, and backups come in when nobody else is. When all are down,
 * requests go to them all the same: what they show is newer than what is known.
 */
export class Balancer {
  readonly servers: readonly Server[];
  readonly #only: Server | undefined;
  readonly #first: Server;
  readonly #primaries: readonly Server[];
  readonly #backups: readonly Server[];
  readonly #find: (server: Server) => void;

  /** @param servers at least one @param find finds out whether a server that was down answers again, and tells it; must not throw */
  constructor(servers: readonly Server[], find: (server: Server) => void) {
    const [first] = servers;
    if (first === undefined) throw new RangeError('an upstream has at least one server');
    this.servers = servers;
    this.#first = first;
    this.#only = servers.length === 1 ? first : undefined;
    this.#primaries = servers.filter(({ isBackup }) => !isBackup);
    this.#backups = servers.filter(({ isBackup }) => isBackup);
    this.#find = find;
  }

  /** Whether a request has somewhere else to go. */
  get hasSeveral(): boolean {
    return this.#only === undefined;
  }

  /** The server for a new request. */
  choose(): Server {
    return this.#only ?? this.#choose(undefined) ?? this.#first;
  }

  /** The server for a request that others have failed with; undefined when all have. */
  another(failed: ReadonlySet<Server>): Server | undefined {
    return this.#only === undefined ? this.#choose(failed) : undefined;
  }

  #choose(failed: ReadonlySet<Server> | undefined): Server | undefined {
    return (
      this.#most(this.#primaries, failed, true) ??
      this.#most(this.#backups, failed, true) ??
      this.#most(this.#primaries, failed, false) ??
      this.#most(this.#backups, failed, false)
    );
  }

  #most(
    servers: readonly Server[],
    failed: ReadonlySet<Server> | undefined,
    onlyUp: boolean,
  ): Server | undefined {
    let total = 0;
    let most: Server | undefined;
    for (const server of servers) {
      if (onlyUp && server.health.isDown) {
        if (server.health.isDue) this.#find(server);
        continue;
      }
      if (failed?.has(server) === true) continue;
      server.current += server.weight;
      total += server.weight;
      if (most === undefined || server.current > most.current) most = server;
    }
    if (most !== undefined) most.current -= total;
    return most;
  }
}
