import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import type { OtlpConfiguration } from '../../../src/configuration/otlp.js';
import { ConfigurationError } from '../../../src/configuration/problem.js';
import { Metrics } from '../../../src/telemetry/metrics/metrics.js';
import {
  openTelemetryExport,
  type TelemetryExport,
  type TelemetryOptions,
} from '../../../src/telemetry/otlp/opening.js';
import { afterwards } from '../../harness/afterwards.js';
import { temporaryDirectory } from '../../harness/directory.js';
import { until } from '../../harness/until.js';
import { startCollector } from './collector.js';
import { head, traced } from './traced.js';

interface Opened {
  readonly telemetry: TelemetryExport;
  readonly log: Record<string, unknown>[];
  /** As many requests as one likes, from beginning to end. */
  requests(count: number): void;
}

async function open(
  t: TestContext,
  endpoint: string,
  configuration: Partial<OtlpConfiguration> = {},
  options: Partial<TelemetryOptions> = {},
): Promise<Opened> {
  const log: Record<string, unknown>[] = [];
  const logger = pino({ base: null }, { write: (line: string) => void log.push(JSON.parse(line)) });
  const telemetry = await openTelemetryExport(
    {
      endpoint,
      headers: [],
      traces: true,
      metrics: true,
      sample: 1,
      interval: 60_000,
      service: 'dockgate',
      ...configuration,
    },
    { logger, version: '1', ...options },
  );
  afterwards(t, () => telemetry.close());
  const requests = (count: number): void => {
    for (let index = 0; index < count; index += 1)
      telemetry.tracer?.begin(traced(), head()).end(traced({ id: `id-${index}` }), performance.now());
  };
  return { telemetry, log, requests };
}

test('deliveries carry the header lines, which nobody else gets to see', async (t) => {
  const collector = await startCollector(t);
  const file = join(temporaryDirectory(t), 'line');
  writeFileSync(file, 'X-Team=swordfish\n');
  collector.statuses.push(500);
  const { telemetry, requests, log } = await open(t, `${collector.endpoint}/base/`, {
    headers: [{ text: 'api-key=hunter2 ===' }, { file }],
  });
  requests(1);
  await telemetry.close();
  const [request] = collector.requests;
  assert.equal(request?.url, '/base/v1/traces');
  assert.deepEqual([request?.headers['api-key'], request?.headers['x-team']], ['hunter2 ===', 'swordfish']);
  assert.deepEqual(
    [request?.headers['content-type'], request?.headers['content-encoding'], request?.headers['user-agent']],
    ['application/json', 'gzip', 'dockgate/1'],
  );
  assert.equal(log.length, 1);
  assert.doesNotMatch(JSON.stringify([log, request?.body.toString()]), /hunter2|swordfish/);
});

test('full batches go at once, and those who hand over never wait', async (t) => {
  const collector = await startCollector(t);
  const { requests } = await open(t, collector.endpoint);
  requests(1_100);
  await until(() => collector.spans().length === 1_024, 'two batches arrive');
  assert.deepEqual(
    collector.requests.map(
      ({ body }) => JSON.parse(String(body)).resourceSpans[0].scopeSpans[0].spans.length,
    ),
    [512, 512],
  );
});

test('while the collector is away the newest are kept, and the log tells of the beginning and the end', async (t) => {
  const collector = await startCollector(t);
  await collector.close();
  const { requests, log, telemetry } = await open(t, collector.endpoint);
  for (let round = 0; round < 20; round += 1) requests(500);
  await until(() => log.length > 0, 'the trouble is logged');
  const again = await startCollector(t, Number(new URL(collector.endpoint).port));
  await until(() => log.length > 1, 'its end is logged');
  await telemetry.close();
  assert.deepEqual(
    log.map(({ level, reason }) => [level, reason]),
    [
      [40, 'ECONNREFUSED'],
      [30, undefined],
    ],
  );
  const spans = again.spans();
  assert.ok(spans.length <= 512 + 4_096, String(spans.length));
  assert.equal(spans.at(-1)?.attributes['dockgate.request.id'], 'id-499');
});

test('what the collector refuses for good is not sent again, and the rest is', async (t) => {
  const collector = await startCollector(t);
  collector.statuses.push(400);
  const { requests, log, telemetry } = await open(t, collector.endpoint);
  requests(512);
  await until(() => log.length === 1, 'the refusal is logged');
  requests(512);
  await until(() => log.length === 2, 'the success is logged');
  await telemetry.close();
  assert.deepEqual([log[0]?.['reason'], log[1]?.['lost']], ['it answers with status 400', 512]);
  assert.equal(collector.requests.length, 2);
  assert.equal(collector.spans().length, 512);
});

test('a delivery that is only put off is repeated', async (t) => {
  const collector = await startCollector(t);
  collector.statuses.push(503);
  const { requests } = await open(t, collector.endpoint);
  requests(512);
  await until(() => collector.spans().length === 512, 'the repetition arrives');
  assert.equal(collector.requests.length, 2);
});

test('what a collector takes only a part of is told once', async (t) => {
  const collector = await startCollector(t);
  collector.reply = '{"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}}';
  const { requests, log, telemetry } = await open(t, collector.endpoint);
  requests(1_024);
  await telemetry.close();
  assert.deepEqual(
    log.map(({ message }) => message),
    ['too old'],
  );
});

test('a collector that does not answer holds up the end for two seconds at most', async (t) => {
  const collector = await startCollector(t);
  collector.hangs = true;
  const { requests, telemetry } = await open(t, collector.endpoint);
  requests(2_000);
  await telemetry.close();
  assert.equal(collector.requests.length, 1);
});

test('all metrics arrive under their names, with their kinds, units and times', async (t) => {
  const collector = await startCollector(t);
  const metrics = new Metrics({ version: '1' });
  metrics.hashes.observe(30);
  metrics.hashes.observe(3_000);
  const { telemetry } = await open(
    t,
    collector.endpoint,
    { traces: false },
    { metrics: () => metrics.snapshot() },
  );
  assert.equal(telemetry.tracer, undefined);
  await telemetry.close();
  const arrived = new Map(collector.metrics().map((metric) => [metric.name, metric]));
  for (const { name } of await metrics.snapshot()) assert.ok(arrived.has(name), name);
  assert.equal(arrived.get('process_cpu_seconds_total')?.unit, 's');
  assert.equal(arrived.get('process_resident_memory_bytes')?.unit, 'By');
  const { histogram } = arrived.get('dockgate_auth_hash_duration_seconds') as unknown as {
    histogram: { aggregationTemporality: number; dataPoints: Record<string, unknown>[] };
  };
  const [point] = histogram.dataPoints;
  assert.equal(histogram.aggregationTemporality, 2);
  assert.deepEqual(point?.['explicitBounds'], [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]);
  assert.deepEqual(point?.['bucketCounts'], ['0', '0', '0', '1', '0', '0', '0', '0', '0', '1', '0', '0']);
  assert.equal(point?.['count'], '2');
  assert.ok(BigInt(String(point?.['startTimeUnixNano'])) < BigInt(String(point?.['timeUnixNano'])));
});

test('metrics are delivered again and again', async (t) => {
  const collector = await startCollector(t);
  let asked = 0;
  const gauge = { name: 'a', help: 'b', type: 'gauge', values: [{ value: Number.NaN, labels: { c: 1 } }] };
  await open(
    t,
    collector.endpoint,
    { interval: 20 },
    {
      async metrics() {
        asked += 1;
        return [gauge];
      },
    },
  );
  await until(() => collector.metrics().length >= 3, 'three deliveries arrive');
  assert.ok(asked >= 3);
  assert.match(JSON.stringify(collector.metrics()[0]), /"asDouble":"NaN"/);
});

test('a file without a header line is told by its name, and what it holds is not', async (t) => {
  const file = join(temporaryDirectory(t), 'line');
  writeFileSync(file, 'hunter2');
  await assert.rejects(open(t, 'http://127.0.0.1:1', { headers: [{ file }] }), (error) => {
    assert.ok(error instanceof ConfigurationError);
    assert.match(error.message, /line: otlp.headers must be a header line, written NAME=VALUE\.$/);
    return true;
  });
  await assert.rejects(
    open(t, 'http://127.0.0.1:1', { headers: [{ file: `${file}.missing` }] }),
    /otlp.headers cannot be read from this file: ENOENT/,
  );
});
