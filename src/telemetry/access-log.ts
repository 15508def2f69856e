import type { Delivery } from '../http/delivery.js';
import { loggedTarget } from './logged-target.js';

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
  write(delivery: Delivery, now: number): void {
    const { id, request, connection, user, upstreamMilliseconds } = delivery;
    const target = loggedTarget(request.url ?? '', delivery.path !== undefined);
    this.#sink.write(
      `{"level":${INFO},"time":"${this.#now()}","id":"${id}"${user === undefined ? '' : `,"user":${JSON.stringify(user)}`}` +
        `,"client":"${delivery.address}","method":"${request.method ?? ''}","target":${JSON.stringify(target)}` +
        `,"status":${delivery.status},"received":${request.received},"sent":${delivery.sent}` +
        `,"ms":${milliseconds(now - delivery.startedAt)}` +
        `${upstreamMilliseconds === undefined ? '' : `,"upstreamMs":${milliseconds(upstreamMilliseconds)}`}` +
        `,"outcome":"${delivery.outcome ?? ''}","tls":"${connection.tlsVersion}","msg":"request"}\n`,
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
