import { Histogram } from './histogram.js';
import { ROUTES, routeOf } from './route.js';
import type { MetricSink, Source } from './source.js';

/** What is counted of one exchange. */
export interface CountedExchange {
  /** Undefined when the target was refused. */
  readonly path: string | undefined;
  /** 0 when nothing was answered. */
  readonly status: number;
  readonly outcome: string | undefined;
  /** Milliseconds of the monotonic clock. */
  readonly startedAt: number;
  /** Bytes of the reply's body. */
  readonly sent: number;
  readonly request: { readonly received: number };
}

const OUTCOMES = ['complete', 'client gone', 'upstream failed', 'refused', 'timed out', 'failed'] as const;

/** Statuses that a reply can have, and 0 for none. */
const STATUSES = 600;

/** Seconds. From an answer out of memory to a layer of some gigabytes. */
const DURATIONS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];

/** Counts every exchange, in numbers that lie where they are: no text is made and nothing is looked up by one. */
export class RequestMetrics implements Source {
  readonly #requests = new Float64Array(ROUTES.length * STATUSES);
  readonly #durations = ROUTES.map(() => new Histogram(DURATIONS));
  readonly #outcomes = new Float64Array(OUTCOMES.length);
  #open = 0;
  #received = 0;
  #sent = 0;

  entered(_exchange: CountedExchange): void {
    this.#open += 1;
  }

  /** @param now milliseconds of the monotonic clock */
  left(exchange: CountedExchange, now: number): void {
    const { status } = exchange;
    const route = routeOf(exchange.path);
    const place = route * STATUSES + (status < STATUSES ? status : 0);
    this.#requests[place] = (this.#requests[place] ?? 0) + 1;
    this.#durations[route]?.observe(now - exchange.startedAt);
    const outcome = outcomeOf(exchange.outcome);
    this.#outcomes[outcome] = (this.#outcomes[outcome] ?? 0) + 1;
    this.#open -= 1;
    this.#received += exchange.request.received;
    this.#sent += exchange.sent;
  }

  write(sink: MetricSink): void {
    for (const [index, route] of ROUTES.entries()) {
      for (let status = 0; status < STATUSES; status += 1) {
        const count = this.#requests[index * STATUSES + status] ?? 0;
        if (count > 0)
          sink.add('dockgate_http_requests_total', count, {
            route,
            code: status === 0 ? 'none' : String(status),
          });
      }
    }
    for (const [index, route] of ROUTES.entries()) {
      const durations = this.#durations[index];
      if (durations !== undefined && !durations.isEmpty)
        sink.histogram('dockgate_http_request_duration_seconds', durations, { route });
    }
    for (const [index, outcome] of OUTCOMES.entries())
      sink.add('dockgate_http_outcomes_total', this.#outcomes[index] ?? 0, { outcome });
    sink.add('dockgate_http_open_exchanges', this.#open, {});
    sink.add('dockgate_http_received_bytes_total', this.#received, {});
    sink.add('dockgate_http_sent_bytes_total', this.#sent, {});
  }
}

function outcomeOf(outcome: string | undefined): number {
  switch (outcome) {
    case 'complete':
      return 0;
    case 'client gone':
      return 1;
    case 'upstream failed':
      return 2;
    case 'refused':
      return 3;
    case 'timed out':
      return 4;
    default:
      return 5;
  }
}
