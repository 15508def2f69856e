import type { HistogramNumbers } from './histogram.js';
import type { MetricSink, Source } from './source.js';

/** One server of the upstream. All counts only grow. */
export interface UpstreamNumbers {
  /** Without secrets. */
  readonly server: string;
  /** By the first digit of the status. */
  readonly replies: ArrayLike<number>;
  readonly failures: Readonly<Record<string, number>>;
  readonly retries: number;
  readonly waits: HistogramNumbers;
  readonly isUp: boolean;
  readonly openConnections: number;
  readonly freeConnections: number;
  readonly pendingRequests: number;
}

/** @param upstream the servers behind the gateway */
export function upstreamSource(upstream: { readonly tallies: readonly UpstreamNumbers[] }): Source {
  return {
    write(sink): void {
      for (const tally of upstream.tallies) writeServer(sink, tally);
    },
  };
}

function writeServer(sink: MetricSink, tally: UpstreamNumbers): void {
  const { server, replies, openConnections: open, freeConnections: free } = tally;
  for (let digit = 1; digit < replies.length; digit += 1) {
    const count = replies[digit] ?? 0;
    if (count > 0) sink.add('dockgate_upstream_requests_total', count, { server, code: `${digit}xx` });
  }
  for (const [kind, count] of Object.entries(tally.failures))
    sink.add('dockgate_upstream_failures_total', count, { server, kind });
  sink.histogram('dockgate_upstream_duration_seconds', tally.waits, { server });
  sink.add('dockgate_upstream_retries_total', tally.retries, { server });
  sink.add('dockgate_upstream_up', tally.isUp ? 1 : 0, { server });
  sink.add('dockgate_upstream_connections', open - free, { server, state: 'busy' });
  sink.add('dockgate_upstream_connections', free, { server, state: 'free' });
  sink.add('dockgate_upstream_queue', tally.pendingRequests, { server });
}

/** The bytes that an exchange under way has moved so far. */
export interface ExchangeBytes {
  readonly sent: number;
  readonly request: { readonly received: number };
}

/** Has transfers that are under way counted while they run, and not at their end alone. */
export function exchangeSource(corridor: { exchanges(): Iterable<ExchangeBytes> }): Source {
  return {
    isTransient: true,
    write(sink): void {
      let received = 0;
      let sent = 0;
      for (const exchange of corridor.exchanges()) {
        received += exchange.request.received;
        sent += exchange.sent;
      }
      sink.add('dockgate_http_received_bytes_total', received, {});
      sink.add('dockgate_http_sent_bytes_total', sent, {});
    },
  };
}

/** What the authenticator knows. */
export interface AuthenticatorNumbers {
  /** Each way with each verdict that there was. */
  readonly verdicts: Iterable<{ readonly way: string; readonly verdict: string; readonly count: number }>;
  readonly cacheEntries: number;
  readonly cacheHits: number;
  readonly cacheMisses: number;
  /** Passwords that wait in the lane of those who were never good. */
  readonly waiting: number;
}

export function authenticatorSource(authenticator: { readonly numbers: AuthenticatorNumbers }): Source {
  return {
    write(sink): void {
      const { verdicts, cacheEntries, cacheHits, cacheMisses, waiting } = authenticator.numbers;
      for (const { way, verdict, count } of verdicts)
        sink.add('dockgate_auth_verdicts_total', count, { way, verdict });
      sink.add('dockgate_auth_cache_entries', cacheEntries, {});
      sink.add('dockgate_auth_cache_hits_total', cacheHits, {});
      sink.add('dockgate_auth_cache_misses_total', cacheMisses, {});
      sink.add('dockgate_auth_queue', waiting, { queue: 'lane' });
    },
  };
}

/** @param pool the threads that hash passwords */
export function hashPoolSource(pool: { readonly waiting: number; readonly running: number }): Source {
  return {
    write(sink): void {
      sink.add('dockgate_auth_queue', pool.waiting, { queue: 'pool' });
      sink.add('dockgate_auth_hashes_running', pool.running, {});
    },
  };
}

/** @param certificates those in use; when each ends, in milliseconds since 1970 */
export function certificateSource(certificates: {
  ends(): Iterable<{ readonly file: string; readonly notAfter: number }>;
}): Source {
  return {
    write(sink): void {
      for (const { file, notAfter } of certificates.ends())
        sink.add('dockgate_certificate_expiry_timestamp_seconds', notAfter / 1000, { file });
    },
  };
}
