import { isIP } from 'node:net';
import type { Logger } from 'pino';
import { buildConnector, type Dispatcher, Pool } from 'undici';
import type { Timeouts, UpstreamConfiguration, UpstreamServer } from '../configuration/configuration.js';
import type { Backend, Call } from '../http/call.js';
import { ReplayBudget } from '../http/replay-budget.js';
import { followConnection } from './connection-use.js';
import type { LocationNames } from './location.js';
import { Passage } from './passage.js';
import type { TokenSeal } from './token-reply.js';
import { VisibleLists } from './visible-lists.js';

/** Bytes of small request bodies kept for a second try, over all requests. */
const REPLAY_BUDGET = 32 * 1024 * 1024;
/** Milliseconds an unused connection is kept: shorter than any registry's own patience, so that we close first. */
const KEEP_ALIVE = 4_000;

export interface UpstreamOptions {
  readonly configuration: UpstreamConfiguration;
  /** Certificates in PEM of the authorities to trust, in place of the system's. */
  readonly ca: string | undefined;
  readonly hostnames: readonly string[];
  /** Makes tokens of the upstream's v1 API work at the gateway. */
  readonly seal: TokenSeal;
  /** Where clients of the upstream's index are sent, each `HOST[:PORT]`; empty: where they came to. */
  readonly endpoints: readonly string[];
  readonly timeouts: Timeouts;
  readonly logger: Logger;
  /** Makes the `Authorization` of a request to the upstream, in place of the client's. */
  readonly authorize?: Authorize | undefined;
}

/** At once where it can. */
export type Authorize = (call: Call) => string | Promise<string>;

/** The registry behind the gateway: connections to it, and what every passage to it needs. */
export class Upstream implements Backend {
  readonly names: LocationNames;
  readonly passAuthorization: boolean;
  readonly seal: TokenSeal;
  /** Value of `X-Docker-Endpoints`; undefined: the authority that the client used. */
  readonly endpoints: string | undefined;
  readonly budget = new ReplayBudget(REPLAY_BUDGET);
  readonly logger: Logger;
  readonly authorize: Authorize | undefined;
  readonly #lists = new VisibleLists(this);
  readonly #pool: Pool;
  readonly #fresh: Pool;

  constructor(options: UpstreamOptions) {
    const { connections, servers } = options.configuration;
    const { origin, socketPath } = servers[0] as UpstreamServer;
    const { ca } = options;
    this.names = { upstreamOrigin: origin, hostnames: options.hostnames };
    this.passAuthorization = options.configuration.passAuthorization;
    this.seal = options.seal;
    this.endpoints = options.endpoints.length === 0 ? undefined : options.endpoints.join(',');
    this.logger = options.logger;
    this.authorize = options.authorize;
    const pool: Pool.Options = {
      connections,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE,
      // The gateway's idle watch knows whose turn it is, which these timers do not.
      headersTimeout: 0,
      bodyTimeout: 0,
      allowH2: false,
      connect: connectorTo(new URL(origin).hostname, {
        timeout: options.timeouts.connect,
        ...(socketPath === undefined ? {} : { socketPath }),
        ...(ca === undefined ? {} : { ca }),
      }),
    };
    this.#pool = new Pool(origin, pool);
    this.#fresh = new Pool(origin, pool);
  }

  answer(call: Call): void {
    if (!this.#lists.answer(call)) new Passage(this, call).start();
  }

  /** @param id of the request whose token the upstream has refused */
  tellDistrust(id: string): void {
    this.logger.error(
      { id },
      'the upstream refuses the tokens of this gateway: check that its auth.token settings have the issuer and the service of this gateway, and its keys or certificate, and that both clocks are right',
    );
  }

  /** @param fresh on a connection of its own, which cannot have died while it was idle */
  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler, fresh: boolean): void {
    if (fresh) this.#fresh.dispatch({ ...options, reset: true }, handler);
    else this.#pool.dispatch(options, handler);
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.destroy(), this.#fresh.destroy()]);
  }
}

/**
 * Connects to the upstream by its own name. Left alone, undici would verify the certificate against the `Host` of the
 * request, which is the client's.
 */
function connectorTo(hostname: string, options: buildConnector.BuildOptions): buildConnector.connector {
  const connect = buildConnector(options);
  const servername = isIP(hostname) === 0 ? hostname : '';
  return (target, callback) =>
    connect({ ...target, servername }, (error, socket) => {
      if (error !== null) callback(error, null);
      else if (socket !== null) {
        followConnection(socket);
        callback(null, socket);
      }
    });
}
