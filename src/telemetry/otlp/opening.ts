import type { Logger } from 'pino';
import type { OtlpConfiguration } from '../../configuration/otlp.js';
import type { MetricFamily } from './metric-data.js';
import type { RequestTracer } from './request-tracer.js';

export interface TelemetryOptions {
  readonly logger: Logger;
  /** Of dockgate. */
  readonly version: string;
  /** All metrics as they are now; undefined: none are sent from this process. */
  readonly metrics?: (() => Promise<readonly MetricFamily[]>) | undefined;
  /** Origin of the upstream, for the spans of requests to it. */
  readonly upstream?: string | undefined;
}

/** What is sent to a collector of OpenTelemetry. */
export interface TelemetryExport {
  /** Undefined when traces are not sent. */
  readonly tracer: RequestTracer | undefined;
  /** Sends what waits, in two seconds at most, and closes everything. */
  close(): Promise<void>;
}

/**
 * Opens the export of traces and metrics (OTLP over HTTP, in JSON). Nothing of it is loaded before this is called.
 *
 * @throws {ConfigurationError} when the header lines cannot be read
 */
export async function openTelemetryExport(
  configuration: OtlpConfiguration,
  options: TelemetryOptions,
): Promise<TelemetryExport> {
  const { openExport } = await import('./export.js');
  return openExport(configuration, options);
}
