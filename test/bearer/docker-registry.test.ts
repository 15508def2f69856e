import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import { TokenEndpoint } from '../../src/bearer/token-endpoint.js';
import { UpstreamTokens } from '../../src/bearer/upstream-tokens.js';
import { afterwards } from '../harness/afterwards.js';
import { temporaryDirectory } from '../harness/directory.js';
import { freePort } from '../harness/free-port.js';
import { requireProgram } from '../harness/program.js';
import { exchangeOf } from './exchange.js';
import { type Clock, DAY, type Mint, openMint } from './fixture.js';
import { forge, spoilt } from './forgery.js';
import { startTokenRegistry } from './token-registry.js';

const PROGRAM = requireProgram('docker-registry', 'docker-registry');
const DIGEST = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** Our `/token` on a plain port: alice may push to and delete from `team/app`, strangers pull from it. */
async function startTokenServer(test: TestContext, { issuer, tokens }: Mint): Promise<string> {
  const endpoint = new TokenEndpoint({
    door: {
      authenticate: (authorization) =>
        authorization === undefined
          ? { kind: 'stranger' }
          : authorization === ALICE
            ? 'alice'
            : { kind: 'unauthorized' },
      authenticatePassword: () => ({ kind: 'unauthorized' }),
      rightsOf: (who) => ({
        allows: (action, subject) => subject === 'team/app' && (typeof who === 'string' || action === 'pull'),
      }),
      recall: (_way, user) => user,
      admitsStrangers: () => true,
    },
    issuer,
    tokens,
    service: 'dockgate',
    services: ['other'],
    realm: 'dockgate',
  });
  const server = createServer((request, response) => {
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const { authorization } = request.headers;
    void endpoint
      .handle(exchangeOf({ path, query, headers: authorization === undefined ? {} : { authorization } }))
      .then(({ status, headers, body }) =>
        response.writeHead(status, { ...headers } as Record<string, string>).end(body),
      );
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  afterwards(test, () => server.close());
  return `http://127.0.0.1:${port}/token`;
}

const ALICE = `Basic ${Buffer.from('alice:secret').toString('base64')}`;

/** Sends a request, gets the token that the registry asks for, and sends it again, as clients do. */
async function asClient(url: string, init: RequestInit, authorization?: string): Promise<Response> {
  const first = await fetch(url, init);
  const challenge = first.headers.get('www-authenticate') ?? '';
  assert.equal(first.status, 401, url);
  await first.arrayBuffer();
  const value = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? '';
  const realm = new URL(value('realm'));
  realm.searchParams.set('service', value('service'));
  realm.searchParams.set('scope', value('scope'));
  const reply = await fetch(realm, authorization === undefined ? {} : { headers: { authorization } });
  assert.equal(reply.status, 200, await reply.clone().text());
  const { token } = (await reply.json()) as { token: string };
  return fetch(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });
}

/** The real clock, since docker-registry has no other. */
async function openRealMint(test: TestContext, directory: string): Promise<Mint> {
  const clock = { time: 0, now: Date.now } as Clock;
  return openMint(test, { directory, clock });
}

test('Debian’s docker-registry takes our tokens, for what they open', PROGRAM, async (t) => {
  const certs = temporaryDirectory(t);
  const mint = await openRealMint(t, certs);
  const registry = await startTokenRegistry(t, {
    certs,
    service: 'other',
    realm: await startTokenServer(t, mint),
  });
  const uploads = `${registry}/v2/team/app/blobs/uploads/`;
  const started = await asClient(uploads, { method: 'POST' }, ALICE);
  assert.equal(started.status, 202);
  const location = new URL(started.headers.get('location') ?? '', registry);
  location.searchParams.set('digest', DIGEST);
  assert.equal((await asClient(location.href, { method: 'PUT' }, ALICE)).status, 201);
  const blob = `${registry}/v2/team/app/blobs/${DIGEST}`;
  assert.equal((await asClient(blob, {})).status, 200, 'a stranger pulls');
  assert.equal((await asClient(uploads, { method: 'POST' })).status, 401, 'and does not push');
  assert.equal((await asClient(`${registry}/v2/team/other/tags/list`, {}, ALICE)).status, 401);
  assert.equal((await asClient(blob, { method: 'DELETE' })).status, 401);
  assert.equal((await asClient(blob, { method: 'DELETE' }, ALICE)).status, 202);
  assert.equal((await asClient(`${registry}/v2/`, {}, ALICE)).status, 200, 'docker login');
});

test('docker-registry takes the tokens for an upstream, and no other ones of ours', PROGRAM, async (t) => {
  const certs = temporaryDirectory(t);
  const mint = await openRealMint(t, certs);
  const registry = await startTokenRegistry(t, {
    certs,
    service: 'other',
    realm: 'http://127.0.0.1:1/token',
  });
  const { issuer } = mint;
  const upstream = new UpstreamTokens({ issuer, service: 'other', lifetime: 600_000 });
  const get = async (authorization: string): Promise<number> =>
    (await fetch(`${registry}/v2/team/app/tags/list`, { headers: { authorization } })).status;
  const good = await upstream.authorization('alice', [{ action: 'pull', subject: 'team/app' }]);
  assert.equal(await get(good), 404, 'let in, and there is no such repository');
  assert.equal(await get(spoilt(good)), 401);
  const elsewhere = await upstream.authorization('alice', [{ action: 'pull', subject: 'team/b' }]);
  assert.equal(await get(elsewhere), 401);
  const alice = { way: 'password', user: 'alice' } as const;
  const access = [{ type: 'repository', name: 'team/app', actions: ['pull'] }];
  const ours = await issuer.issue(alice, 'dockgate', access);
  assert.equal(await get(`Bearer ${ours?.text}`), 401, 'for another registry');
  const refresh = await issuer.issueRefresh(alice, 'other');
  const ping = await fetch(`${registry}/v2/`, { headers: { authorization: `Bearer ${refresh?.text}` } });
  assert.equal(ping.status, 401, 'a refresh token lets nobody in');
});

test('docker-registry that starts between two keys takes the tokens of both', PROGRAM, async (t) => {
  const certs = temporaryDirectory(t);
  const clock = { time: Date.now() } as Clock;
  Object.assign(clock, { now: () => clock.time });
  const early = await openMint(t, { directory: certs, clock });
  clock.time += 31 * DAY;
  await early.keys.look();
  const registry = await startTokenRegistry(t, {
    certs,
    service: 'other',
    realm: 'http://127.0.0.1:1/token',
  });
  const first = early.keys.signing.id;
  for (const time of [Date.now(), Date.now() + 41 * DAY]) {
    clock.time = time;
    const { privateKey, id } = early.keys.signing;
    assert.equal(id === first, time < Date.now() + DAY);
    const seconds = Math.floor(Date.now() / 1_000);
    const access = [{ type: 'repository', name: 'team/app', actions: ['pull'] }];
    const claims = {
      iss: 'dockgate',
      aud: 'other',
      sub: 'alice',
      exp: seconds + 60,
      nbf: seconds - 60,
      access,
    };
    const token = await forge(privateKey, { alg: 'ES256', kid: id, typ: 'JWT' }, claims);
    const reply = await fetch(`${registry}/v2/team/app/tags/list`, {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.equal(reply.status, 404);
  }
});
