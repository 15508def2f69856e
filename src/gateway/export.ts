import type { Closer } from '../backend.js';
import type { Configuration } from '../configuration/configuration.js';
import { openTelemetryExport, type TelemetryExport } from '../telemetry/otlp/opening.js';
import { stateOf } from '../tls/file-state.js';
import type { Lasting } from './lasting.js';

/** The settings that the export of traces and metrics depends on, with the files that it reads once. */
export async function exportSettings({ otlp, upstream }: Configuration): Promise<unknown> {
  if (otlp === undefined) return null;
  const secrets = otlp.headers.flatMap((secret) => ('file' in secret ? [secret.file] : []));
  return { otlp, servers: upstream?.servers, secrets: await stateOf(secrets) };
}

/**
 * Opens the export of traces and metrics. Of several processes, the one that looks after the others sends the metrics.
 *
 * @param closers gets what is to be closed
 * @throws {ConfigurationError} when its header lines cannot be read
 */
export async function openExport(
  { otlp, upstream }: Configuration,
  { logs: { logger }, version, metrics, hasSiblings }: Lasting,
  closers: Closer[],
): Promise<TelemetryExport | undefined> {
  if (otlp === undefined) return undefined;
  const sent = await openTelemetryExport(otlp, {
    ...{ logger, version },
    // With several servers the span does not know which one answered.
    upstream: upstream?.servers.length === 1 ? upstream.servers[0]?.origin : undefined,
    metrics: hasSiblings ? undefined : () => metrics.snapshot(),
  });
  closers.push(() => sent.close());
  return sent;
}
