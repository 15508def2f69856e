import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { Failure } from '../../../src/exchange/failure.js';
import type { Rights } from '../../../src/exchange/rights.js';
import type { AccountOutcome, Accounts, SearchQuery } from '../../../src/registry/v1/services.js';
import type { V1Options } from '../../../src/registry/v1/v1.js';
import { createV1 } from '../../../src/registry/v1/v1.js';
import { type Answer, askV1, openV1 } from './v1-registry.js';

function accountsThat(outcome: AccountOutcome, isOpen = true): Accounts {
  return { isOpen, register: async () => outcome, changePassword: async () => outcome };
}

const WHO = JSON.stringify({ username: 'alice', password: 'secret', email: 'a@example.org' });

test('the root greets, and both pings tell of the index', async (context) => {
  for (const [hasIndex, standalone] of [
    [true, 'True'],
    [false, 'False'],
  ] as const) {
    const registry = await openV1(context, { hasIndex, greeting: '"docker-registry server"' });
    const root = await registry.ask('GET', '/');
    assert.equal(root.bytes.toString(), String.raw`"\"docker-registry server\""`);
    for (const path of ['/_ping', '/v1/_ping']) {
      for (const method of ['GET', 'HEAD']) {
        const reply = await registry.ask(method, path, { user: null });
        assert.deepEqual([reply.status, reply.bytes.toString()], [200, 'true']);
        assert.equal(reply.headers['x-docker-registry-version'], '0.9.1');
        assert.equal(reply.headers['x-docker-registry-standalone'], standalone);
        assert.equal(reply.headers['cache-control'], 'no-cache');
        assert.equal(reply.headers['pragma'], 'no-cache');
        assert.equal(reply.headers['expires'], '-1');
      }
      assert.equal((await registry.ask('PUT', path)).status, 405);
    }
  }
});

test('the status tells whether the storage can be read', async (context) => {
  const registry = await openV1(context);
  const good = { services: ['storage'], failures: {}, host: 'registry.example:8443' };
  for (const path of ['/_status', '/v1/_status']) {
    const reply = await registry.ask('GET', path);
    assert.deepEqual([reply.status, reply.json], [200, good]);
  }
  const has = (): Promise<boolean> => Promise.reject(new Error('EIO'));
  const stores = { ...registry.stores, repositories: { ...registry.stores.repositories, has } };
  const broken = await openV1(context, { stores: stores as V1Options['stores'] });
  const reply = await broken.ask('GET', '/v1/_status');
  assert.equal(reply.status, 503);
  assert.deepEqual(Object.keys((reply.json as { failures: object }).failures), ['storage']);
});

test('with the v1 API off the greeting, the pings and the search stay', async () => {
  const handler = createV1({
    stores: undefined,
    hasIndex: true,
    endpoints: [],
    greeting: 'hello',
    search: { find: async () => ({ results: [], total: 0 }) },
  });
  for (const path of ['/', '/_ping', '/v1/_ping', '/v1/search?q=x']) {
    assert.equal((await askV1(handler, 'GET', path)).status, 200, path);
  }
  for (const path of ['/v1/users', '/v1/_status', '/v1/repositories/app/tags', '/v1/', '/v1', '/elsewhere']) {
    const { status, json } = await askV1(handler, 'GET', path);
    assert.deepEqual([status, json], [404, { error: 'this registry has nothing at this path' }], path);
  }
});

test('a good password is told to be one', async (context) => {
  const registry = await openV1(context);
  for (const path of ['/v1/users', '/v1/users/']) {
    const reply = await registry.ask('GET', path);
    assert.deepEqual([reply.status, reply.json], [200, 'OK']);
    assert.equal((await registry.ask('GET', path, { user: null })).status, 401);
    assert.equal((await registry.ask('DELETE', path)).headers['allow'], 'GET, HEAD, POST');
  }
});

test('strangers get an account only where they may', async (context) => {
  const cases: [Accounts | undefined, string | null, number, unknown][] = [
    [accountsThat('done'), null, 201, 'User Created'],
    [accountsThat('exists'), null, 400, 'Username or email already exists'],
    [accountsThat('busy'), null, 503, undefined],
    [accountsThat('closed'), null, 401, { error: 'Requires authorization' }],
    [accountsThat('done', false), null, 401, { error: 'Requires authorization' }],
    [accountsThat('done', false), 'bob', 403, undefined],
    [undefined, null, 401, { error: 'Requires authorization' }],
    [undefined, 'bob', 403, undefined],
  ];
  for (const [accounts, user, status, json] of cases) {
    const registry = await openV1(context, { accounts });
    const reply = await registry.ask('POST', '/v1/users/', { body: WHO, user });
    assert.equal(reply.status, status);
    if (json !== undefined) assert.deepEqual(reply.json, json);
  }
});

test('an account needs a name and a password', async (context) => {
  const refusing: Accounts = {
    ...accountsThat('done'),
    register: (user) => Promise.reject(new Failure(400, 'UNSUPPORTED', `${user} cannot be a name`)),
  };
  const registry = await openV1(context, { accounts: refusing });
  const post = (body: string): Promise<Answer> => registry.ask('POST', '/v1/users', { body, user: null });
  for (const body of [
    '',
    '[]',
    '{}',
    '{"username":"a","password":"1234"}',
    '{"username":7,"password":"12345"}',
  ]) {
    assert.equal((await post(body)).status, 400, body);
  }
  assert.deepEqual((await post(WHO)).json, { error: 'alice cannot be a name' });
  const large = await registry.ask('POST', '/v1/users', {
    body: Readable.from(Array.from({ length: 100 }, () => Buffer.alloc(10_000, 0x20))),
    user: null,
  });
  // What strangers send is not read to its end.
  assert.deepEqual([large.status, large.isRead], [413, false]);
});

test('users change their own password and nobody else’s', async (context) => {
  const cases: [Accounts | undefined, string, string, number][] = [
    [accountsThat('done'), 'alice', WHO, 204],
    [accountsThat('done'), 'alice', '{"email":"b@example.org"}', 204],
    [accountsThat('done'), 'bob', WHO, 403],
    [accountsThat('unknown'), 'alice', WHO, 404],
    [accountsThat('closed'), 'alice', WHO, 403],
    [accountsThat('busy'), 'alice', WHO, 503],
    [accountsThat('done'), 'alice', '{"password":"1234"}', 400],
    [accountsThat('done'), 'alice', '{}', 400],
    [accountsThat('done'), 'alice', '[', 400],
    [undefined, 'alice', WHO, 403],
  ];
  for (const [accounts, name, body, status] of cases) {
    const registry = await openV1(context, { accounts });
    const reply = await registry.ask('PUT', `/v1/users/${name}/`, { body, user: 'alice' });
    assert.equal(reply.status, status, `${name} ${body}`);
  }
});

async function searching(
  context: TestContext,
  query: string,
  rights?: Rights,
): Promise<{ asked: SearchQuery | undefined; reply: Answer }> {
  let asked: SearchQuery | undefined;
  const results = [{ name: 'team/app', description: 'an app' }];
  const find = async (wanted: SearchQuery): Promise<{ results: typeof results; total: number }> => {
    asked = wanted;
    return { results, total: 51 };
  };
  const registry = await openV1(context, { search: { find } });
  return {
    reply: await registry.ask('GET', `/v1/search${query}`, rights === undefined ? {} : { rights }),
    asked,
  };
}

test('a search is answered with the fields that any engine reads', async (context) => {
  const { reply } = await searching(context, '?q=app');
  assert.equal(reply.status, 200);
  assert.deepEqual(reply.json, {
    query: 'app',
    num_results: 51,
    num_pages: 3,
    page: 1,
    page_size: 25,
    results: [
      {
        name: 'team/app',
        description: 'an app',
        star_count: 0,
        is_official: false,
        is_trusted: false,
        is_automated: false,
      },
    ],
  });
});

test('a search heeds what is asked of it, within bounds', async (context) => {
  const cases: [string, string, number, number][] = [
    ['', '', 25, 1],
    ['?q=a%20b&n=10&page=3', 'a b', 10, 3],
    ['?q=x&n=0&page=0', 'x', 25, 1],
    ['?q=x&n=1000&page=99999999', 'x', 100, 1_000_000],
    ['?q=x&n=-1&page=a', 'x', 25, 1],
  ];
  for (const [query, text, size, page] of cases) {
    const { asked } = await searching(context, query);
    assert.deepEqual(asked, { text, size, page }, query);
  }
  assert.equal((await searching(context, `?q=${'x'.repeat(300)}`)).reply.status, 400);
});

test('a search finds what may be pulled', async (context) => {
  const { asked } = await searching(context, '?q=x', {
    may: (action, repository) => action === 'pull' && repository === 'app',
  });
  assert.deepEqual([asked?.mayPull?.('app'), asked?.mayPull?.('secret')], [true, false]);
});

test('without a search there is no such endpoint', async (context) => {
  const registry = await openV1(context);
  assert.equal((await registry.ask('GET', '/v1/search?q=x')).status, 404);
});
