import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Logger } from 'pino';
import { type Outlet, reasonOf } from '../outlet.js';

const compress = promisify(gzip);
/** Statuses after which the same may be sent again (OTLP, "Failures"). */
const RETRYABLE = new Set([429, 502, 503, 504]);
/** The fastest level: it takes nine tenths of what is so alike. */
const LEVEL = 1;

/** What became of a delivery. `later`: it may be sent again, after as many milliseconds if the collector has said so. */
export type Verdict = 'taken' | 'refused' | { readonly later: number | undefined };

export interface ChannelOptions {
  readonly outlet: Outlet;
  /** `/v1/traces` or `/v1/metrics`. */
  readonly path: string;
  /** For the log: what is sent, and where to. */
  readonly what: string;
  readonly endpoint: string;
  /** They are secrets. */
  readonly headers: Readonly<Record<string, string>>;
  readonly logger: Logger;
}

/** The way of one kind of data to the collector. Logs when it stops working and when it works again, not what is between. */
export class Channel {
  readonly #options: ChannelOptions;
  #works = true;
  #lost = 0;
  #hasWarned = false;

  constructor(options: ChannelOptions) {
    this.#options = options;
  }

  /** Counts what was not delivered, for the log. */
  lose(count: number): void {
    this.#lost += count;
  }

  /** @param json the whole request. Never rejects. */
  async send(json: string): Promise<Verdict> {
    const { outlet, path, headers } = this.#options;
    try {
      const body = await compress(json, { level: LEVEL });
      const reply = await outlet.post(
        path,
        { ...headers, 'content-type': 'application/json', 'content-encoding': 'gzip' },
        body,
      );
      if (reply.status >= 200 && reply.status < 300) {
        this.#tellSuccess(reply.body);
        return 'taken';
      }
      this.#tellFailure(`it answers with status ${reply.status}`);
      return RETRYABLE.has(reply.status) ? { later: reply.retryAfter } : 'refused';
    } catch (error) {
      this.#tellFailure(reasonOf(error));
      return { later: undefined };
    }
  }

  #tellFailure(reason: string): void {
    if (!this.#works) return;
    this.#works = false;
    const { logger, what, endpoint, path } = this.#options;
    logger.warn(
      { endpoint: `${endpoint}${path}`, reason },
      `${what} cannot be delivered: check otlp.endpoint and otlp.headers, and whether the collector runs; the newest are kept and tried again`,
    );
  }

  #tellSuccess(body: string): void {
    const { logger, what } = this.#options;
    if (!this.#works) {
      this.#works = true;
      logger.info({ lost: this.#lost }, `${what} are delivered again`);
      this.#lost = 0;
    }
    const message = rejectionIn(body);
    if (message === undefined || this.#hasWarned) return;
    this.#hasWarned = true;
    logger.warn({ message }, `the collector does not want some of the ${what}`);
  }
}

/** What a collector says that took a part only (OTLP, "Partial Success"); undefined when it took all. */
function rejectionIn(body: string): string | undefined {
  if (!body.includes('rejected')) return undefined;
  try {
    const { partialSuccess } = JSON.parse(body) as { partialSuccess?: Record<string, unknown> };
    const rejected = Number(partialSuccess?.['rejectedSpans'] ?? partialSuccess?.['rejectedDataPoints'] ?? 0);
    return rejected > 0 ? String(partialSuccess?.['errorMessage'] ?? '').slice(0, 200) : undefined;
  } catch {
    return undefined;
  }
}
