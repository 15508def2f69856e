import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { type Recorded, startRecorder } from '../../harness/recorder.js';

/** A span as a test looks at it. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly flags: number;
  readonly name: string;
  readonly kind: number;
  /** Milliseconds that it took. */
  readonly milliseconds: number;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly failed: boolean;
}

export interface CollectedMetric {
  readonly name: string;
  readonly unit: string;
  readonly [kind: string]: unknown;
}

/** A collector of OpenTelemetry in this process. */
export interface Collector {
  readonly endpoint: string;
  readonly requests: readonly Recorded[];
  /** Statuses with which the next requests are answered; 200 when there are none. */
  readonly statuses: number[];
  /** What a reply says. */
  reply: string;
  /** Leaves requests without an answer. */
  hangs: boolean;
  /** Of taken deliveries. */
  spans(): CollectedSpan[];
  metrics(): CollectedMetric[];
  /** Attributes of the resource of the last delivery. */
  resource(): Readonly<Record<string, string | number>>;
  close(): Promise<void>;
}

/** What stands in a delivery, as far as tests read it. */
interface Delivered {
  readonly resourceSpans?: readonly Part<{ scopeSpans: readonly { spans: readonly WrittenSpan[] }[] }>[];
  readonly resourceMetrics?: readonly Part<{
    scopeMetrics: readonly { metrics: readonly CollectedMetric[] }[];
  }>[];
}

type Part<Content> = Content & { readonly resource: { readonly attributes: readonly Attribute[] } };

interface WrittenSpan extends Omit<CollectedSpan, 'attributes' | 'milliseconds' | 'failed'> {
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly status: { readonly code?: number };
}

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: string };
}

/** Starts one that keeps what it takes. */
export async function startCollector(t: TestContext, port = 0): Promise<Collector> {
  const taken: Delivered[] = [];
  const statuses: number[] = [];
  const recorder = await startRecorder(
    t,
    (request, response, recorded) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        recorded.body = gunzipSync(Buffer.concat(chunks));
        if (collector.hangs) return;
        const status = statuses.shift() ?? 200;
        if (status === 200) taken.push(JSON.parse(String(recorded.body)));
        response
          .writeHead(status, { 'content-type': 'application/json', 'retry-after': '0' })
          .end(collector.reply);
      });
    },
    port,
  );
  const collector: Collector = {
    endpoint: recorder.origin,
    requests: recorder.requests,
    statuses,
    reply: '{}',
    hangs: false,
    spans: () =>
      taken.flatMap(({ resourceSpans = [] }) =>
        resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(spanOf))),
      ),
    metrics: () =>
      taken.flatMap(({ resourceMetrics = [] }) =>
        resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics)),
      ),
    resource() {
      const last = taken.at(-1);
      const [part] = last?.resourceSpans ?? last?.resourceMetrics ?? [];
      return attributesOf(part?.resource.attributes ?? []);
    },
    close: recorder.close,
  };
  return collector;
}

function spanOf({
  startTimeUnixNano,
  endTimeUnixNano,
  attributes,
  status,
  ...span
}: WrittenSpan): CollectedSpan {
  return {
    ...span,
    milliseconds: Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6,
    attributes: attributesOf(attributes),
    failed: status.code === 2,
  };
}

function attributesOf(attributes: readonly Attribute[]): Record<string, string | number> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)]),
  );
}
