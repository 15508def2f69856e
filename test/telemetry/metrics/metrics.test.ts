import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAMILIES } from '../../../src/telemetry/metrics/families.js';
import { Metrics } from '../../../src/telemetry/metrics/metrics.js';
import { ProcessTotals } from '../../../src/telemetry/metrics/process-totals.js';
import { exchangeSource, upstreamSource } from '../../../src/telemetry/metrics/sources.js';
import { until } from '../../harness/until.js';
import { exchange } from './exchanges.js';
import { checkExposition } from './exposition-check.js';

function metricsOf(): Metrics {
  return new Metrics({ version: '1.2.3', process: false });
}

/** The value of a number that is there once. */
function numberOf(text: string, name: string, labels: Record<string, string> = {}): number | undefined {
  const metric = name.replace(/_(?:bucket|sum|count)$/, '');
  const groups = checkExposition(text);
  const samples = (groups.get(name) ?? groups.get(metric))?.samples ?? [];
  const found = samples.filter(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels.get(label) === value),
  );
  assert.ok(found.length <= 1, `${name} is there once`);
  return found[0]?.value;
}

test('requests are counted by route and status, with their times, bytes and outcomes', async () => {
  const metrics = metricsOf();
  const { requests } = metrics;
  for (let open = 0; open < 5; open += 1) requests.entered(exchange('/'));
  requests.left(exchange('/v2/a/manifests/1', { sent: 100 }), 3);
  requests.left(exchange('/v2/b/manifests/2', { sent: 20, status: 404 }), 700);
  requests.left(exchange('/v2/b/blobs/uploads/', { received: 5, status: 0, outcome: 'client gone' }), 9e9);
  requests.left(exchange(undefined, { status: 999, outcome: undefined }), 1);
  const text = await metrics.text();
  const counted = (route: string, code: string): number | undefined =>
    numberOf(text, 'dockgate_http_requests_total', { route, code });
  assert.equal(counted('manifest', '200'), 1);
  assert.equal(counted('manifest', '404'), 1);
  assert.equal(counted('upload', 'none'), 1);
  assert.equal(counted('other', 'none'), 1);
  const duration = (part: string, labels: Record<string, string>): number | undefined =>
    numberOf(text, `dockgate_http_request_duration_seconds${part}`, labels);
  assert.equal(duration('_bucket', { route: 'manifest', le: '0.005' }), 1);
  assert.equal(duration('_bucket', { route: 'manifest', le: '1' }), 2);
  assert.equal(duration('_sum', { route: 'manifest' }), 0.703);
  assert.equal(duration('_bucket', { route: 'upload', le: '1800' }), 0);
  assert.equal(duration('_count', { route: 'upload' }), 1);
  assert.equal(numberOf(text, 'dockgate_http_outcomes_total', { outcome: 'client gone' }), 1);
  assert.equal(numberOf(text, 'dockgate_http_outcomes_total', { outcome: 'failed' }), 1);
  assert.equal(numberOf(text, 'dockgate_http_sent_bytes_total'), 120);
  assert.equal(numberOf(text, 'dockgate_http_received_bytes_total'), 5);
  assert.equal(numberOf(text, 'dockgate_http_open_exchanges'), 1);
});

test('bytes of a transfer count while it runs, and once', async () => {
  const metrics = metricsOf();
  const running = [exchange('/v2/a/blobs/uploads/x', { received: 1000, sent: 1 })];
  const release = metrics.follow(exchangeSource({ exchanges: () => running }));
  assert.equal(numberOf(await metrics.text(), 'dockgate_http_received_bytes_total'), 1000);
  const [over] = running.splice(0);
  assert.ok(over !== undefined);
  metrics.requests.left(over, 10);
  assert.equal(numberOf(await metrics.text(), 'dockgate_http_received_bytes_total'), 1000);
  running.push(over);
  assert.equal(numberOf(await metrics.text(), 'dockgate_http_received_bytes_total'), 2000);
  release();
  assert.equal(numberOf(await metrics.text(), 'dockgate_http_received_bytes_total'), 1000);
});

/** A server of an upstream whose numbers a test makes up. */
function tally(server: string, replies: number) {
  return {
    server,
    replies: [0, 0, replies, 0, 0, 1],
    failures: { connect: 2, timeout: 0 },
    retries: 3,
    waits: { bounds: [0.1, 1], counts: [replies, 1, 0], sum: 1.5 },
    isUp: true,
    openConnections: 5,
    freeConnections: 4,
    pendingRequests: 0,
  };
}

test('totals of a part that a reload has replaced are kept, and what it had at the moment goes', async () => {
  const metrics = metricsOf();
  const release = metrics.follow(
    upstreamSource({ tallies: [tally('http://a:1', 10), tally('http://b:1', 1)] }),
  );
  const replacement = metrics.follow(upstreamSource({ tallies: [tally('http://a:1', 5)] }));
  const replies = async (server: string): Promise<number | undefined> =>
    numberOf(await metrics.text(), 'dockgate_upstream_requests_total', { server, code: '2xx' });
  assert.equal(await replies('http://a:1'), 15);
  release();
  release();
  assert.equal(await replies('http://a:1'), 15);
  assert.equal(await replies('http://b:1'), 1);
  const text = await metrics.text();
  assert.equal(
    numberOf(text, 'dockgate_upstream_duration_seconds_bucket', { server: 'http://a:1', le: '+Inf' }),
    17,
  );
  assert.equal(numberOf(text, 'dockgate_upstream_connections', { server: 'http://a:1', state: 'free' }), 4);
  assert.equal(numberOf(text, 'dockgate_upstream_up', { server: 'http://b:1' }), undefined);
  replacement();
  assert.equal(await replies('http://a:1'), 15);
});

test('the numbers of several processes become one, and totals outlive a process', async () => {
  const primary = metricsOf();
  primary.workers.wanted = 2;
  const [first, second] = [metricsOf(), metricsOf()];
  const totals = new ProcessTotals();
  for (const worker of [first, second]) {
    worker.requests.entered(exchange('/'));
    worker.requests.entered(exchange('/'));
    worker.requests.left(exchange('/_ping', { sent: 7 }), 1);
  }
  // As it arrives from another process.
  totals.update(1, JSON.parse(JSON.stringify(await first.snapshot())));
  totals.update(2, structuredClone(await second.snapshot()));
  const pings = (text: string): number | undefined =>
    numberOf(text, 'dockgate_http_requests_total', { route: 'ping', code: '200' });
  const before = await totals.text(await primary.snapshot());
  assert.equal(pings(before), 2);
  assert.equal(numberOf(before, 'dockgate_http_open_exchanges'), 2);
  assert.equal(numberOf(before, 'dockgate_build_info'), 1);
  assert.equal(numberOf(before, 'dockgate_workers', { state: 'wanted' }), 2);
  assert.equal(numberOf(before, 'dockgate_config_last_reload_success'), 1);
  totals.ended(1);
  totals.ended(1);
  const after = await totals.text(await primary.snapshot());
  assert.equal(pings(after), 2, 'nothing goes backwards');
  assert.equal(
    numberOf(after, 'dockgate_http_open_exchanges'),
    1,
    'what is under way has gone with the process',
  );
  assert.equal(numberOf(after, 'dockgate_http_request_duration_seconds_count', { route: 'ping' }), 2);
});

test('the process tells of itself under the names that Node programs have in common', async () => {
  const metrics = new Metrics({ version: '1', process: true });
  const snapshot = await metrics.snapshot();
  assert.deepEqual(JSON.parse(JSON.stringify(snapshot)), structuredClone(snapshot), 'it survives being sent');
  const groups = checkExposition(await Metrics.merge([snapshot, snapshot]));
  for (const name of [
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'process_open_fds',
    'process_start_time_seconds',
    'nodejs_eventloop_lag_p99_seconds',
    'nodejs_gc_duration_seconds',
    'nodejs_heap_size_used_bytes',
  ])
    assert.ok(groups.has(name), name);
  assert.ok(!groups.has('nodejs_active_handles'), 'nothing lists all connections');
  const [start] = groups.get('process_start_time_seconds')?.samples ?? [];
  assert.ok(
    Math.abs((start?.value ?? 0) - (Date.now() / 1000 - process.uptime())) < 10,
    'the start is not added up',
  );
});

test('names and help texts keep to the conventions of Prometheus', () => {
  for (const [name, { type, help, labels }] of Object.entries(FAMILIES)) {
    assert.match(name, /^dockgate_[a-z]+(?:_[a-z]+)*$/);
    assert.equal(name.endsWith('_total'), type === 'counter', `${name}: what only grows ends with _total`);
    if (type === 'histogram') assert.match(name, /_seconds$/);
    assert.match(help, /^[A-Z0-9].*\.$/);
    for (const label of labels) assert.match(label, /^[a-z]+$/);
  }
});

test('a stop of the event loop counts for as long as it lasts', async () => {
  const metrics = new Metrics({ version: '1' });
  const counts = async (name: string, labels: Record<string, string> = {}): Promise<number> =>
    numberOf(await metrics.text(), `dockgate_event_loop_delay_seconds${name}`, labels) ?? 0;
  // What is due in 50 ms waits for all of this.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
  await until(async () => (await counts('_count')) > 0, 'it has looked');
  const above = (await counts('_count')) - (await counts('_bucket', { le: '0.1' }));
  assert.ok(above >= 4, `${above} of its looks would have been late by more than 100 ms`);
});
