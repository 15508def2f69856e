import { hkdfSync, randomBytes } from 'node:crypto';
import type { SecureContext, SecureContextOptions, TlsOptions } from 'node:tls';
import type { ClientCertificateConfiguration } from '../configuration/access.js';
import type { KeyType, PairFiles } from '../configuration/configuration.js';
import { ConfigurationError, type Problem } from '../configuration/problem.js';
import { ClientCertificates } from './client-certificates.js';
import { endNotice, uncovered } from './pair.js';
import { problemsOf } from './pair-problem.js';
import { Repetition } from './repetition.js';
import { NameTable, pairOptions } from './secure-context.js';
import { ensureServerPair, type ServerPair } from './server-pair.js';
import { openPairs, type WatchedPair, type WholeCandidate } from './watched-pair.js';

const day = 86_400_000;

/** What happens to credentials while they are in use. None of these may throw. */
export interface CredentialEvents {
  /** Other pairs or ticket keys hold from now on: give `secureContextOptions()` to the servers. */
  onChange(): void;
  /** Something on disk cannot be used; what was in use stays in use. */
  onProblem(problem: Problem): void;
  /** A whole sentence for the log. */
  onNotice(message: string): void;
}

/** Which credentials to open. */
export interface CredentialOptions extends CredentialEvents {
  /** Directory of the pair that dockgate makes when there is none of the operator's. */
  readonly certs: string;
  /** The operator's own pairs, the default first. */
  readonly pairs: readonly PairFiles[];
  /** Names that the operator configured; empty for none. */
  readonly hostnames: readonly string[];
  readonly keyType: KeyType;
  /** Certificates of clients; undefined: none are asked for. */
  readonly clientCertificates?: ClientCertificateConfiguration | undefined;
  /** 48 bytes that several processes share, so that a client may resume at any of them; they change by {@link ServerCredentials.useTicketKeys} then. */
  readonly ticketKeys?: Buffer | undefined;
  /** Milliseconds since 1970; for tests. */
  readonly now?: () => number;
  /** Milliseconds between two looks at the files. */
  readonly pollInterval?: number;
  /** Milliseconds between two looks at the dates. */
  readonly checkInterval?: number;
}

/** The certificates that the gateway shows: opened or made, watched, renewed, and picked by server name. */
export class ServerCredentials {
  /** This start made the authority: the person has to be told how to trust it. */
  readonly made: boolean;
  /** Path of `ca.crt` when the pair is dockgate's own. */
  readonly authorityFile: string | undefined;
  /** Whose certificates clients may show; undefined: none are asked for. */
  readonly clients: ClientCertificates | undefined;
  readonly #options: CredentialOptions;
  readonly #watched: readonly WatchedPair[];
  readonly #notices: Repetition;
  readonly #timers: { poll?: NodeJS.Timeout; check?: NodeJS.Timeout } = {};
  #ticketKeys: Buffer;
  #ticketKeysSince: number;
  #names: NameTable;
  #work: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(
    options: CredentialOptions,
    watched: readonly WatchedPair[],
    own: ServerPair | undefined,
    clients: ClientCertificates | undefined,
    now: number,
  ) {
    this.#options = options;
    this.#watched = watched;
    this.made = own?.made ?? false;
    this.authorityFile = own?.authorityFile;
    this.clients = clients;
    this.#notices = new Repetition(day);
    this.#ticketKeys = options.ticketKeys ?? randomBytes(48);
    this.#ticketKeysSince = now;
    this.#names = this.#buildNames();
  }

  /**
   * Opens the operator's pairs, or the one in `certs`, making and renewing that as needed.
   * @throws ConfigurationError with every problem, when there is nothing that could be shown to clients.
   */
  static async open(options: CredentialOptions): Promise<ServerCredentials> {
    const now = (options.now ?? Date.now)();
    const own = options.pairs.length === 0 ? await ensureServerPair({ ...options, now }) : undefined;
    const watched = await openPairs(own === undefined ? options.pairs : [own.files], now);
    const pairs = watched.map((entry) => entry.pair);
    const problems = uncovered(pairs, options.hostnames);
    if (problems.length > 0) throw new ConfigurationError(problems);
    const { clientCertificates } = options;
    const clients =
      clientCertificates === undefined ? undefined : await ClientCertificates.open(clientCertificates, now);
    const credentials = new ServerCredentials(options, watched, own, clients, now);
    for (const warning of clients?.trust.warnings ?? []) credentials.#notify(warning, now);
    for (const notice of own?.notices ?? []) credentials.#notify(notice, now);
    for (const warning of pairs.flatMap((pair) => pair.warnings)) credentials.#notify(warning, now);
    credentials.#schedule('poll', options.pollInterval ?? 1000, () => credentials.#poll());
    credentials.#schedule('check', options.checkInterval ?? 3_600_000, () => credentials.#check());
    return credentials;
  }

  /** Options of the default pair, for `createServer` and `setSecureContext`. */
  secureContextOptions(): SecureContextOptions & TlsOptions {
    const first = this.#watched[0];
    if (first === undefined) throw new Error('There is no pair.');
    return pairOptions(first.pair, this.#sessionKeys(), this.clients);
  }

  /**
   * The context for a server name (RFC 6066 §3): exact names go before wildcards; undefined means the default
   * pair. Never throws: what does inside an SNICallback ends the process (CVE-2026-21637).
   */
  select(serverName: string): SecureContext | undefined {
    return this.#names.find(serverName);
  }

  /** Seals sessions by other keys, which all processes get at once. @param keys 48 bytes */
  useTicketKeys(keys: Buffer): void {
    this.#ticketKeys = keys;
    this.#change();
  }

  /** When the certificates in use end, in milliseconds since 1970. */
  ends(): { readonly file: string; readonly notAfter: number }[] {
    return this.#watched.map(({ pair }) => ({ file: pair.files.certificate, notAfter: pair.end }));
  }

  /** Stops looking at files and dates; waits for a look that is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timers.poll);
    clearTimeout(this.#timers.check);
    await this.#work;
  }

  /** One look at a time; the next one is due so long after the last one ended. */
  #schedule(timer: 'poll' | 'check', interval: number, task: () => Promise<void>): void {
    if (this.#closed) return;
    const run = (): void => {
      this.#work = this.#work
        .then(task)
        .catch((error: unknown) => this.#reportFailure(error))
        .finally(() => this.#schedule(timer, interval, task));
    };
    this.#timers[timer] = setTimeout(run, interval).unref();
  }

  /** Takes over what changed on disk, all of it or, when something is broken, what is whole. */
  async #poll(): Promise<void> {
    const now = this.#now();
    if ((await this.clients?.refresh(now, this.#options)) === true) this.#change();
    const whole = new Map<WatchedPair, WholeCandidate>();
    for (const entry of this.#watched) {
      const candidate = await entry.candidate(now);
      if (candidate === undefined) continue;
      if ('pair' in candidate) whole.set(entry, candidate);
      else this.#refuse(entry, candidate.problems);
    }
    if (whole.size === 0 || this.#closed) return;
    const pairs = this.#watched.map((entry) => whole.get(entry)?.pair ?? entry.pair);
    const problems = uncovered(pairs, this.#options.hostnames);
    for (const [entry, candidate] of whole) {
      if (problems.length > 0) this.#refuse(entry, problems);
      else entry.accept(candidate);
    }
    if (problems.length > 0) return;
    for (const { pair } of whole.values()) {
      this.#options.onNotice(`${pair.files.certificate}: the changed certificate is in use.`);
      for (const warning of pair.warnings) this.#notify(warning, now);
    }
    this.#change();
  }

  /** Renews what is dockgate's own, and speaks up about what is not. */
  async #check(): Promise<void> {
    const now = this.#now();
    if (this.authorityFile !== undefined) {
      const { notices } = await ensureServerPair({ ...this.#options, now, inUse: true });
      for (const notice of notices) this.#notify(notice, now);
      await this.#poll();
    }
    for (const { pair } of this.#watched) {
      const notice = endNotice(pair, now);
      if (notice !== undefined) this.#notify(notice, now);
    }
    if (this.#options.ticketKeys !== undefined || now - this.#ticketKeysSince < day) return;
    // Whoever steals today's key must not read yesterday's connections.
    this.#ticketKeys = randomBytes(48);
    this.#ticketKeysSince = now;
    this.#change();
  }

  #change(): void {
    if (this.#closed) return;
    this.#names = this.#buildNames();
    this.#options.onChange();
  }

  /** Other ones for another trust in clients' certificates: a session that began under it cannot be taken up again. */
  #sessionKeys(): Buffer {
    if (this.clients === undefined) return this.#ticketKeys;
    return Buffer.from(hkdfSync('sha256', this.#ticketKeys, this.clients.trust.digest, 'tickets', 48));
  }

  #buildNames(): NameTable {
    const pairs = this.#watched.map((entry) => entry.pair);
    return new NameTable(pairs, this.#sessionKeys(), this.clients);
  }

  #refuse(entry: WatchedPair, problems: readonly Problem[]): void {
    for (const problem of entry.refuse(problems)) {
      this.#options.onProblem({
        ...problem,
        message: `${problem.message} The pair from before stays in use.`,
      });
    }
  }

  #notify(message: string, now: number): void {
    if (this.#notices.isNew(message, now)) this.#options.onNotice(message);
  }

  #reportFailure(error: unknown): void {
    const problems = problemsOf(error) ?? [{ place: undefined, message: describeFailure(error) }];
    for (const problem of problems) {
      if (this.#notices.isNew(problem.message, this.#now())) this.#options.onProblem(problem);
    }
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }
}

function describeFailure(error: unknown): string {
  return `The certificates could not be looked after: ${error instanceof Error ? error.message : String(error)}`;
}
