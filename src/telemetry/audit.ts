import type { Logger } from 'pino';
import { formatProblem, type Problem } from '../configuration/problem.js';
import type {
  Audit,
  AuditChange,
  AuditDetail,
  AuditEvent,
  AuditLogin,
  AuditRequest,
  AuditToken,
} from './audit-event.js';
import { AuditFile, type AuditFileOptions } from './audit-file.js';
import { auditLine } from './audit-line.js';
import { AuditRecent } from './audit-recent.js';
import { requestEvent } from './audit-request.js';
import { AuditTally } from './audit-tally.js';

/** What may be set otherwise than by default. */
export interface AuditLogOptions extends Pick<AuditFileOptions, 'retry' | 'backlog'> {
  /** Milliseconds after which a line says what was only counted; default one minute. */
  readonly interval?: number;
}

const INTERVAL = 60_000;
/** Milliseconds in which somebody who comes in the same way from the same address is told once. */
const PERIOD = 3_600_000;
const RECENT = 10_000;
/** Anybody can fail to log in. */
const LOGINS = { each: 3, atOnce: 500, keys: 1_000 };
/** For these one has to have been let in, or be a stranger to whom the rules allow something. */
const DENIALS = { each: 20, atOnce: 500, keys: 1_000 };
const TOKENS = { each: 20, atOnce: 500, keys: 1_000 };
const WITHOUT_TOKEN: ReadonlySet<string | undefined> = new Set(['password', 'certificate']);

/** The audit log: who did what, from where, one JSON object a line. See `docs/audit.md`. */
export class AuditLog implements Audit {
  readonly #file: AuditFile;
  readonly #logger: Logger;
  readonly #recent = new AuditRecent(PERIOD, RECENT);
  readonly #logins = new AuditTally(LOGINS);
  readonly #denials = new AuditTally(DENIALS);
  readonly #tokens = new AuditTally(TOKENS);
  readonly #timer: NodeJS.Timeout;

  private constructor(file: AuditFile, logger: Logger, interval: number) {
    this.#file = file;
    this.#logger = logger;
    this.#timer = setInterval(() => this.#endInterval(), interval).unref();
    this.#write({ event: 'started', detail: { pid: process.pid } });
  }

  /**
   * Opens it, and says that the gateway has started.
   *
   * @throws {ConfigurationError} when the file cannot be written to
   */
  static async open(path: string, logger: Logger, options: AuditLogOptions = {}): Promise<AuditLog> {
    const { interval = INTERVAL, ...others } = options;
    const file = await AuditFile.open(path, {
      ...others,
      lostLine: (count) => auditLine(now(), { event: 'lines lost', count }),
      onFailure: (err) =>
        logger.error({ file: path, err }, 'the audit log cannot be written; its lines wait in memory'),
      onRecovery: (lost) => logger.warn({ file: path, lost }, 'the audit log is written again'),
      onStale: (error) =>
        logger.error(
          { problem: reasonOf(error) },
          'the audit log cannot be opened again; it goes on in the old file',
        ),
    });
    return new AuditLog(file, logger, interval);
  }

  login(login: AuditLogin): void {
    const { outcome, user, address, way, id } = login;
    const key = `${way} ${address} ${user}`;
    if (outcome === 'good') {
      // A stranger with a token that says so has shown nothing.
      if (user === undefined || !this.#recent.isNews(key, performance.now())) return;
      const event = WITHOUT_TOKEN.has(way) ? 'login' : 'token used';
      this.#write({ event, outcome, user, address, way, id });
      return;
    }
    const isTold = this.#tell(this.#logins, { event: 'login', outcome, user, address, way, id });
    // That a right password came after a wrong one is worth knowing.
    if (isTold) this.#recent.forget(key);
  }

  request(request: AuditRequest): void {
    const event = requestEvent(request);
    if (event?.event === 'denied') this.#tell(this.#denials, event);
    else if (event !== undefined) this.#write(event);
  }

  token({ user, address, way, id, detail }: AuditToken): void {
    this.#tell(this.#tokens, { event: 'token issued', outcome: 'done', user, address, way, id, detail });
  }

  change({ event, outcome = 'done', user, address, way, id, detail }: AuditChange): void {
    this.#write({ event, outcome, user, address, way, id, detail });
  }

  /** Goes on in a new file of the same name, after the old one was renamed. Never rejects. */
  reopen(): Promise<void> {
    return this.#file.reopen();
  }

  /** Writes what is left, and that the gateway has stopped. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#tellCounted();
    this.#write({ event: 'stopped', detail: { pid: process.pid } });
    const lost = await this.#file.close();
    if (lost > 0) this.#logger.error({ lost }, 'lines of the audit log could not be written');
  }

  #tell(tally: AuditTally, event: AuditEvent): boolean {
    const time = now();
    if (!tally.isToldAtOnce(event, time)) return false;
    this.#file.write(auditLine(time, event));
    return true;
  }

  #write(event: AuditEvent): void {
    this.#file.write(auditLine(now(), event));
  }

  #endInterval(): void {
    this.#tellCounted();
    void this.#replaceDeleted();
  }

  #tellCounted(): void {
    for (const tally of [this.#logins, this.#denials, this.#tokens]) {
      for (const sum of tally.endInterval()) this.#write(sum);
    }
  }

  async #replaceDeleted(): Promise<void> {
    if (!(await this.#file.isDeleted())) return;
    const detail: AuditDetail = { note: 'the file was deleted, and with it the lines of before' };
    this.#logger.error(detail, 'the audit log was deleted');
    await this.#file.reopen();
    this.#write({ event: 'lines lost', detail });
  }
}

function now(): string {
  return new Date().toISOString();
}

function reasonOf(error: unknown): string {
  const problems = (error as { readonly problems?: readonly Problem[] }).problems;
  return problems?.map(formatProblem).join('; ') ?? String(error);
}
