import type { Configuration } from '../configuration/configuration.js';
import { formatListenAddress } from '../configuration/values/listen-address.js';
import type { Secret } from '../configuration/values/secret.js';

type Row = [name: string, value: string];

/** The settings of running for years that are not as they are without a file, a line each. Secrets are named, never shown. */
export function operationRows(configuration: Configuration): readonly Row[] {
  const { workers, control, monitor, servesAuthority } = configuration;
  const rows: Row[] = [];
  if (servesAuthority) rows.push(['tls.serveAuthority', 'true']);
  if (workers !== undefined) {
    rows.push(['workers.count', String(workers.count)]);
    if (workers.maximumRequests > 0) rows.push(['workers.maxRequests', String(workers.maximumRequests)]);
  }
  rows.push(['control', control ?? 'off']);
  if (monitor.length > 0) rows.push(['monitor.listen', monitor.map(formatListenAddress).join(', ')]);
  return [...rows, ...logRows(configuration), ...reportRows(configuration), ...corsRows(configuration)];
}

function logRows({ log }: Configuration): readonly Row[] {
  const rows: Row[] = [];
  if (log.file !== undefined) rows.push(['log.file', log.file]);
  if (log.access.file !== undefined) rows.push(['log.access.file', log.access.file]);
  if (log.access.format !== 'json') rows.push(['log.access.format', log.access.format]);
  if (log.access.pings !== 1) rows.push(['log.access.pings', String(log.access.pings)]);
  return rows;
}

function reportRows({ otlp, crashReports }: Configuration): readonly Row[] {
  const rows: Row[] = [];
  if (otlp !== undefined) {
    const kinds = [otlp.traces ? 'traces' : '', otlp.metrics ? 'metrics' : ''].filter(Boolean);
    rows.push(['otlp.endpoint', `${otlp.endpoint} for ${kinds.join(' and ') || 'nothing'}`]);
    if (otlp.headers.length > 0) rows.push(['otlp.headers', otlp.headers.map(hidden).join(', ')]);
    if (otlp.sample !== 1) rows.push(['otlp.sample', String(otlp.sample)]);
    if (otlp.service !== 'dockgate') rows.push(['otlp.service', otlp.service]);
  }
  if (crashReports !== undefined) {
    const { bugsnag, bugsnagEndpoint, sentry, stage } = crashReports;
    if (bugsnag !== undefined) rows.push(['crashReports.bugsnag', hidden(bugsnag)]);
    if (bugsnagEndpoint !== undefined) rows.push(['crashReports.bugsnagEndpoint', bugsnagEndpoint]);
    if (sentry !== undefined) rows.push(['crashReports.sentry', hidden(sentry)]);
    if (stage !== 'production') rows.push(['crashReports.stage', stage]);
  }
  return rows;
}

function corsRows({ cors }: Configuration): readonly Row[] {
  if (cors === undefined) return [];
  const rows: Row[] = [['cors.origins', cors.origins.join(', ')]];
  if (cors.credentials) rows.push(['cors.credentials', 'true']);
  return rows;
}

function hidden(secret: Secret): string {
  return 'file' in secret ? `in ${secret.file}` : 'a secret that is not shown';
}
