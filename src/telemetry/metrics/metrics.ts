import { Collection } from './collection.js';
import { ConnectionTally } from './connection-tally.js';
import { EventLoopDelay } from './event-loop-delay.js';
import { CONTENT_TYPE, merge } from './exposition.js';
import { Histogram } from './histogram.js';
import { ProcessMetrics } from './process-metrics.js';
import { ReloadTally } from './reload-tally.js';
import { RequestMetrics } from './request-metrics.js';
import { RetiredTotals } from './retired-totals.js';
import type { MetricsSnapshot } from './snapshot.js';
import type { Source } from './source.js';
import { StorageTally } from './storage-tally.js';
import { WorkerTally } from './worker-tally.js';

export type { MetricsSnapshot } from './snapshot.js';

export interface MetricsOptions {
  /** Of dockgate. */
  readonly version: string;
  /** Tell of the process too: processor, memory, garbage, event loop. Watches them from then on until it ends. Default true. */
  readonly process?: boolean;
}

/** Seconds: from `{SHA}` to bcrypt with a high cost. */
const HASH_DURATIONS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** All numbers of this process. Lives as long as the process, whatever its configuration becomes. */
export class Metrics {
  static readonly contentType: string = CONTENT_TYPE;
  readonly requests = new RequestMetrics();
  readonly connections = new ConnectionTally();
  readonly storage = new StorageTally();
  readonly reloads = new ReloadTally();
  readonly workers = new WorkerTally();
  /** Time on a thread for hashing one password. */
  readonly hashes = new Histogram(HASH_DURATIONS);
  readonly #process: ProcessMetrics | undefined;
  readonly #sources: Set<Source>;
  readonly #retired = new RetiredTotals();

  constructor({ version, process: ofProcess = true }: MetricsOptions) {
    this.#process = ofProcess ? new ProcessMetrics() : undefined;
    const { requests, connections, storage, reloads, workers, hashes } = this;
    const build = { version, node: process.version };
    this.#sources = new Set<Source>([
      { write: (sink) => sink.add('dockgate_build_info', 1, build) },
      ...[requests, connections, storage, reloads, workers],
      { write: (sink) => sink.histogram('dockgate_auth_hash_duration_seconds', hashes, {}) },
      ...(ofProcess ? [new EventLoopDelay()] : []),
    ]);
  }

  /** The numbers of several processes, as one text. */
  static merge(snapshots: readonly MetricsSnapshot[]): Promise<string> {
    return merge(snapshots);
  }

  /**
   * Reads the numbers of a part that may end before the process does.
   *
   * @returns what is to be called when the part has ended: its totals are kept, what it has at the moment goes
   */
  follow(source: Source): () => void {
    this.#sources.add(source);
    return () => {
      if (!this.#sources.delete(source) || source.isTransient) return;
      const last = new Collection();
      source.write(last);
      this.#retired.add(last.snapshot());
    };
  }

  /** In Prometheus' format 0.0.4. */
  async text(): Promise<string> {
    return merge([await this.snapshot()]);
  }

  async snapshot(): Promise<MetricsSnapshot> {
    const collection = new Collection();
    for (const source of this.#sources) source.write(collection);
    collection.addTotals(this.#retired.snapshot());
    return [...collection.snapshot(), ...((await this.#process?.snapshot()) ?? [])];
  }
}
