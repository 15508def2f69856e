import { setTimeout as pause } from 'node:timers/promises';
import { rootCertificates } from 'node:tls';
import { Agent, type Dispatcher } from 'undici';
import { connectionFailure } from './failure.js';
import { waitingTime } from './retry-after.js';

/** Milliseconds for the connection, and without a byte arriving afterwards. There is no limit on the whole time. */
const CONNECT = 10_000;
const STANDING_STILL = 60_000;

/** How often to ask again when the server says that it was asked too often. */
const ATTEMPTS = 5;

/** Connections to a server at once. */
const CONNECTIONS = 8;

/** Whom to trust besides, or in place of, the authorities of the system. */
export interface Trust {
  /** Certificates in PEM. */
  readonly authorities: string;
  /**
   * True: the user has named them. Then the registry has to be signed by one of them, and other servers to which it
   * leads may be. False: they count for the registry only, besides those of the system.
   */
  readonly alone: boolean;
}

/** What a transport needs to know. */
export interface TransportOptions {
  /** The registry. */
  readonly origin: URL;
  readonly trust?: Trust | undefined;
  /** Ends what is under way, and everything after it. */
  readonly signal?: AbortSignal | undefined;
  /** Waits before another attempt; milliseconds. */
  readonly wait?: ((time: number, signal: AbortSignal | undefined) => Promise<void>) | undefined;
}

/** A request without a body. */
export interface Outgoing {
  readonly method: 'GET' | 'HEAD' | 'DELETE' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
}

export type Answer = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers' | 'body'>;

/** One line of a header; the first when there are several. */
export function headerOf({ headers }: Pick<Answer, 'headers'>, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Sends requests and returns answers as they come: no redirect is followed here, and no password is known. */
export class Transport {
  readonly #registry: Agent;
  readonly #others: Agent;
  readonly #hostname: string;
  readonly #signal: AbortSignal | undefined;
  readonly #wait: (time: number, signal: AbortSignal | undefined) => Promise<void>;

  constructor({ origin, trust, signal, wait = waitFor }: TransportOptions) {
    this.#hostname = origin.hostname;
    this.#signal = signal;
    this.#wait = wait;
    const options = { connections: CONNECTIONS, headersTimeout: STANDING_STILL, bodyTimeout: STANDING_STILL };
    const connect = (ca: string[] | undefined) => ({ timeout: CONNECT, ...(ca === undefined ? {} : { ca }) });
    const besides = trust === undefined ? undefined : [...rootCertificates, trust.authorities];
    const alone = trust?.alone === true ? [trust.authorities] : undefined;
    this.#registry = new Agent({ ...options, connect: connect(alone ?? besides) });
    this.#others = new Agent({ ...options, connect: connect(alone === undefined ? undefined : besides) });
  }

  /** @throws {RemoteFailure} when the server cannot be reached or trusted. */
  async send(url: URL, outgoing: Outgoing): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#sendOnce(url, outgoing);
      if (answer.statusCode !== 429 || attempt === ATTEMPTS) return answer;
      await answer.body.dump();
      await this.#wait(waitingTime(headerOf(answer, 'retry-after'), attempt), this.#signal);
    }
  }

  async #sendOnce(url: URL, { method, headers }: Outgoing): Promise<Answer> {
    const agent = url.hostname === this.#hostname ? this.#registry : this.#others;
    try {
      return await agent.request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method,
        headers,
        // undici closes after each HEAD otherwise, in case a body follows it.
        reset: false,
        ...(this.#signal === undefined ? {} : { signal: this.#signal }),
      });
    } catch (error) {
      throw connectionFailure(url.origin, error);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#registry.destroy(), this.#others.destroy()]);
  }
}

async function waitFor(time: number, signal: AbortSignal | undefined): Promise<void> {
  await pause(time, undefined, signal === undefined ? {} : { signal });
}
