import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { AUTHORIZATION, startTestGateway, type TestGateway } from '../harness/gateway.js';
import { openRaw } from '../harness/raw-connection.js';
import { type Recorder, startRecorder } from '../harness/recorder.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';

/** Sends lines as they are, and returns the lines that the upstream got: names in lower case. */
async function passed(
  t: TestContext,
  gateway: TestGateway,
  recorder: Recorder,
  lines: readonly string[],
): Promise<Map<string, string[]>> {
  const before = recorder.requests.length;
  const raw = await openRaw(t, gateway.port, gateway.ca);
  raw.write(`GET /v2/ HTTP/1.1\r\n${[`Authorization: ${AUTHORIZATION}`, ...lines].join('\r\n')}\r\n\r\n`);
  await raw.expect(/ok$/);
  const fields = new Map<string, string[]>();
  const { rawHeaders } = recorder.requests[before] ?? { rawHeaders: [] };
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    fields.set(name, [...(fields.get(name) ?? []), rawHeaders[index + 1] ?? '']);
  }
  return fields;
}

async function start(t: TestContext, options: Parameters<typeof startTestGateway>[1] = {}) {
  const recorder = await startRecorder(t);
  const gateway = await startTestGateway(t, { upstream: recorder.origin, ...options });
  return {
    recorder,
    gateway,
    pass: (...lines: readonly string[]) => passed(t, gateway, recorder, lines),
  };
}

test('Host travels byte for byte, with its port', async (t) => {
  const { pass } = await start(t);
  for (const host of [
    'localhost:8443',
    'Registry.Example:443',
    'registry.example',
    '[::1]:8443',
    'a.example:',
  ]) {
    const fields = await pass(`Host: ${host}`);
    assert.deepEqual(fields.get('host'), [host]);
    assert.deepEqual(fields.get('x-forwarded-host'), [host]);
  }
});

test('the upstream is told who asks and how, whatever a stranger says about it', async (t) => {
  const { pass } = await start(t);
  const forged = [
    ...['X-Real-IP: 6.6.6.6', 'X-Forwarded-For: 6.6.6.6', 'X-Forwarded-Proto: http'],
    ...['X-Forwarded-Host: evil.example', 'X-Forwarded-Port: 1', 'X-Forwarded-Prefix: /evil'],
    ...['X-Forwarded-Server: evil', 'X-Forwarded-Ssl: off', 'Forwarded: for=6.6.6.6;host=evil.example'],
    ...['X-Forwarded-For: 7.7.7.7', 'x-real-ip: 7.7.7.7'],
  ];
  const fields = await pass('Host: a.example:8443', ...forged);
  assert.deepEqual(fields.get('x-real-ip'), ['127.0.0.1']);
  assert.deepEqual(fields.get('x-forwarded-for'), ['127.0.0.1']);
  assert.deepEqual(fields.get('x-forwarded-proto'), ['https']);
  assert.deepEqual(fields.get('x-forwarded-host'), ['a.example:8443']);
  const names = [
    'forwarded',
    'x-forwarded-port',
    'x-forwarded-prefix',
    'x-forwarded-server',
    'x-forwarded-ssl',
  ];
  for (const name of names) assert.equal(fields.get(name), undefined, name);
});

test('a trusted proxy is believed, and the nearest hop that is not ours is the client', async (t) => {
  const { pass, gateway } = await start(t, { trustedProxies: ['127.0.0.0/8', '10.0.0.0/8'] });
  const fields = await pass(
    'Host: inner.example',
    'X-Forwarded-For: 6.6.6.6, 192.0.2.7, 10.1.2.3',
    'X-Forwarded-Proto: https',
    'X-Forwarded-Host: front.example:444',
  );
  assert.deepEqual(fields.get('x-real-ip'), ['192.0.2.7']);
  assert.deepEqual(fields.get('x-forwarded-for'), ['192.0.2.7, 10.1.2.3, 127.0.0.1']);
  assert.deepEqual(fields.get('x-forwarded-proto'), ['https']);
  assert.deepEqual(fields.get('x-forwarded-host'), ['front.example:444']);
  assert.deepEqual(fields.get('host'), ['inner.example']);
  await until(() => gateway.accessLines().length === 1, 'an access line');
  assert.equal(gateway.accessLines()[0]?.['client'], '192.0.2.7');
});

test('proxies that are not on the list are strangers', async (t) => {
  const { pass } = await start(t, { trustedProxies: ['10.0.0.0/8', '2001:db8::/32'] });
  const fields = await pass('Host: a.example', 'X-Forwarded-For: 192.0.2.7', 'X-Forwarded-Host: b.example');
  assert.deepEqual(fields.get('x-real-ip'), ['127.0.0.1']);
  assert.deepEqual(fields.get('x-forwarded-for'), ['127.0.0.1']);
  assert.deepEqual(fields.get('x-forwarded-host'), ['a.example']);
});

test('what concerns the connection, or hides behind an underscore, stays behind', async (t) => {
  const { pass } = await start(t);
  const fields = await pass(
    ...['Host: a.example', 'Connection: keep-alive, X-Private, Authorization, Host', 'X-Private: 1'],
    ...['Connection: x-also', 'X-Also: 1', 'Keep-Alive: timeout=5', 'TE: trailers', 'Upgrade: websocket'],
    ...['Proxy-Authorization: Basic eDp5', 'Proxy-Connection: keep-alive', 'Trailer: x'],
    ...['X_Real_IP: 6.6.6.6', 'X_Forwarded_For: 6.6.6.6', 'X-Odd.Name: 1', 'X-Kept: 1', 'x-kept: 2'],
  );
  const names = ['x-private', 'x-also', 'keep-alive', 'te', 'upgrade', 'proxy-authorization'];
  names.push('proxy-connection', 'trailer', 'x_real_ip', 'x_forwarded_for', 'x-odd.name', 'authorization');
  for (const name of names) assert.equal(fields.get(name), undefined, name);
  assert.deepEqual(fields.get('x-kept'), ['1', '2']);
  assert.deepEqual(fields.get('host'), ['a.example']);
  assert.deepEqual(fields.get('x-real-ip'), ['127.0.0.1']);
});

test('the password does not travel to the upstream unless it asks for it', async (t) => {
  const without = await start(t);
  assert.equal((await without.pass('Host: a.example')).get('authorization'), undefined);
  const asking = await start(t, { upstreamOptions: { passAuthorization: true } });
  assert.deepEqual((await asking.pass('Host: a.example')).get('authorization'), [AUTHORIZATION]);
});

test('the reply keeps its headers but those of the connection and v1 tokens that cannot be used', async (t) => {
  const recorder = await startRecorder(t, (_request, response) => {
    response.writeHead(200, [
      ...['Docker-Distribution-Api-Version', 'registry/2.0', 'Connection', 'X-Hop', 'X-Hop', '1'],
      ...['X-Docker-Token', 'signature=s3cret', 'X-Docker-Endpoints', 'a.example', 'Set-Cookie', 'a=1'],
      ...['Set-Cookie', 'b=2', 'ETag', '"e"', 'Content-Length', '2', 'Upgrade', 'h2c'],
    ]);
    response.end('ok');
  });
  const gateway = await startTestGateway(t, { upstream: recorder.origin });
  const { headers } = await ask(gateway, '/v2/');
  assert.equal(headers['docker-distribution-api-version'], 'registry/2.0');
  assert.equal(headers['x-docker-endpoints'], `localhost:${gateway.port}`);
  assert.deepEqual(headers['set-cookie'], ['a=1', 'b=2']);
  assert.equal(headers.etag, '"e"');
  for (const name of ['x-hop', 'x-docker-token', 'upgrade']) assert.equal(headers[name], undefined, name);
});

test('under /v2/ every reply says which API it speaks, once', async (t) => {
  const recorder = await startRecorder(t);
  const gateway = await startTestGateway(t, { upstream: recorder.origin });
  for (const path of ['/v2/', '/v2', '/v2/x/tags/list']) {
    const reply = await ask(gateway, path);
    assert.equal(reply.headers['docker-distribution-api-version'], 'registry/2.0');
  }
  assert.equal((await ask(gateway, '/v1/_ping')).headers['docker-distribution-api-version'], undefined);
});
