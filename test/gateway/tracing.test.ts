import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OtlpConfiguration } from '../../src/configuration/otlp.js';
import { AUTHORIZATION, startTestGateway, USER } from '../harness/gateway.js';
import { startRecorder } from '../harness/recorder.js';
import { ask } from '../harness/request.js';
import { startCollector } from '../telemetry/otlp/collector.js';
import { PARENT, SPAN, TRACE } from '../telemetry/otlp/traced.js';

function otlp(endpoint: string): OtlpConfiguration {
  return {
    endpoint,
    headers: [],
    traces: true,
    metrics: true,
    sample: 1,
    interval: 60_000,
    service: 'dockgate',
  };
}

test('a request through the gateway is one trace from the client to the upstream', async (t) => {
  const collector = await startCollector(t);
  const upstream = await startRecorder(t);
  const gateway = await startTestGateway(t, { upstream: upstream.origin, otlp: otlp(collector.endpoint) });
  await ask(gateway, '/v2/team/app/manifests/latest', {
    headers: { traceparent: PARENT, tracestate: 'vendor=1', 'user-agent': 'docker/25' },
  });
  await ask(gateway, '/v2/team/app/tags/list', { anonymous: true });
  await gateway.gateway.stop();

  const [server, client, refused, ...others] = collector.spans();
  assert.deepEqual(others, []);
  assert.deepEqual(
    [server?.traceId, server?.parentSpanId, client?.parentSpanId],
    [TRACE, SPAN, server?.spanId],
  );
  const { traceparent, tracestate } = upstream.requests[0]?.headers ?? {};
  assert.deepEqual([traceparent, tracestate], [`00-${TRACE}-${client?.spanId}-01`, 'vendor=1']);
  assert.equal(upstream.requests.length, 1);
  assert.equal(server?.attributes['enduser.id'], USER);
  assert.equal(server?.attributes['dockgate.request.id'], gateway.accessLines()[0]?.['id']);
  assert.equal(client?.attributes['server.port'], upstream.port);
  assert.deepEqual(
    [refused?.name, refused?.attributes['http.response.status_code']],
    ['GET /v2/{name}/tags/list', 401],
  );
  assert.notEqual(refused?.traceId, TRACE);
  assert.ok(collector.metrics().some(({ name }) => name === 'dockgate_http_requests_total'));
  const sent = collector.requests.map(({ headers, body }) => JSON.stringify(headers) + body).join();
  assert.ok(!sent.includes(AUTHORIZATION.slice('Basic '.length)));
});

test('the built-in registry is part of the span of the request', async (t) => {
  const collector = await startCollector(t);
  const gateway = await startTestGateway(t, { otlp: otlp(collector.endpoint) });
  const { status } = await ask(gateway, '/v2/');
  await gateway.gateway.stop();
  assert.equal(status, 200);
  assert.deepEqual(
    collector.spans().map(({ kind, name }) => [kind, name]),
    [[2, 'GET /v2/']],
  );
});
