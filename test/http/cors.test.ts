import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { CorsConfiguration } from '../../src/configuration/cors.js';
import { Cors, originOf } from '../../src/http/cors.js';
import { freePort } from '../harness/free-port.js';
import {
  AUTHORIZATION,
  startTestGateway,
  type TestGateway,
  type TestGatewayOptions,
} from '../harness/gateway.js';
import { openRaw } from '../harness/raw-connection.js';
import { startRecorder } from '../harness/recorder.js';
import { ask } from '../harness/request.js';
import { NetworkError, Page } from './page.js';

const UI = 'https://ui.example.com';

const CORS: CorsConfiguration = {
  origins: [UI, 'https://*.pages.example'],
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
  headers: ['*'],
  exposedHeaders: ['Docker-Content-Digest', 'WWW-Authenticate', 'Location'],
  credentials: false,
  maxAge: 600_000,
  vary: true,
};

function start(
  t: TestContext,
  cors: Partial<CorsConfiguration> = {},
  rest: TestGatewayOptions = {},
): Promise<TestGateway> {
  return startTestGateway(t, { cors: { ...CORS, ...cors }, search: false, ...rest });
}

test('a page of an allowed origin finds out how to log in, and uses the registry', async (t) => {
  const gateway = await start(t);
  const page = new Page(gateway, UI);
  const asked = await page.fetch('/v2/');
  assert.equal(asked.status, 401);
  assert.equal(asked.preflight, undefined, 'it needs none');
  assert.match(asked.headers['www-authenticate'] ?? '', /realm/);
  const headers = { Authorization: AUTHORIZATION, 'X-Whatever': 'a' };
  const catalog = await page.fetch('/v2/_catalog', { headers });
  assert.deepEqual([catalog.status, JSON.parse(catalog.text)], [200, { repositories: [] }]);
  const begun = await page.fetch('/v2/app/blobs/uploads/', { method: 'POST', headers });
  assert.equal(begun.status, 202);
  const upload = new URL(begun.headers['location'] ?? '');
  const digest = 'sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
  upload.searchParams.set('digest', digest);
  const put = await page.fetch(`${upload.pathname}${upload.search}`, {
    method: 'PUT',
    headers,
    body: 'hello',
  });
  assert.deepEqual([put.status, put.headers['docker-content-digest']], [201, digest]);
  const blob = await page.fetch(`/v2/app/blobs/${digest}`, { headers });
  assert.deepEqual([blob.text, blob.headers['docker-content-digest']], ['hello', digest]);
  assert.equal(
    blob.headers['docker-distribution-api-version'],
    undefined,
    'what is not exposed stays unseen',
  );
  const missing = await page.fetch('/v2/app/manifests/none', { headers });
  assert.equal(missing.status, 404);
  const token = await page.fetch('/token?service=dockgate', { headers });
  assert.deepEqual([token.status, token.preflight?.status], [200, 204]);
  assert.equal((await page.fetch('/_ping')).status, 200);
});

test('a preflight is answered before anybody is asked for a password, and says all that was allowed', async (t) => {
  const gateway = await start(t);
  const headers = {
    origin: 'https://team-1.pages.example',
    'access-control-request-method': 'DELETE',
    'access-control-request-headers': 'authorization, X-One,,x-two',
  };
  for (const path of ['/v2/app/manifests/1', '/token', '/v1/search', '/']) {
    const reply = await ask(gateway, path, { method: 'OPTIONS', anonymous: true, headers });
    assert.deepEqual([reply.status, reply.text], [204, '']);
    assert.equal(reply.headers['content-length'], undefined);
    const lines = Object.entries(reply.headers).filter(([name]) => /^(?:access-control-|vary)/.test(name));
    assert.deepEqual(Object.fromEntries(lines), {
      'access-control-allow-origin': 'https://team-1.pages.example',
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, DELETE',
      'access-control-allow-headers': 'authorization, X-One, x-two',
      'access-control-max-age': '600',
      vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
    });
  }
  assert.deepEqual(
    gateway.accessLines().map(({ status, outcome }) => [status, outcome]),
    Array.from({ length: 4 }, () => [204, 'complete']),
  );
});

test('a page of another origin sees nothing, and its preflight is refused', async (t) => {
  const gateway = await start(t);
  for (const origin of [
    'https://evil.example',
    'http://ui.example.com',
    'https://ui.example.com.evil.example',
    'https://a.b.pages.example',
    'https://pages.example',
    'https://.pages.example',
    'https://evil.example/x.pages.example',
    'null',
  ]) {
    const page = new Page(gateway, origin);
    await assert.rejects(page.fetch('/_ping'), NetworkError, origin);
    const preflight = await ask(gateway, '/v2/', {
      method: 'OPTIONS',
      anonymous: true,
      headers: { origin, 'access-control-request-method': 'GET' },
    });
    assert.equal(preflight.status, 403);
    assert.ok(!Object.keys(preflight.headers).some((name) => name.startsWith('access-control-')));
    assert.equal(preflight.headers.vary, 'Origin');
  }
});

test('methods and headers that are not allowed stay with the browser', async (t) => {
  const page = new Page(await start(t, { headers: ['Accept', 'Range'] }), UI);
  await assert.rejects(page.fetch('/_ping', { method: 'PATCH' }), /the method PATCH is not allowed/);
  await assert.rejects(
    page.fetch('/_ping', { headers: { 'X-Other': 'a' } }),
    /the header x-other is not allowed/,
  );
  assert.equal((await page.fetch('/_ping', { headers: { Range: 'bytes=0-1' } })).status, 200);
});

test('credentials that a browser remembers are allowed to named origins alone', async (t) => {
  const gateway = await start(t, { credentials: true });
  const reply = await new Page(gateway, UI).fetch('/v2/_catalog', {
    credentials: true,
    method: 'GET',
    headers: { 'x-a': 'b' },
  });
  assert.equal(reply.status, 200);
  await assert.rejects(
    new Page(await start(t), UI).fetch('/v2/', { credentials: true }),
    /credentials are not allowed/,
  );
});

test('where every origin is allowed, replies say so, and depend on the origin only if wanted', async (t) => {
  for (const vary of [true, false]) {
    const gateway = await start(t, { origins: ['*'], vary });
    const reply = await new Page(gateway, 'https://anybody.example').fetch('/_ping', { headers: { a: 'b' } });
    assert.equal(reply.raw['access-control-allow-origin'], '*');
    assert.equal(reply.raw.vary, vary ? 'Origin' : undefined);
  }
});

test('what an upstream says of other origins is replaced, and its Vary is kept', async (t) => {
  const recorder = await startRecorder(t, (request, response) => {
    response.writeHead(request.url === '/v2/moved' ? 307 : 200, [
      ...['Access-Control-Allow-Origin', '*', 'ACCESS-CONTROL-ALLOW-ORIGIN', 'https://evil.example'],
      ...[
        'Access-Control-Allow-Credentials',
        'true',
        'Vary',
        'Accept',
        'X-Accel',
        'kept',
        'Location',
        '/v2/there',
      ],
    ]);
    response.end('streamed');
  });
  const gateway = await start(t, {}, { upstream: recorder.origin });
  const page = new Page(gateway, UI);
  const headers = { Authorization: AUTHORIZATION };
  for (const path of ['/v2/', '/v2/moved']) {
    const reply = await page.fetch(path, { headers });
    assert.equal(reply.text, 'streamed');
    assert.equal(reply.raw['access-control-allow-origin'], UI);
    assert.equal(reply.raw['access-control-allow-credentials'], undefined);
    assert.deepEqual([reply.raw.vary, reply.raw['x-accel']], ['Accept, Origin', 'kept']);
  }
  assert.deepEqual(
    recorder.requests.map(({ method }) => method),
    ['GET', 'GET'],
    'no preflight went upstream',
  );
  const plain = await ask(gateway, '/v2/');
  assert.deepEqual(
    [plain.headers['access-control-allow-origin'], plain.headers.vary],
    [undefined, 'Accept, Origin'],
  );
  const preflight = { origin: UI, 'access-control-request-method': 'GET' };
  for (const left of Object.keys(preflight)) {
    const others = Object.fromEntries(Object.entries(preflight).filter(([name]) => name !== left));
    assert.equal((await ask(gateway, '/v2/', { method: 'OPTIONS', headers: others })).text, 'streamed');
  }
  assert.equal(
    (await ask(gateway, '/v2/', { method: 'OPTIONS', headers: preflight, body: 'x' })).text,
    'streamed',
  );
});

test('errors of the gateway are for the page to read, too', async (t) => {
  const gateway = await start(t, {}, { upstream: `http://127.0.0.1:${await freePort()}` });
  const page = new Page(gateway, UI);
  const reply = await page.fetch('/v2/', { headers: { Authorization: AUTHORIZATION } });
  assert.equal(reply.status, 502);
  assert.equal(
    (await page.fetch('//v2/', { headers: { a: 'b' } }).catch((error: unknown) => error)) instanceof
      NetworkError,
    true,
  );
  assert.equal((await page.fetch('//v2/')).status, 400);
});

test('what no browser sends in a preflight is refused, and nothing of it comes back', async (t) => {
  const gateway = await start(t, { origins: ['*'] });
  const refused: readonly (readonly [name: string, value: string])[] = [
    ['access-control-request-method', 'GET POST'],
    ['access-control-request-method', 'A'.repeat(33)],
    ['access-control-request-headers', 'a b'],
    ['access-control-request-headers', 'a\xe9'],
    ['access-control-request-headers', 'x: y'],
    ['access-control-request-headers', 'a'.repeat(1_025)],
    ['access-control-request-headers', Array.from({ length: 51 }, () => 'a').join()],
  ];
  for (const [name, value] of refused) {
    const headers = { origin: UI, 'access-control-request-method': 'GET', [name]: value };
    const reply = await ask(gateway, '/v2/', { method: 'OPTIONS', anonymous: true, headers });
    assert.equal(reply.status, 400, value);
    assert.equal(reply.headers['access-control-allow-headers'], undefined);
  }
  const raw = await openRaw(t, gateway.port, gateway.ca);
  raw.write(
    `OPTIONS /v2/ HTTP/1.1\r\nHost: localhost\r\nOrigin: ${UI}\r\nAccess-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: a\rSet-Cookie: b\r\n\r\n`,
  );
  const answer = await raw.closed();
  assert.match(answer, /^HTTP\/1\.1 400 /);
  assert.doesNotMatch(answer, /set-cookie/i);
});

test('without the setting nothing is said of other origins', async (t) => {
  const gateway = await startTestGateway(t, { search: false });
  await assert.rejects(new Page(gateway, UI).fetch('/_ping'), NetworkError);
  const preflight = await ask(gateway, '/v2/', {
    method: 'OPTIONS',
    anonymous: true,
    headers: { origin: UI, 'access-control-request-method': 'GET' },
  });
  assert.equal(preflight.status, 401);
  assert.equal(preflight.headers.vary, undefined);
});

test('several Origin lines are no origin', () => {
  assert.equal(originOf(['Host', 'a', 'ORIGIN', 'b']), 'b');
  assert.equal(originOf(['Origin', 'a', 'origin', 'b']), undefined);
  assert.equal(originOf(['Foobar', 'origin']), undefined);
});

test('Vary names the origin once, whoever has named it before', () => {
  const cors = new Cors({ ...CORS, origins: ['*'] });
  const cases: readonly (readonly [before: readonly string[], after: string])[] = [
    [[], 'vary Origin'],
    [['Vary', '*'], 'Vary *'],
    [['vary', 'Accept, ORIGIN'], 'vary Accept, ORIGIN'],
    [['vary', 'accept', 'VARY', 'origin'], 'vary accept VARY origin'],
    [['vary', 'Original'], 'vary Original, Origin'],
  ];
  for (const [before, after] of cases) {
    const headers = [...before];
    cors.addTo(headers, []);
    assert.equal(headers.join(' '), after);
  }
});
