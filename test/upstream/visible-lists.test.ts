import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { RuleConfiguration } from '../../src/configuration/access.js';
import { afterwards } from '../harness/afterwards.js';
import { startDockerRegistry } from '../harness/docker-registry.js';
import { startTestGateway, type TestGateway } from '../harness/gateway.js';
import { ask } from '../harness/request.js';

function rule(actions: RuleConfiguration['actions'], repositories?: readonly string[]): RuleConfiguration {
  const who = { users: ['*'], groups: [], anonymous: false, networks: [] };
  return { effect: 'allow', actions, repositories, ...who, place: { file: 'test' } };
}

/** All pages, as a client that follows each `Link` gets them. */
async function pages(gateway: TestGateway, first: string): Promise<unknown[]> {
  const found: unknown[] = [];
  for (let path: string | undefined = first; path !== undefined; ) {
    const reply = await ask(gateway, path);
    assert.equal(reply.status, 200, reply.text);
    assert.doesNotMatch(String(reply.headers['link']), /hidden/);
    found.push((JSON.parse(reply.text) as { repositories: unknown }).repositories);
    path = /^<([^>]+)>; rel="next"$/.exec(String(reply.headers['link']))?.[1];
  }
  return found;
}

async function push(gateway: TestGateway, name: string): Promise<void> {
  const config = '{}';
  const digest = 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';
  const started = await ask(gateway, `/v2/${name}/blobs/uploads/`, { method: 'POST' });
  const { pathname, search } = new URL(String(started.headers.location));
  const to = `${pathname}${search}&digest=${digest}`;
  assert.equal((await ask(gateway, to, { method: 'PUT', body: config })).status, 201);
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: 2 },
    layers: [],
  });
  const headers = { 'content-type': mediaType };
  const put = await ask(gateway, `/v2/${name}/manifests/v1`, { method: 'PUT', body: manifest, headers });
  assert.equal(put.status, 201, put.text);
}

test('The catalog of a registry behind is filtered by what may be pulled, in full pages.', async (t) => {
  const { origin } = await startDockerRegistry(t);
  const open = await startTestGateway(t, { upstream: origin });
  const names = ['a/hidden', 'mine/a', 'mine/b', 'mine/c', 'mine/hidden/x', 'mine/z', 'z/hidden'];
  for (const name of names) await push(open, name);
  assert.deepEqual(await pages(open, '/v2/_catalog'), [names]);
  const rules = [rule(['catalog']), rule(['pull'], ['mine/*'])];
  const gateway = await startTestGateway(t, { upstream: origin, access: { rules, groups: undefined } });
  assert.deepEqual(await pages(gateway, '/v2/_catalog'), [['mine/a', 'mine/b', 'mine/c', 'mine/z']]);
  assert.deepEqual(await pages(gateway, '/v2/_catalog?n=3'), [['mine/a', 'mine/b', 'mine/c'], ['mine/z']]);
  assert.deepEqual(await pages(gateway, '/v2/_catalog?n=2'), [
    ['mine/a', 'mine/b'],
    ['mine/c', 'mine/z'],
  ]);
  assert.deepEqual(await pages(gateway, '/v2/_catalog?n=9&last=mine%2Fb'), [['mine/c', 'mine/z']]);
  const head = await ask(gateway, '/v2/_catalog?n=3', { method: 'HEAD' });
  const get = await ask(gateway, '/v2/_catalog?n=3', { headers: { 'accept-encoding': 'gzip' } });
  assert.deepEqual([head.status, head.text], [200, '']);
  assert.equal(head.headers['content-length'], String(get.body.length));
  assert.equal(head.headers['link'], get.headers['link']);
  assert.deepEqual(await pages(gateway, '/v2/_catalog?n=x'), [['mine/a', 'mine/b', 'mine/c', 'mine/z']]);
});

/** A registry that gives whatever a test wants. */
async function serve(
  t: TestContext,
  answer: (url: URL) => { status?: number; headers?: Record<string, string>; body: string },
): Promise<{ origin: string; asked: string[]; fields: Record<string, unknown>[] }> {
  const asked: string[] = [];
  const fields: Record<string, unknown>[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(request.url ?? '');
    fields.push(request.headers);
    const { status = 200, headers = {}, body } = answer(new URL(request.url ?? '', 'http://upstream'));
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(t, () => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, fields };
}

async function guard(t: TestContext, upstream: string): Promise<TestGateway> {
  const rules = [rule(['catalog', 'search']), rule(['pull'], ['mine/*', 'app', 'library/app', 'half'])];
  return startTestGateway(t, { upstream, access: { rules, groups: undefined } });
}

test('A registry that never ends its catalog is asked a bounded number of times.', async (t) => {
  let count = 0;
  const { origin, asked, fields } = await serve(t, () => {
    count += 1;
    return {
      headers: { link: `<http://elsewhere.example/v2/_catalog?last=${count}&n=1000>; rel="next"` },
      body: JSON.stringify({ repositories: [`hidden/${count}`] }),
    };
  });
  const reply = await ask(await guard(t, origin), '/v2/_catalog');
  assert.deepEqual([reply.status, reply.text], [200, '{"repositories":[]}']);
  assert.equal(asked.length, 100);
  assert.equal(fields[0]?.['accept-encoding'], 'identity');
  assert.deepEqual(asked.slice(0, 2), ['/v2/_catalog?n=1000', '/v2/_catalog?last=1&n=1000']);
});

test('A list that cannot be read is not shown.', async (t) => {
  const bodies = [
    '{"repositories":["hidden/a"',
    '["hidden/a"]',
    '{"repositories":"hidden/a"}',
    `"${'h'.repeat(17_000_000)}"`,
  ];
  let next = '';
  const { origin } = await serve(t, () => ({ body: next }));
  const gateway = await guard(t, origin);
  for (const body of bodies) {
    next = body;
    for (const path of ['/v2/_catalog', '/v1/search?q=a']) {
      const reply = await ask(gateway, path);
      assert.equal(reply.status, 502, path);
      assert.doesNotMatch(reply.text, /hidden/);
    }
  }
});

test('A registry behind that refuses is asked once more in the words of the client, and heard.', async (t) => {
  const body = '{"errors":[{"code":"UNSUPPORTED"}]}';
  const { origin, asked } = await serve(t, () => ({ status: 400, headers: { 'x-more': 'yes' }, body }));
  const gateway = await guard(t, origin);
  for (const method of ['GET', 'HEAD']) {
    const reply = await ask(gateway, '/v2/_catalog?n=7&more', { method });
    assert.deepEqual([reply.status, reply.text], [400, method === 'GET' ? body : '']);
    assert.deepEqual(
      [reply.headers['x-more'], reply.headers['content-length']],
      ['yes', String(body.length)],
    );
  }
  assert.deepEqual(asked.slice(0, 2), ['/v2/_catalog?n=1000', '/v2/_catalog?n=7&more']);
});

test('What a v1 registry finds is shown and counted as far as it may be pulled.', async (t) => {
  const { origin, asked } = await serve(t, (url) => {
    const page = Number(url.searchParams.get('page'));
    const results =
      page === 1
        ? [{ name: 'mine/a', description: 'one' }, { name: 'hidden/a' }, { name: 'library/app' }]
        : [{ name: 'half' }, { name: 'mine/b' }, { name: 7 }];
    return { body: JSON.stringify({ query: 'a', num_results: 6, num_pages: 2, results }) };
  });
  const gateway = await guard(t, origin);
  const reply = await ask(gateway, '/v1/search?q=a&n=2&page=2');
  assert.deepEqual(JSON.parse(reply.text), {
    query: 'a',
    num_results: 3,
    num_pages: 2,
    page: 2,
    page_size: 2,
    results: [{ name: 'mine/b' }],
  });
  assert.deepEqual(asked, ['/v1/search?q=a&n=100&page=1', '/v1/search?q=a&n=100&page=2']);
  const first = JSON.parse((await ask(gateway, '/v1/search?q=a&n=2')).text) as { results: unknown };
  assert.deepEqual(first.results, [{ name: 'mine/a', description: 'one' }, { name: 'library/app' }]);
});

test('What stands behind the gateway is not told, and its version to strangers least of all.', async (t) => {
  const { origin } = await serve(t, () => ({
    headers: {
      server: 'gunicorn/18',
      via: '1.1 inner',
      'x-powered-by': 'Express',
      'x-docker-registry-version': '0.9.1',
      'x-docker-registry-config': 'prod',
      'x-docker-registry-standalone': 'True',
    },
    body: 'true',
  }));
  const gateway = await startTestGateway(t, { upstream: origin });
  for (const anonymous of [true, false]) {
    const { status, headers } = await ask(gateway, anonymous ? '/v1/_ping' : '/v1/repositories/a/b/tags', {
      anonymous,
    });
    assert.equal(status, 200);
    assert.deepEqual(
      [headers['server'], headers['via'], headers['x-powered-by']],
      [undefined, undefined, undefined],
    );
    assert.equal(headers['x-docker-registry-standalone'], 'True');
    assert.equal(headers['x-docker-registry-version'], anonymous ? undefined : '0.9.1');
    assert.equal(headers['x-docker-registry-config'], anonymous ? undefined : 'prod');
  }
});
