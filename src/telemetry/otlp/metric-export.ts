import type { Logger } from 'pino';
import type { Channel } from './channel.js';
import { type MetricFamily, otlpMetrics } from './metric-data.js';
import type { Resource } from './resource.js';
import type { UnixClock } from './unix-clock.js';

export interface MetricExportOptions {
  readonly channel: Channel;
  readonly resource: Resource;
  readonly clock: UnixClock;
  readonly logger: Logger;
  /** Milliseconds between two deliveries. */
  readonly interval: number;
  metrics(): Promise<readonly MetricFamily[]>;
}

/** Delivers all metrics now and then. They are counted from the start on, so that one that gets lost is no loss. */
export class MetricExport {
  readonly #options: MetricExportOptions;
  readonly #start: string;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | undefined;

  constructor(options: MetricExportOptions) {
    this.#options = options;
    // What is counted was counted since the process began.
    this.#start = options.clock.nanoseconds(0);
    this.#timer = setInterval(() => this.#begin(), options.interval).unref();
  }

  /** Delivers the last numbers. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
    await this.#deliver();
  }

  #begin(): void {
    this.#running ??= this.#deliver().finally(() => {
      this.#running = undefined;
    });
  }

  async #deliver(): Promise<void> {
    const { metrics, clock, channel, resource, logger } = this.#options;
    clock.adjust();
    const times = { start: this.#start, now: clock.nanoseconds(performance.now()) };
    try {
      const data = otlpMetrics(await metrics(), times);
      if (data.length > 0) await channel.send(resource.metrics(JSON.stringify(data)));
    } catch (error) {
      logger.error({ err: error }, 'the metrics could not be put together');
    }
  }
}
