import { setTimeout as delay } from 'node:timers/promises';
import type { OtlpConfiguration } from '../../configuration/otlp.js';
import { Outlet } from '../outlet.js';
import { Channel } from './channel.js';
import { headersOf } from './headers.js';
import { MetricExport } from './metric-export.js';
import type { TelemetryExport, TelemetryOptions } from './opening.js';
import type { UpstreamAddress } from './request-span.js';
import { RequestTracer } from './request-tracer.js';
import { Resource } from './resource.js';
import { TraceExport } from './trace-export.js';
import { UnixClock } from './unix-clock.js';

/** Milliseconds that the last delivery may take at the end. */
const FAREWELL = 2_000;
/** Milliseconds between two looks at the clocks. */
const CLOCK_INTERVAL = 10_000;

/** Opens what {@link openTelemetryExport} promises. */
export async function openExport(
  configuration: OtlpConfiguration,
  { logger, version, metrics, upstream }: TelemetryOptions,
): Promise<TelemetryExport> {
  const headers = await headersOf(configuration.headers, version);
  const endpoint = configuration.endpoint.replace(/\/+$/, '');
  const resource = new Resource(configuration.service, version);
  const clock = new UnixClock();
  const outlets: Outlet[] = [];
  const channel = (path: string, what: string): Channel => {
    const outlet = new Outlet(endpoint);
    outlets.push(outlet);
    return new Channel({ outlet, path, what, endpoint, headers, logger });
  };
  const traces = configuration.traces
    ? new TraceExport(channel('/v1/traces', 'traces'), resource)
    : undefined;
  const numbers =
    configuration.metrics && metrics !== undefined
      ? new MetricExport({
          channel: channel('/v1/metrics', 'metrics'),
          resource,
          clock,
          logger,
          interval: configuration.interval,
          metrics,
        })
      : undefined;
  const adjusting = setInterval(() => clock.adjust(), CLOCK_INTERVAL).unref();
  return {
    tracer:
      traces === undefined
        ? undefined
        : new RequestTracer({
            clock,
            sample: configuration.sample,
            upstream: upstream === undefined ? undefined : addressOf(upstream),
            ended: (span) => traces.add(span),
          }),
    async close(): Promise<void> {
      clearInterval(adjusting);
      const done = new AbortController();
      await Promise.race([
        Promise.all([traces?.close(), numbers?.close()]),
        delay(FAREWELL, undefined, { signal: done.signal }).catch(() => undefined),
      ]);
      done.abort();
      await Promise.all(outlets.map((outlet) => outlet.close()));
    },
  };
}

function addressOf(upstream: string): UpstreamAddress {
  const { origin, hostname, port, protocol } = new URL(upstream);
  const usual = protocol === 'https:' ? 443 : 80;
  return { origin, host: hostname, port: port === '' ? usual : Number(port) };
}
