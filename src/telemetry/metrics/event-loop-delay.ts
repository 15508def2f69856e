import { Histogram } from './histogram.js';
import type { MetricSink, Source } from './source.js';

/** Milliseconds between two looks. */
const INTERVAL = 50;
/** Seconds. */
const DELAYS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/**
 * How late the event loop comes to what is due. Unlike percentiles that begin anew with each reader, these counts only
 * grow: several may read them, and none takes another one's numbers away.
 */
export class EventLoopDelay implements Source {
  readonly #delays = new Histogram(DELAYS);
  #due = performance.now() + INTERVAL;

  constructor() {
    setInterval(() => this.#look(), INTERVAL).unref();
  }

  write(sink: MetricSink): void {
    sink.histogram('dockgate_event_loop_delay_seconds', this.#delays, {});
  }

  #look(): void {
    const now = performance.now();
    const late = Math.max(0, now - this.#due);
    // A long stop counts as long as it lasts: whatever had become due in it would have been late, too.
    for (let rest = late; rest >= 0; rest -= INTERVAL) this.#delays.observe(rest);
    this.#due = now + INTERVAL;
  }
}
