import { loggedStatus, requestLine } from './access-combined.js';
import { bytesOf, escapedAsApache } from './access-escape.js';
import type { AccessLines, AccessRecord } from './access-record.js';
import { LocalTime } from './local-time.js';

/** The Common Log Format as Apache writes it, `%h %l %u %t "%r" %>s %b`; the time is when the request came. */
export class CommonLines implements AccessLines {
  readonly #time = new LocalTime();

  line(record: AccessRecord, now: number): string {
    const { user, address, sent } = record;
    const time = this.#time.at(Date.now() - (now - record.startedAt));
    return (
      `${address} - ${user === undefined ? '-' : escapedAsApache(bytesOf(user))} [${time}]` +
      ` "${escapedAsApache(requestLine(record))}" ${loggedStatus(record)} ${sent === 0 ? '-' : sent}\n`
    );
  }
}
