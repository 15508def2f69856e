import type { Logger } from 'pino';
import type { Timeouts, UpstreamConfiguration } from '../configuration/configuration.js';
import type { Backend, Call } from '../http/call.js';
import { ReplayBudget } from '../http/replay-budget.js';
import { Balancer } from './balancer.js';
import { askServer, type UpstreamAnswer } from './check.js';
import type { LocationNames } from './location.js';
import { Passage } from './passage.js';
import { Server } from './server.js';
import type { UpstreamTally } from './tally.js';
import type { TokenSeal } from './token-reply.js';
import { VisibleLists } from './visible-lists.js';

/** Bytes of small request bodies kept for another try, over all requests. */
const REPLAY_BUDGET = 32 * 1024 * 1024;

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
  /** Milliseconds of the monotonic clock, for how long servers are left alone. */
  readonly now?: () => number;
}

/** At once where it can. */
export type Authorize = (call: Call) => string | Promise<string>;

/** The registry behind the gateway: its servers, and what every passage to them needs. */
export class Upstream implements Backend {
  readonly names: LocationNames;
  readonly passAuthorization: boolean;
  readonly seal: TokenSeal;
  /** Value of `X-Docker-Endpoints`; undefined: the authority that the client used. */
  readonly endpoints: string | undefined;
  readonly budget = new ReplayBudget(REPLAY_BUDGET);
  readonly logger: Logger;
  readonly authorize: Authorize | undefined;
  readonly balancer: Balancer;
  readonly #lists = new VisibleLists(this);

  constructor(options: UpstreamOptions) {
    const { configuration, ca, timeouts, logger, now = () => performance.now() } = options;
    const { servers, connections, maximumFailures, failTimeout } = configuration;
    const common = { connections, ca, connectTimeout: timeouts.connect, maximumFailures, failTimeout };
    this.balancer = new Balancer(
      servers.map((server) => new Server({ ...common, configuration: server, logger, now })),
      (server) => void this.#findOut(server),
    );
    this.names = {
      servers: servers.map(({ origin }) => new URL(origin)),
      hostnames: options.hostnames,
    };
    this.passAuthorization = configuration.passAuthorization;
    this.seal = options.seal;
    this.endpoints = options.endpoints.length === 0 ? undefined : options.endpoints.join(',');
    this.logger = logger;
    this.authorize = options.authorize;
  }

  /** Numbers of each server, in the order of the configuration. */
  get tallies(): readonly UpstreamTally[] {
    return this.balancer.servers.map(({ tally }) => tally);
  }

  answer(call: Call): void {
    if (!this.#lists.answer(call)) new Passage(this, call).start();
  }

  /** Asks each server whether it is there. Takes two seconds at most. */
  check(): Promise<readonly UpstreamAnswer[]> {
    return Promise.all(this.balancer.servers.map((server) => this.#findOut(server)));
  }

  /** @param id of the request whose token the upstream has refused */
  tellDistrust(id: string): void {
    this.logger.error(
      { id },
      'the upstream refuses the tokens of this gateway: check that its auth.token settings have the issuer and the service of this gateway, and its keys or certificate, and that both clocks are right',
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.balancer.servers.map((server) => server.close()));
  }

  /** A reply of any kind brings a server back that was down. */
  async #findOut(server: Server): Promise<UpstreamAnswer> {
    const { health } = server;
    if (health.isDown) health.ask();
    const answer = await askServer(server);
    if (health.isDown) {
      if (answer.status === undefined) health.failed(answer.reason ?? '');
      else health.answered();
    }
    return answer;
  }
}
