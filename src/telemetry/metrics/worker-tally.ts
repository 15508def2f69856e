import type { MetricSink, Source } from './source.js';

/** What the process that looks after the workers knows of them. Tells nothing where there are none. */
export class WorkerTally implements Source {
  wanted = 0;
  running = 0;
  /** Without being asked to. */
  deaths = 0;
  /** As planned. */
  replacements = 0;

  write(sink: MetricSink): void {
    if (this.wanted === 0) return;
    sink.add('dockgate_workers', this.wanted, { state: 'wanted' });
    sink.add('dockgate_workers', this.running, { state: 'running' });
    sink.add('dockgate_worker_deaths_total', this.deaths, {});
    sink.add('dockgate_worker_replacements_total', this.replacements, {});
  }
}
