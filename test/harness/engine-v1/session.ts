import { type EngineRequest, type Exchanged, exchange, type Place } from './transport.js';
import { ENGINES, type EngineVersion, type EngineWays, GO_USER_AGENT } from './version.js';

/** Who an engine is. */
export interface EngineOptions extends Place {
  readonly version: EngineVersion;
  /** As a login saved them; without them it has none. */
  readonly credentials?: { readonly user: string; readonly password: string };
  /** What it takes the ping to say, whatever that says: `false` is what an index elsewhere would have it say. */
  readonly standalone?: boolean;
}

/** Whose authority a request has. */
export type Role = 'index' | 'registry';

/** What an engine says when a command fails. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
}

/** Requests of one command, from its ping on. */
export class EngineSession {
  readonly ways: EngineWays;
  readonly #options: EngineOptions;
  readonly #record: Exchanged[];
  #isStandalone = true;
  #token: string | undefined;
  #endpoints: readonly string[] = [];

  /** @param record where everything is noted that is asked and answered. */
  constructor(options: EngineOptions, record: Exchanged[]) {
    this.#options = options;
    this.#record = record;
    this.ways = ENGINES[options.version];
  }

  /** The value for `X-Docker-Endpoints` of the last request of a push. */
  get endpoints(): string {
    return this.#endpoints.join(',');
  }

  /** Whether the session is standalone, as the ping said. */
  get isStandalone(): boolean {
    return this.#isStandalone;
  }

  /**
   * Looks which API there is.
   *
   * @throws {EngineError} when there is a v2 API, with which these sessions do not speak.
   */
  async ping(): Promise<void> {
    if (this.ways.triesV2) {
      const { headers, status } = await this.send({ method: 'GET', path: '/v2/', headers: {} });
      const versions = String(headers['docker-distribution-api-version'] ?? '').split(/\s+/);
      if (versions.includes('registry/2.0') && (status === 200 || status === 401)) {
        throw new EngineError('the engine goes on with the v2 API');
      }
    }
    const isGo = !this.ways.looksUpAll;
    const { headers } = await this.send({
      method: 'GET',
      path: '/v1/_ping',
      headers: isGo ? { 'user-agent': GO_USER_AGENT } : {},
    });
    const standalone = headers['x-docker-registry-standalone'];
    // Whatever the status is: these engines look at the headers alone.
    this.#isStandalone =
      this.#options.standalone ?? (standalone === undefined || /^(?:true|1)$/i.test(String(standalone)));
  }

  /** Asks the index. What it says of token and endpoints holds for the rest of the session. */
  async index(asked: EngineRequest): Promise<Exchanged> {
    const reply = await this.send({ ...asked, headers: { ...asked.headers, ...this.#basic(false) } });
    const token = reply.headers['x-docker-token'];
    if (typeof token === 'string') this.#token = token;
    const endpoints = reply.headers['x-docker-endpoints'];
    if (endpoints !== undefined) this.#endpoints = String(endpoints).split(/\s*,\s*/);
    return reply;
  }

  /** Whether the index has given a token, and whether it has named the registries. */
  get given(): { readonly token: boolean; readonly endpoints: boolean } {
    return { token: this.#token !== undefined, endpoints: this.#endpoints.length > 0 };
  }

  /** Asks the registry. A standalone one gets the password; a token does not replace it. */
  registry(asked: EngineRequest): Promise<Exchanged> {
    const authority = this.#isStandalone
      ? this.#basic(true)
      : { authorization: `Token ${this.#token ?? ''}` };
    return this.send({ ...asked, headers: { ...asked.headers, ...authority } });
  }

  /** Sends a request as it is, with the engine's name when it has none. */
  async send(asked: EngineRequest): Promise<Exchanged> {
    const headers = { 'user-agent': this.ways.userAgent, ...asked.headers };
    const reply = await exchange(this.#options, { ...asked, headers });
    this.#record.push(reply);
    return reply;
  }

  /** On standalone hosts without a login, an empty name and password are sent all the same. */
  #basic(always: boolean): Record<string, string> {
    const { credentials } = this.#options;
    if (credentials === undefined && !(always || this.#isStandalone)) return {};
    const { user = '', password = '' } = credentials ?? {};
    return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
  }
}
