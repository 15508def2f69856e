import type { RunningExchange } from '../../monitor/status.js';
import type { Workforce } from '../../supervisor/workforce.js';
import type { Metrics, MetricsSnapshot } from '../../telemetry/metrics/metrics.js';
import { ProcessTotals } from '../../telemetry/metrics/process-totals.js';

/** What a worker tells of itself when it is asked. */
export interface WorkerReport {
  readonly pid: number;
  readonly metrics: MetricsSnapshot;
  readonly exchanges: readonly RunningExchange[];
  readonly authorityFile: string | undefined;
}

/** Milliseconds between two questions that nobody has asked for: what a worker counts after the last one dies with it. */
const INTERVAL = 5_000;

/** The numbers of all workers and of the process that looks after them, as those of one. */
export class WorkerTotals {
  readonly #workforce: Pick<Workforce, 'collect' | 'status' | 'deaths' | 'replacements'>;
  readonly #own: Metrics;
  readonly #totals = new ProcessTotals();
  readonly #timer: NodeJS.Timeout;
  /** Those that have said their last and may not have ended yet. */
  readonly #left = new Set<number>();

  constructor(workforce: Pick<Workforce, 'collect' | 'status' | 'deaths' | 'replacements'>, own: Metrics) {
    this.#workforce = workforce;
    this.#own = own;
    this.#timer = setInterval(() => void this.reports(), INTERVAL).unref();
  }

  /** Asks all workers. */
  async reports(): Promise<readonly WorkerReport[]> {
    const reports = (await this.#workforce.collect()) as readonly WorkerReport[];
    const workers = this.#workforce.status();
    const alive = new Set(workers.map(({ pid }) => pid));
    for (const { pid, metrics } of reports)
      if (alive.has(pid) && !this.#left.has(pid)) this.#totals.update(pid, metrics);
    for (const pid of [...this.#totals.processes()]) if (!alive.has(pid)) this.#totals.ended(pid);
    for (const pid of this.#left) if (!alive.has(pid)) this.#left.delete(pid);
    const { workers: tally } = this.#own;
    tally.running = workers.filter(({ state }) => state === 'ready').length;
    tally.deaths = this.#workforce.deaths;
    tally.replacements = this.#workforce.replacements;
    return reports;
  }

  /** A worker ends, and has told its last numbers. */
  farewell({ pid, metrics }: WorkerReport): void {
    this.#left.add(pid);
    this.#totals.update(pid, metrics);
    this.#totals.ended(pid);
  }

  async text(): Promise<string> {
    await this.reports();
    return this.#totals.text(await this.#own.snapshot());
  }

  async snapshot(): Promise<MetricsSnapshot> {
    await this.reports();
    return await this.#totals.snapshot(await this.#own.snapshot());
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
