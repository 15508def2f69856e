import type { AccessLines, AccessRecord } from './access-record.js';
import { loggedTarget } from './logged-target.js';

/** pino's number for `info`. */
const INFO = 30;

/** Lines of pino's form, put together by hand, because these are the lines that every request pays for. */
export class JsonLines implements AccessLines {
  #millisecond = 0;
  #time = '';

  line(record: AccessRecord, now: number, sampled: number): string {
    const { id, request, connection, user, upstreamMilliseconds } = record;
    const target = loggedTarget(request.url ?? '', record.path !== undefined);
    return (
      `{"level":${INFO},"time":"${this.#now()}","id":"${id}"${user === undefined ? '' : `,"user":${JSON.stringify(user)}`}` +
      `,"client":"${record.address}","method":"${request.method ?? ''}","target":${JSON.stringify(target)}` +
      `,"status":${record.status},"received":${request.received},"sent":${record.sent}` +
      `,"ms":${milliseconds(now - record.startedAt)}` +
      `${upstreamMilliseconds === undefined ? '' : `,"upstreamMs":${milliseconds(upstreamMilliseconds)}`}` +
      `,"outcome":"${record.outcome ?? ''}","tls":"${connection.tlsVersion}"` +
      `${sampled === 1 ? '' : `,"sampled":${sampled}`},"msg":"request"}\n`
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
