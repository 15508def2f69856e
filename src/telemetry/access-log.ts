import { loggedTarget } from './logged-target.js';

/** What the line of one exchange says. */
export interface AccessRecord {
  readonly id: string;
  readonly user: string | undefined;
  readonly address: string;
  readonly request: {
    readonly method?: string | undefined;
    readonly url?: string | undefined;
    readonly received: number;
  };
  /** Undefined when the target was refused. */
  readonly path: string | undefined;
  readonly status: number;
  /** Bytes of the reply's body. */
  readonly sent: number;
  /** Milliseconds of the monotonic clock. */
  readonly startedAt: number;
  /** Milliseconds until the upstream began its answer. */
  readonly upstreamMilliseconds: number | undefined;
  readonly outcome: string | undefined;
  readonly connection: { readonly tlsVersion: string };
}

/** Where lines go; each ends with a newline. */
export interface LineSink {
  write(line: string): void;
}

/** pino's number for `info`. */
const INFO = 30;

/**
 * Writes one line for every exchange whose last byte is gone. Never a header: a header can hold a password.
 *
 * The line has pino's form but is put together by hand, because it is the one line that every request pays for.
 */
export class AccessLog {
  readonly #sink: LineSink;
  #millisecond = 0;
  #time = '';

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  /** @param now milliseconds of the monotonic clock */
  write(record: AccessRecord, now: number): void {
    const { id, request, connection, user, upstreamMilliseconds } = record;
    const target = loggedTarget(request.url ?? '', record.path !== undefined);
    this.#sink.write(
      `{"level":${INFO},"time":"${this.#now()}","id":"${id}"${user === undefined ? '' : `,"user":${JSON.stringify(user)}`}` +
        `,"client":"${record.address}","method":"${request.method ?? ''}","target":${JSON.stringify(target)}` +
        `,"status":${record.status},"received":${request.received},"sent":${record.sent}` +
        `,"ms":${milliseconds(now - record.startedAt)}` +
        `${upstreamMilliseconds === undefined ? '' : `,"upstreamMs":${milliseconds(upstreamMilliseconds)}`}` +
        `,"outcome":"${record.outcome ?? ''}","tls":"${connection.tlsVersion}","msg":"request"}\n`,
    );
  }

  #now(): string {
    const now = Date.now();
    if (now !== this.#millisecond) {
      this.#millisecond = now;
      this.#time = new Date(now).toISOString();
    }
    return this.#time;
  }
}

/** With two decimals at most. */
function milliseconds(value: number): number {
  return Math.round(value * 100) / 100;
}
