import type { Socket } from 'node:net';
import type { Closer } from '../backend.js';
import type { Configuration } from '../configuration/configuration.js';
import { ConfigurationError } from '../configuration/problem.js';
import { Listener } from '../http/listener.js';
import type { Transaction } from '../http/transaction.js';
import { type Lasting, openLasting, type Surroundings } from './lasting.js';
import { closeInReverse } from './shared.js';
import { Site } from './site.js';

/** Milliseconds that a client has for its first request when it connected before a stop. */
const NEWCOMERS = 2_000;

/** Another configuration that is ready to hold. One of the two is to be called, once. */
export interface Preparation {
  /** From now on it holds. What is under way ends as it began. */
  commit(): void;
  /** It shall not hold after all. */
  discard(): Promise<void>;
}

/**
 * Everything behind the sockets: takes connections that somebody else has accepted. Its configuration may be replaced
 * while they are open.
 */
export class Interior {
  readonly #lasting: Lasting;
  readonly #closers: Closer[];
  #site: Site;
  #listener: Listener;
  /** Listeners of before, whose connections are not all closed yet. */
  #retired: readonly Listener[] = [];
  /** Sites of before with something under way. */
  readonly #leaving = new Map<Site, Promise<void>>();
  /** The site that is being opened, or waits for whether it is wanted. Never rejects. */
  #preparing: Promise<Site | undefined> | undefined;
  #isStopping = false;

  private constructor(lasting: Lasting, closers: Closer[], site: Site) {
    this.#lasting = lasting;
    this.#closers = closers;
    this.#site = site;
    this.#listener = this.#listen(site);
  }

  /**
   * Builds every part from the configuration, in the order in which they need each other.
   *
   * @throws {ConfigurationError} when something that the configuration names cannot be used
   */
  static async open(configuration: Configuration, surroundings: Surroundings): Promise<Interior> {
    const closers: Closer[] = [];
    try {
      const lasting = openLasting(surroundings, closers);
      return new Interior(lasting, closers, await Site.open(configuration, lasting));
    } catch (error) {
      await closeInReverse(closers);
      throw error;
    }
  }

  get configuration(): Configuration {
    return this.#site.configuration;
  }

  /** Path of the authority's certificate that clients have to trust; undefined with the operator's own pairs. */
  get authorityFile(): string | undefined {
    return this.#site.credentials?.authorityFile;
  }

  /** Takes over a connection on which nothing was read; it allows to be half open. */
  accept(socket: Socket): void {
    this.#listener.accept(socket);
  }

  /**
   * Gets another configuration ready, beside the one that holds. One at a time.
   *
   * @throws {ConfigurationError} when something that it names cannot be used; nothing has changed then
   */
  async prepare(configuration: Configuration): Promise<Preparation> {
    const preparing = this.#prepare(configuration);
    this.#preparing = preparing.catch(() => undefined);
    const next = await preparing;
    return {
      commit: () => {
        // Who stops closes what was prepared, too.
        if (!this.#isStopping) this.#replace(next);
      },
      discard: () => next.close(),
    };
  }

  /** Opens anew the files that something else rotates. Never rejects. */
  reopen(): Promise<void> {
    return this.#site.reopen();
  }

  /** Seals TLS sessions by keys that other processes have, too. @param keys 48 bytes */
  useTicketKeys(keys: Buffer): void {
    this.#lasting.ticketKeys = keys;
    this.#site.credentials?.useTicketKeys(keys);
  }

  /** What is under way. */
  *exchanges(): Iterable<Transaction> {
    for (const site of [this.#site, ...this.#leaving.keys()]) yield* site.corridor.exchanges();
  }

  /** Lets what runs finish, and closes everything. Resolves when all is closed. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const listeners = [this.#listener, ...this.#retired];
    for (const listener of listeners) listener.stop();
    await this.#drain();
    // Who has just connected, and has not asked yet, was promised an answer.
    await Promise.all(listeners.map((listener) => listener.whenEmpty(NEWCOMERS)));
    await this.#drain();
    await this.abort();
  }

  /** Closes everything at once, cutting what runs. */
  async abort(): Promise<void> {
    this.#isStopping = true;
    for (const listener of [this.#listener, ...this.#retired]) listener.close();
    await closeInReverse([
      ...this.#closers.splice(0),
      ...[...this.#leaving].map(([site, left]) => async () => {
        await site.close();
        await left;
      }),
      () => this.#site.close(),
      async () => (await this.#preparing)?.close(),
    ]);
  }

  async #drain(): Promise<void> {
    await Promise.all([this.#site, ...this.#leaving.keys()].map((site) => site.corridor.drain()));
  }

  async #prepare(configuration: Configuration): Promise<Site> {
    if (this.#isStopping) throw stopping();
    const next = await Site.open(configuration, this.#lasting, this.#site);
    try {
      await next.refresh();
      if (this.#isStopping) throw stopping();
      return next;
    } catch (error) {
      await next.close();
      throw error;
    }
  }

  #replace(next: Site): void {
    const before = this.#site;
    this.#site = next;
    this.#preparing = undefined;
    // They may have changed since it was opened.
    const { ticketKeys } = this.#lasting;
    if (ticketKeys !== undefined) next.credentials?.useTicketKeys(ticketKeys);
    // A listener that has no connection left is forgotten.
    const retired = this.#retired;
    this.#retired = retired.filter((listener) => listener.hasConnections);
    // Its timer would keep it in memory for ever.
    for (const listener of retired) if (!listener.hasConnections) listener.close();
    if (speech(before.configuration) === speech(next.configuration)) {
      this.#listener.follow(next.corridor, next.credentials);
      next.onRenewal(() => this.#listener.renew());
    } else {
      this.#retired = [...this.#retired, this.#listener];
      this.#listener = this.#listen(next);
    }
    for (const listener of this.#retired) listener.retire(next.corridor);
    const left = before
      .retire()
      .catch((err: unknown) => this.#lasting.logs.logger.error({ err }, 'a part could not be closed'))
      .finally(() => this.#leaving.delete(before));
    this.#leaving.set(before, left);
  }

  #listen(site: Site): Listener {
    const { credentials, corridor, security } = site;
    const { timeouts } = site.configuration;
    const { logs, metrics } = this.#lasting;
    const tally = metrics.connections;
    const listener = new Listener({
      ...{ credentials, corridor, security, timeouts, tally },
      logger: logs.logger,
    });
    site.onRenewal(() => listener.renew());
    return listener;
  }
}

function stopping(): ConfigurationError {
  return new ConfigurationError([{ place: undefined, message: 'The server is stopping.' }]);
}

/** What a listener cannot change while it has connections. */
function speech({ insecureHttp, clientCertificates, certs, pairs, timeouts, hsts }: Configuration): string {
  const { headers, keepAlive } = timeouts;
  // Who trusted in a certificate did so by the authorities of its time.
  const trust = clientCertificates === undefined ? undefined : { clientCertificates, certs, pairs };
  return JSON.stringify({ insecureHttp, trust, headers, keepAlive, hsts });
}
