import assert from 'node:assert/strict';
import { copyFileSync, readFileSync } from 'node:fs';
import { createServer, get as getPlain, type IncomingMessage } from 'node:http';
import { get as getSecure, type RequestOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { before, describe, type TestContext, test } from 'node:test';
import { afterwards } from '../harness/afterwards.js';
import { temporaryDirectory } from '../harness/directory.js';
import { AUTHORIZATION, startTestGateway } from '../harness/gateway.js';
import { makeOciLayout } from '../harness/oci-layout.js';
import { requireProgram, runProgram } from '../harness/program.js';
import { trustDirectory } from '../harness/skopeo.js';
import { OpensslAuthority } from '../tls/client-workshop.js';
import { scratchDirectory } from '../tls/workshop.js';

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly raw: readonly string[];
  readonly text: string;
}

function ask(get: typeof getPlain, options: RequestOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', agent: false, ...options }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => {
        const { statusCode: status = 0, headers, rawHeaders: raw } = response;
        resolve({ status, headers, raw, text });
      });
    }).on('error', reject);
  });
}

const secure = (options: RequestOptions): Promise<Answer> =>
  ask(getSecure, { servername: 'localhost', ...options });

test('every reply of ours tells browsers to be careful, and none tells what we are', async (context) => {
  const { port, ca } = await startTestGateway(context);
  for (const [path, accept, authorization] of [
    ['/v2/', '*/*', undefined],
    ['/v2/', '*/*', AUTHORIZATION],
    ['/v2/none/manifests/x', '*/*', AUTHORIZATION],
    ['/none', 'text/html', AUTHORIZATION],
    ['/a/../b', '*/*', undefined],
    ['/v1/_ping', '*/*', undefined],
  ] as const) {
    const headers = { accept, ...(authorization === undefined ? {} : { authorization }) };
    const answer = await secure({ port, ca, path, headers });
    assert.equal(answer.headers['x-content-type-options'], 'nosniff', path);
    assert.equal(answer.headers['strict-transport-security'], 'max-age=86400', path);
    assert.equal(answer.headers['server'], undefined);
    assert.equal(answer.headers['x-powered-by'], undefined);
    if (accept === 'text/html') assert.equal(answer.headers['content-security-policy'], "default-src 'none'");
  }
});

test('what the registry behind has sent already stands once', async (context) => {
  const upstream = createServer((_, response) => {
    response
      .writeHead(200, { 'Strict-Transport-Security': 'max-age=7', 'X-Content-Type-Options': 'nosniff' })
      .end('{}');
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  afterwards(context, () => upstream.close());
  const origin = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  const { port, ca } = await startTestGateway(context, { upstream: origin });
  const { raw, headers } = await secure({
    port,
    ca,
    path: '/v2/',
    headers: { authorization: AUTHORIZATION },
  });
  const names = raw.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  assert.equal(names.filter((name) => name === 'strict-transport-security').length, 1);
  assert.equal(names.filter((name) => name === 'x-content-type-options').length, 1);
  assert.equal(headers['strict-transport-security'], 'max-age=7');
});

describe('the gateway in plain HTTP', () => {
  const start = (context: TestContext): ReturnType<typeof startTestGateway> =>
    startTestGateway(context, { insecureHttp: true, trustedProxies: ['127.0.0.1'] });
  const elsewhere = { 'x-forwarded-for': '203.0.113.9' };

  test('asks nobody elsewhere for a password, and takes none', async (context) => {
    const { port } = await start(context);
    for (const path of ['/v2/', '/v2/a/tags/list', '/v1/search', '/', '/token']) {
      for (const login of [{}, { authorization: AUTHORIZATION }]) {
        const { status, headers, text } = await ask(getPlain, {
          port,
          path,
          headers: { ...elsewhere, ...login },
        });
        assert.equal(status, 403, path);
        assert.equal(headers['www-authenticate'], undefined, path);
        assert.equal(headers['strict-transport-security'], undefined, path);
        assert.match(text, /over HTTPS only/);
      }
    }
  });

  test('serves this machine, and whom a proxy vouches for, as with TLS', async (context) => {
    const { port } = await start(context);
    const authorization = AUTHORIZATION;
    const vouched = { ...elsewhere, 'x-forwarded-proto': 'https' };
    for (const headers of [{}, vouched]) {
      assert.equal((await ask(getPlain, { port, path: '/v2/', headers })).status, 401);
      const answer = await ask(getPlain, { port, path: '/v2/', headers: { ...headers, authorization } });
      assert.equal(answer.status, 200);
      assert.equal(
        answer.headers['strict-transport-security'],
        headers === vouched ? 'max-age=86400' : undefined,
      );
    }
  });
});

describe('users by certificate', requireProgram('openssl', 'openssl'), () => {
  let authority: OpensslAuthority;
  before(async () => {
    authority = await OpensslAuthority.create(await scratchDirectory(), 'clients');
  });
  const start = (context: TestContext, required: boolean): ReturnType<typeof startTestGateway> =>
    startTestGateway(context, {
      clientCertificates: {
        authority: authority.files.certificate,
        required,
        name: 'cn',
        revocations: undefined,
      },
    });

  test('need no password, and are in the log by their names', async (context) => {
    const { port, ca, accessLines } = await start(context, false);
    const pair = await authority.issue('alice');
    const shown = { cert: readFileSync(pair.certificate), key: readFileSync(pair.key) };
    assert.equal((await secure({ port, ca, path: '/v2/', ...shown })).status, 200);
    assert.equal(accessLines().at(-1)?.['user'], 'alice');
    assert.equal((await secure({ port, ca, path: '/v2/' })).status, 401);
    const login = { authorization: AUTHORIZATION };
    assert.equal((await secure({ port, ca, path: '/v2/', headers: login })).status, 200);
    const wrong = { authorization: `Basic ${Buffer.from('alice:guess').toString('base64')}` };
    assert.equal((await secure({ port, ca, path: '/v2/', headers: wrong, ...shown })).status, 401);
  });

  test('push and pull with skopeo', requireProgram('skopeo', 'skopeo'), async (context) => {
    const { port, ca } = await start(context, true);
    const trust = trustDirectory(context, ca);
    const pair = await authority.issue('bob');
    copyFileSync(pair.certificate, join(trust, 'client.cert'));
    copyFileSync(pair.key, join(trust, 'client.key'));
    const directory = temporaryDirectory(context);
    const image = `docker://localhost:${port}/team/app:1`;
    const layout = join(directory, 'layout');
    await makeOciLayout(layout, { tag: '1' });
    const source = `oci:${layout}:1`;
    const base = ['--insecure-policy', 'copy'];
    const push = await runProgram('skopeo', [...base, '--dest-cert-dir', trust, source, image]);
    assert.equal(push.code, 0, push.stderr);
    const pulled = `dir:${join(directory, 'pulled')}`;
    const pull = await runProgram('skopeo', [...base, '--src-cert-dir', trust, image, pulled]);
    assert.equal(pull.code, 0, pull.stderr);
  });
});
