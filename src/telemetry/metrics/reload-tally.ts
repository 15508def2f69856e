import type { MetricSink, Source } from './source.js';

/** Counts how often the configuration was taken over. */
export class ReloadTally implements Source {
  #done = 0;
  #refused = 0;
  #lastIsGood = true;
  #takenOver = Date.now();

  /** @param now milliseconds since 1970 */
  done(now = Date.now()): void {
    this.#done += 1;
    this.#lastIsGood = true;
    this.#takenOver = now;
  }

  /** The one from before stays. */
  refused(): void {
    this.#refused += 1;
    this.#lastIsGood = false;
  }

  write(sink: MetricSink): void {
    sink.add('dockgate_config_reloads_total', this.#done, { result: 'done' });
    sink.add('dockgate_config_reloads_total', this.#refused, { result: 'refused' });
    sink.add('dockgate_config_last_reload_success', this.#lastIsGood ? 1 : 0, {});
    sink.add('dockgate_config_last_reload_timestamp_seconds', this.#takenOver / 1000, {});
  }
}
