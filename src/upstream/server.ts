import type { Logger } from 'pino';
import { type Dispatcher, Pool } from 'undici';
import type { UpstreamServer } from '../configuration/configuration.js';
import { formatUpstreamPlace } from '../configuration/values/upstream-server.js';
import { connectorTo } from './connector.js';
import { type FailureKind, isServersFault, reasonOf } from './failure.js';
import { ServerHealth } from './server-health.js';
import { type ServerState, UpstreamTally } from './tally.js';

/** Milliseconds an unused connection is kept: shorter than any registry's own patience, so that we close first. */
const KEEP_ALIVE = 4_000;

export interface ServerOptions {
  readonly configuration: UpstreamServer;
  /** Most connections at once. */
  readonly connections: number;
  /** Certificates in PEM of the authorities to trust, in place of the system's. */
  readonly ca: string | undefined;
  /** Milliseconds to wait for a connection. */
  readonly connectTimeout: number;
  readonly maximumFailures: number;
  /** Milliseconds. */
  readonly failTimeout: number;
  /** Is told when the server goes down or comes back. */
  readonly logger: Logger | undefined;
  readonly now: () => number;
}

/** One server of the upstream: connections to it, its health and its numbers. */
export class Server {
  /** Its URL. */
  readonly name: string;
  readonly weight: number;
  readonly isBackup: boolean;
  readonly health: ServerHealth;
  readonly tally: UpstreamTally;
  /** What it is owed of the requests; the balancer's. */
  current = 0;
  readonly #pool: Pool;
  readonly #fresh: Pool;
  /** Undefined without TLS. */
  readonly #servername: string | undefined;

  constructor(options: ServerOptions) {
    const { configuration, ca, connections, connectTimeout, logger, now } = options;
    const { origin, socketPath, weight, backup } = configuration;
    const { hostname, protocol } = new URL(origin);
    this.name = formatUpstreamPlace(configuration);
    this.weight = weight;
    this.isBackup = backup;
    this.#servername = protocol === 'https:' ? hostname : undefined;
    const pool: Pool.Options = {
      connections,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE,
      // The gateway's idle watch knows whose turn it is, which these timers do not.
      headersTimeout: 0,
      bodyTimeout: 0,
      allowH2: false,
      connect: connectorTo(hostname, {
        timeout: connectTimeout,
        ...(socketPath === undefined ? {} : { socketPath }),
        ...(ca === undefined ? {} : { ca }),
      }),
    };
    this.#pool = new Pool(origin, pool);
    this.#fresh = new Pool(origin, pool);
    const { maximumFailures, failTimeout } = options;
    this.health = new ServerHealth({ name: this.name, maximumFailures, failTimeout, logger, now });
    this.tally = new UpstreamTally(this.name, () => this.#state());
  }

  /** @param fresh on a connection of its own, which cannot have died while it was idle */
  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler, fresh: boolean): void {
    // undici gives up a connection when the next request is for another `Host`, unless it is told the name for TLS.
    if (this.#servername !== undefined) (options as { servername?: string }).servername = this.#servername;
    if (fresh) this.#fresh.dispatch({ ...options, reset: true }, handler);
    else this.#pool.dispatch(options, handler);
  }

  /** @param milliseconds from handing the request over to the head of the reply */
  replied(status: number, milliseconds: number): void {
    const kind = Math.trunc(status / 100);
    const { replies, waits } = this.tally;
    replies[kind] = (replies[kind] ?? 0) + 1;
    waits.observe(milliseconds);
    if (this.health.isDown) this.health.answered();
  }

  /** A request failed before its reply began. @param wasConnected it may be the request that was at fault */
  failed(kind: FailureKind, error: unknown, wasConnected: boolean): void {
    this.tally.failures[kind] += 1;
    if (isServersFault(error)) this.health.failed(reasonOf(error), wasConnected);
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.destroy(), this.#fresh.destroy()]);
  }

  #state(): ServerState {
    const kept = this.#pool.stats;
    const fresh = this.#fresh.stats;
    return {
      isUp: !this.health.isDown,
      openConnections: kept.connected + fresh.connected,
      freeConnections: kept.free + fresh.free,
      runningRequests: kept.running + fresh.running,
      pendingRequests: kept.pending + fresh.pending,
    };
  }
}
