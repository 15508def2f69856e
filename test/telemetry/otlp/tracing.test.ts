import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { openTelemetryExport, type TelemetryExport } from '../../../src/telemetry/otlp/opening.js';
import type { TracedRequest } from '../../../src/telemetry/otlp/request-span.js';
import type { RequestTracer } from '../../../src/telemetry/otlp/request-tracer.js';
import { type CollectedSpan, type Collector, startCollector } from './collector.js';
import { head, PARENT, SPAN, TRACE, traced } from './traced.js';

interface Setting {
  readonly collector: Collector;
  readonly tracer: RequestTracer;
  readonly telemetry: TelemetryExport;
  /** Delivers everything, and gives the spans. */
  spans(): Promise<CollectedSpan[]>;
}

async function open(t: TestContext, sample = 1): Promise<Setting> {
  const collector = await startCollector(t);
  const telemetry = await openTelemetryExport(
    {
      endpoint: collector.endpoint,
      headers: [],
      traces: true,
      metrics: true,
      sample,
      interval: 60_000,
      service: 'front "door"',
    },
    { logger: pino({ level: 'silent' }), version: '1.2.3', upstream: 'http://registry.internal:5000' },
  );
  const { tracer } = telemetry;
  assert.ok(tracer !== undefined);
  return {
    collector,
    tracer,
    telemetry,
    async spans() {
      await telemetry.close();
      return collector.spans();
    },
  };
}

/** One request from beginning to end. @returns what the upstream is told */
function pass(
  tracer: RequestTracer,
  told: TracedRequest,
  fields: Readonly<Record<string, string>> = {},
  isPassed = true,
): { traceparent: string; tracestate: string | undefined } {
  const span = tracer.begin(told, head(fields));
  const passed = isPassed
    ? { traceparent: span.traceparent, tracestate: span.tracestate }
    : { traceparent: '', tracestate: undefined };
  span.end(told, performance.now());
  return passed;
}

test('a request is a span of its class, with what the conventions for HTTP want of it', async (t) => {
  const { tracer, spans, collector } = await open(t);
  const request = {
    method: 'PATCH',
    url: '/v2/app/blobs/uploads/1?_state=secret',
    httpVersion: '1.1',
    received: 99,
  };
  const told = traced({ url: request.url, status: 202, request });
  pass(tracer, told, { 'user-agent': 'docker/25 "quoted" \\ \u00e9' }, false);
  const [span, ...others] = await spans();
  assert.deepEqual(others, []);
  assert.equal(span?.name, 'PATCH /v2/{name}/blobs/uploads/{session}');
  assert.deepEqual([span?.kind, span?.failed, span?.parentSpanId], [2, false, undefined]);
  assert.ok(span !== undefined && span.milliseconds >= 19 && span.milliseconds < 20_000);
  assert.deepEqual(span?.attributes, {
    'http.request.method': 'PATCH',
    'http.route': '/v2/{name}/blobs/uploads/{session}',
    'url.scheme': 'https',
    'url.path': '/v2/app/blobs/uploads/1',
    'url.query': '_state=...',
    'http.response.status_code': 202,
    'network.protocol.version': '1.1',
    'client.address': '192.0.2.7',
    'user_agent.original': 'docker/25 "quoted" \\ \u00e9',
    'enduser.id': 'vinod1',
    'http.request.body.size': 99,
    'http.response.body.size': 1_234,
    'dockgate.request.id': 'abc-1',
    'dockgate.outcome': 'complete',
  });
  const { 'service.name': service, 'service.version': version } = collector.resource();
  assert.deepEqual([service, version], ['front "door"', '1.2.3']);
});

test('the upstream is told of a span that is the child of ours, which is the child of the client\u2019s', async (t) => {
  const { tracer, spans } = await open(t);
  const passed = pass(tracer, traced({ upstreamMilliseconds: 12.5 }), {
    traceparent: PARENT,
    tracestate: 'vendor=1, other=2',
  });
  const [server, client] = await spans();
  assert.equal(passed.traceparent, `00-${TRACE}-${client?.spanId}-01`);
  assert.equal(passed.tracestate, 'vendor=1,other=2');
  assert.deepEqual([server?.traceId, server?.parentSpanId, server?.flags], [TRACE, SPAN, 0x301]);
  assert.deepEqual([client?.traceId, client?.parentSpanId, client?.flags], [TRACE, server?.spanId, 0x101]);
  assert.equal(server?.traceState, 'vendor=1,other=2');
  assert.deepEqual([client?.kind, client?.name], [3, 'GET']);
  assert.ok(Math.abs((client?.milliseconds ?? 0) - 12.5) < 0.01);
  assert.deepEqual(client?.attributes, {
    'http.request.method': 'GET',
    'url.full': 'http://registry.internal:5000/v2/team/app/manifests/latest',
    'server.address': 'registry.internal',
    'server.port': 5000,
    'http.response.status_code': 200,
  });
});

test('without a valid parent a new trace begins, and what came with it is dropped', async (t) => {
  const { tracer, spans } = await open(t);
  const passed = pass(tracer, traced(), { traceparent: `${PARENT}-x`, tracestate: 'vendor=1' });
  const twice = tracer.begin(traced(), { fields: ['traceparent', PARENT, 'traceparent', PARENT] });
  twice.end(traced(), performance.now());
  const [server, , second] = await spans();
  assert.ok(server !== undefined && second !== undefined);
  assert.equal(new Set([server.traceId, second.traceId, TRACE]).size, 3);
  assert.deepEqual(
    [server.parentSpanId, second.parentSpanId, passed.tracestate],
    [undefined, undefined, undefined],
  );
  assert.match(passed.traceparent, new RegExp(`^00-${server.traceId}-[0-9a-f]{16}-01$`));
});

test('a trace that its beginner does not record is not recorded here, and passed on as it came', async (t) => {
  const { tracer, spans } = await open(t);
  const parent = PARENT.replace(/01$/, '00');
  const passed = pass(tracer, traced(), { traceparent: parent, tracestate: 'a=1' });
  assert.deepEqual(passed, { traceparent: parent, tracestate: 'a=1' });
  assert.deepEqual(await spans(), []);
});

test('of the traces that begin here only the wanted part is recorded, and the upstream knows of which', async (t) => {
  const { tracer, spans } = await open(t, 0.25);
  const sampled = Array.from({ length: 1_000 }, () => pass(tracer, traced()).traceparent.endsWith('-01'));
  pass(tracer, traced(), { traceparent: PARENT });
  const found = await spans();
  const roots = found.filter(({ kind, traceId }) => kind === 2 && traceId !== TRACE);
  assert.equal(roots.length, sampled.filter(Boolean).length);
  // Six standard deviations.
  assert.ok(roots.length > 165 && roots.length < 335, String(roots.length));
  assert.ok(found.some(({ traceId }) => traceId === TRACE));
});

test('nothing is recorded of traces that begin here when none is wanted', async (t) => {
  const { tracer, spans } = await open(t, 0);
  assert.match(pass(tracer, traced()).traceparent, /-00$/);
  assert.deepEqual(await spans(), []);
});

test('failures are told as failures, and refusals are not', async (t) => {
  const { tracer, spans } = await open(t);
  pass(tracer, traced({ status: 502, outcome: 'upstream failed' }));
  pass(tracer, traced({ status: 200, outcome: 'client gone', upstreamMilliseconds: 1 }));
  pass(tracer, traced({ status: 404, upstreamMilliseconds: 1 }));
  pass(tracer, traced({ status: 401, outcome: 'refused', user: undefined }), {}, false);
  pass(tracer, traced({ status: 0, outcome: 'failed' }), {}, false);
  assert.deepEqual(
    (await spans()).map(({ kind, failed, attributes }) => [kind, failed, attributes['error.type']]),
    [
      [2, true, '502'],
      [3, true, '502'],
      [2, true, 'client_gone'],
      [3, false, undefined],
      [2, false, undefined],
      [3, true, '404'],
      [2, false, undefined],
      [2, true, 'failed'],
    ],
  );
});

test('names of spans are few, whatever clients ask for, and what they choose is cut off', async (t) => {
  const { tracer, spans } = await open(t);
  for (let count = 0; count < 20; count += 1)
    pass(tracer, traced({ url: `/${'x'.repeat(9_000)}${count}` }), {}, false);
  pass(tracer, traced({ url: '/v2/', method: 'M-SEARCH' }), { 'user-agent': '\\'.repeat(20_000) }, false);
  pass(tracer, traced({ url: '/v2/?password=hunter2#', path: undefined }), {}, false);
  const found = await spans();
  assert.deepEqual([...new Set(found.map(({ name }) => name))], ['GET', 'HTTP /v2/']);
  for (const { attributes } of found)
    for (const value of Object.values(attributes)) assert.ok(String(value).length <= 512);
  assert.ok(!JSON.stringify(found).includes('hunter2'));
});
