import { randomUUID } from 'node:crypto';

/** Who sends: the service and its version, and a name for this process that changes at each start. */
export class Resource {
  readonly #json: string;
  readonly #scope: string;

  constructor(service: string, version: string) {
    const attributes = Object.entries({
      'service.name': service,
      'service.version': version,
      'service.instance.id': randomUUID(),
      'telemetry.sdk.name': 'dockgate',
      'telemetry.sdk.language': 'nodejs',
      'telemetry.sdk.version': version,
    }).map(([key, value]) => ({ key, value: { stringValue: value } }));
    this.#json = JSON.stringify({ attributes });
    this.#scope = JSON.stringify({ name: 'dockgate', version });
  }

  /** An `ExportTraceServiceRequest`. @param spans each in JSON */
  traces(spans: readonly string[]): string {
    return `{"resourceSpans":[{"resource":${this.#json},"scopeSpans":[{"scope":${this.#scope},"spans":[${spans.join()}]}]}]}`;
  }

  /** An `ExportMetricsServiceRequest`. @param metrics a list in JSON */
  metrics(metrics: string): string {
    return `{"resourceMetrics":[{"resource":${this.#json},"scopeMetrics":[{"scope":${this.#scope},"metrics":${metrics}}]}]}`;
  }
}
