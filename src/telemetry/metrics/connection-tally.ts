import type { MetricSink, Source } from './source.js';

/** Counts connections and handshakes. */
export class ConnectionTally implements Source {
  #open = 0;
  #accepted = 0;
  #full = 0;
  #resumed = 0;
  #failed = 0;

  opened(): void {
    this.#open += 1;
    this.#accepted += 1;
  }

  closed(): void {
    this.#open -= 1;
  }

  /** @param resumed the client came back with a ticket of an earlier one (RFC 8446 §2.2) */
  handshake(resumed: boolean): void {
    if (resumed) this.#resumed += 1;
    else this.#full += 1;
  }

  handshakeFailed(): void {
    this.#failed += 1;
  }

  write(sink: MetricSink): void {
    sink.add('dockgate_connections_open', this.#open, {});
    sink.add('dockgate_connections_total', this.#accepted, {});
    sink.add('dockgate_tls_handshakes_total', this.#full, { result: 'full' });
    sink.add('dockgate_tls_handshakes_total', this.#resumed, { result: 'resumed' });
    sink.add('dockgate_tls_handshakes_total', this.#failed, { result: 'failed' });
  }
}
