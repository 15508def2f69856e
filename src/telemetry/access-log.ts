import type { AccessLogFormat, LogConfiguration } from '../configuration/logs.js';
import { CombinedLines } from './access-combined.js';
import { CommonLines } from './access-common.js';
import { JsonLines } from './access-json.js';
import type { AccessLines, AccessRecord } from './access-record.js';
import { isGoodHealthCheck } from './health-checks.js';

/** Where lines go; each ends with a newline. */
export interface LineSink {
  write(line: string): void;
}

/** How the lines look, and how many health checks one stands for. */
export type AccessLogOptions = Pick<LogConfiguration['access'], 'format' | 'pings'>;

const EVERY_LINE: AccessLogOptions = { format: 'json', pings: 1 };

/**
 * Writes one line for every exchange whose last byte is gone. No header but `Referer` and `User-Agent`, and those without
 * what may be a secret: a header can hold a password.
 */
export class AccessLog {
  readonly #sink: LineSink;
  readonly #lines: AccessLines;
  /** One line for so many health checks that went well; 0: none. */
  readonly #pings: number;
  /** Health checks that the last line about one stands for, and that have not come yet. */
  #covered = 0;

  constructor(sink: LineSink, { format, pings }: AccessLogOptions = EVERY_LINE) {
    this.#sink = sink;
    this.#lines = linesOf(format);
    this.#pings = pings;
  }

  /** @param now milliseconds of the monotonic clock */
  write(record: AccessRecord, now: number): void {
    let sampled = 1;
    if (this.#pings !== 1 && isGoodHealthCheck(record)) {
      sampled = this.#pings;
      if (sampled === 0) return;
      if (this.#covered > 0) {
        this.#covered -= 1;
        return;
      }
      this.#covered = sampled - 1;
    }
    this.#sink.write(this.#lines.line(record, now, sampled));
  }
}

function linesOf(format: AccessLogFormat): AccessLines {
  switch (format) {
    case 'json':
      return new JsonLines();
    case 'combined':
      return new CombinedLines();
    case 'common':
      return new CommonLines();
  }
}
