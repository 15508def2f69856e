import type { Reader } from './reader.js';
import { many, one, optional } from './setting.js';
import { truth } from './values/choice.js';
import { durationFrom } from './values/duration.js';
import { secretHeaderLine } from './values/header-line.js';
import { proportion } from './values/proportion.js';
import type { Secret } from './values/secret.js';
import { lineOfText } from './values/text.js';
import { webUrl } from './values/web-url.js';

/** Where traces and metrics are sent to (OTLP over HTTP). */
export interface OtlpConfiguration {
  /** URL without `/v1/traces` and `/v1/metrics`. */
  readonly endpoint: string;
  /** Each a `NAME=VALUE` that goes along as a header line. */
  readonly headers: readonly Secret[];
  readonly traces: boolean;
  readonly metrics: boolean;
  /** The part of the traces that begin here and are sent, 0 to 1. */
  readonly sample: number;
  /** Milliseconds between two deliveries of metrics. */
  readonly interval: number;
  /** `service.name` of OpenTelemetry. */
  readonly service: string;
}

/** The settings of OTLP. */
export const otlpSettings = {
  otlpEndpoint: optional('otlp.endpoint', 'DOCKGATE_OTLP_ENDPOINT', webUrl, {
    short: true,
    description: 'URL that takes traces and metrics (OTLP over HTTP), without /v1/traces.',
  }),
  otlpHeaders: many('otlp.headers', 'DOCKGATE_OTLP_HEADERS', secretHeaderLine, [], {
    description: 'Header lines for it, each NAME=VALUE, or file:PATH of a file with such a line.',
  }),
  otlpTraces: one('otlp.traces', 'DOCKGATE_OTLP_TRACES', truth, 'true', {
    description: 'Whether traces are sent.',
  }),
  otlpMetrics: one('otlp.metrics', 'DOCKGATE_OTLP_METRICS', truth, 'true', {
    description: 'Whether metrics are sent.',
  }),
  otlpSample: one('otlp.sample', 'DOCKGATE_OTLP_SAMPLE', proportion, '1', {
    description: 'Part of the traces that are sent, from 0 to 1; what a client traces is sent as it says.',
  }),
  otlpInterval: one('otlp.interval', 'DOCKGATE_OTLP_INTERVAL', durationFrom(1_000, '1s'), '60s', {
    description: 'Time between two deliveries of metrics.',
  }),
  otlpService: one('otlp.service', 'DOCKGATE_OTLP_SERVICE', lineOfText, 'dockgate', {
    description: 'Name of the service in traces and metrics.',
  }),
};

/** Reads where traces and metrics are sent to; undefined for nowhere. */
export function readOtlp(reader: Reader): OtlpConfiguration | undefined {
  const { otlpEndpoint, otlpHeaders, ...others } = otlpSettings;
  const endpoint = reader.optional(otlpEndpoint);
  const configuration = {
    headers: reader.many(otlpHeaders),
    traces: reader.one(others.otlpTraces),
    metrics: reader.one(others.otlpMetrics),
    sample: reader.one(others.otlpSample),
    interval: reader.one(others.otlpInterval),
    service: reader.one(others.otlpService),
  };
  if (endpoint !== undefined) return { endpoint, ...configuration };
  if (reader.written(otlpEndpoint).flat().length > 0) return undefined;
  for (const setting of [otlpHeaders, ...Object.values(others)]) {
    const [written] = reader.written(setting).flat();
    if (written !== undefined)
      reader.note(written, 'has no effect without the URL that takes traces: set "otlp.endpoint".');
  }
  return undefined;
}
