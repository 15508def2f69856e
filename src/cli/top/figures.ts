import type { WorkerStatus } from '../../monitor/status.js';
import type { Interval } from './reading.js';
import { type TransferFigures, transferFigures, type UserFigures, userFigures } from './transfers.js';

/** Seconds within which so many percent of the replies were sent; undefined when there was none. */
export interface Latency {
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly p99: number | undefined;
}

/** Requests a second, by the first digit of the status; `none`: there was no reply. */
export type Classes = Readonly<Record<'2xx' | '3xx' | '4xx' | '5xx' | 'none', number>>;

export interface RouteFigures {
  readonly route: string;
  readonly perSecond: number;
  readonly classes: Classes;
  readonly latency: Latency;
}

export interface UpstreamFigures {
  readonly server: string;
  readonly isUp: boolean;
  readonly perSecond: number;
  readonly failuresPerSecond: number;
  /** Until the header of the reply. */
  readonly latency: Latency;
}

/** All that `dockgate top` shows. Sizes in bytes, times in seconds. */
export interface Figures {
  /** Over which the rates are. */
  readonly seconds: number;
  readonly version: string | undefined;
  /** Since the start. */
  readonly uptime: number | undefined;
  readonly generation: number | undefined;
  readonly isStopping: boolean;
  readonly workers: readonly WorkerStatus[];
  readonly perSecond: number;
  readonly classes: Classes;
  readonly latency: Latency;
  readonly receivedPerSecond: number;
  readonly sentPerSecond: number;
  readonly openExchanges: number;
  readonly openConnections: number;
  readonly authentication: {
    readonly queue: number;
    readonly grantedPerSecond: number;
    readonly refusedPerSecond: number;
  };
  /** Seconds by which the event loop was late, at most, in 99 percent of the time; undefined when nobody has looked. */
  readonly eventLoopDelay: number | undefined;
  readonly memory: number | undefined;
  /** Seconds of processor time a second. */
  readonly processor: number;
  readonly routes: readonly RouteFigures[];
  readonly upstream: readonly UpstreamFigures[];
  readonly users: readonly UserFigures[];
  readonly transfers: readonly TransferFigures[];
}

const REQUESTS = 'dockgate_http_requests_total';
const DURATIONS = 'dockgate_http_request_duration_seconds';
const VERDICTS = 'dockgate_auth_verdicts_total';
/** Verdicts that are no refusals. */
const LET_IN = new Set(['granted', 'stranger']);

/** What two readings show together. */
export function figuresOf(interval: Interval): Figures {
  const { status, samples } = interval.after;
  const started = interval.now('process_start_time_seconds');
  const transfers = transferFigures(interval);
  return {
    seconds: interval.seconds,
    version: status?.version ?? samples.get('dockgate_build_info')?.[0]?.labels['version'],
    uptime: started === undefined ? undefined : Math.max(0, Date.now() / 1000 - started),
    generation: status?.generation,
    isStopping: status?.stopping ?? false,
    workers: status?.workers ?? [],
    perSecond: interval.rate(REQUESTS),
    classes: classesOf(interval),
    latency: latencyOf(interval, DURATIONS),
    receivedPerSecond: interval.rate('dockgate_http_received_bytes_total'),
    sentPerSecond: interval.rate('dockgate_http_sent_bytes_total'),
    openExchanges: interval.now('dockgate_http_open_exchanges') ?? 0,
    openConnections: interval.now('dockgate_connections_open') ?? 0,
    authentication: {
      queue: interval.now('dockgate_auth_queue') ?? 0,
      grantedPerSecond: interval.rate(VERDICTS, ({ verdict }) => verdict === 'granted'),
      refusedPerSecond: interval.rate(VERDICTS, ({ verdict = '' }) => !LET_IN.has(verdict)),
    },
    eventLoopDelay: interval.quantile('dockgate_event_loop_delay_seconds', 0.99),
    memory: interval.now('process_resident_memory_bytes'),
    processor: interval.rate('process_cpu_seconds_total'),
    routes: routesOf(interval),
    upstream: interval.values('dockgate_upstream_up', 'server').map((server) => upstreamOf(interval, server)),
    users: userFigures(transfers),
    transfers,
  };
}

function routesOf(interval: Interval): RouteFigures[] {
  return interval
    .values(REQUESTS, 'route')
    .map((route) => ({
      route,
      perSecond: interval.rate(REQUESTS, (labels) => labels['route'] === route),
      classes: classesOf(interval, route),
      latency: latencyOf(interval, DURATIONS, (labels) => labels['route'] === route),
    }))
    .sort((one, other) => other.perSecond - one.perSecond);
}

function upstreamOf(interval: Interval, server: string): UpstreamFigures {
  const ofServer = (labels: Readonly<Record<string, string>>): boolean => labels['server'] === server;
  return {
    server,
    isUp: (interval.now('dockgate_upstream_up', ofServer) ?? 0) > 0,
    perSecond: interval.rate('dockgate_upstream_requests_total', ofServer),
    failuresPerSecond: interval.rate('dockgate_upstream_failures_total', ofServer),
    latency: latencyOf(interval, 'dockgate_upstream_duration_seconds', ofServer),
  };
}

function classesOf(interval: Interval, route?: string): Classes {
  const rate = (first: string): number =>
    interval.rate(
      REQUESTS,
      ({ route: of, code = '' }) => (route === undefined || of === route) && code.startsWith(first),
    );
  return { '2xx': rate('2'), '3xx': rate('3'), '4xx': rate('4'), '5xx': rate('5'), none: rate('n') };
}

function latencyOf(
  interval: Interval,
  name: string,
  wanted?: (labels: Readonly<Record<string, string>>) => boolean,
): Latency {
  const quantile = (share: number): number | undefined => interval.quantile(name, share, wanted);
  return { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) };
}
