import type { MetricSink, Source } from './source.js';

/** Counts what happens to what is stored. */
export class StorageTally implements Source {
  #running = 0;
  #done = 0;
  #failed = 0;
  #bytes = 0;
  #damaged = 0;
  #lastDone = 0;

  collectionStarted(): void {
    this.#running += 1;
  }

  /** @param bytes that are free now */
  collectionEnded(bytes: number, now = Date.now()): void {
    this.#running = Math.max(0, this.#running - 1);
    this.#done += 1;
    this.#bytes += bytes;
    this.#lastDone = now;
  }

  collectionFailed(): void {
    this.#running = Math.max(0, this.#running - 1);
    this.#failed += 1;
  }

  /** It goes on when it is started again. */
  collectionStopped(): void {
    this.#running = Math.max(0, this.#running - 1);
  }

  /** A content was found whose bytes do not fit its digest. */
  damaged(): void {
    this.#damaged += 1;
  }

  write(sink: MetricSink): void {
    sink.add('dockgate_storage_collections_running', this.#running, {});
    sink.add('dockgate_storage_collections_total', this.#done, { result: 'done' });
    sink.add('dockgate_storage_collections_total', this.#failed, { result: 'failed' });
    sink.add('dockgate_storage_collected_bytes_total', this.#bytes, {});
    sink.add('dockgate_storage_damaged_contents_total', this.#damaged, {});
    sink.add('dockgate_storage_last_collection_timestamp_seconds', this.#lastDone / 1000, {});
  }
}
