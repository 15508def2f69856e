import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UpstreamTokens } from '../../src/bearer/upstream-tokens.js';
import { EVERYWHERE } from '../../src/exchange/rights.js';
import { openMint, repository } from './fixture.js';
import { claimsOf } from './forgery.js';

test('the upstream gets a token for what the request may do, the same one for half of its life', async (t) => {
  const { issuer, clock } = await openMint(t);
  const upstream = new UpstreamTokens({ issuer, service: 'dockgate', lifetime: 600_000, now: clock.now });
  const needs = [
    { action: 'push', subject: 'a' },
    { action: 'pull', subject: 'b' },
  ] as const;
  const first = upstream.authorization('alice', needs);
  assert.equal(upstream.authorization('alice', needs), first, 'one at a time is made');
  const text = await first;
  assert.equal(upstream.authorization('alice', needs), text, 'without a promise');
  const { sub, aud, access, exp, iat } = claimsOf(text.slice('Bearer '.length));
  assert.deepEqual([sub, aud, Number(exp) - Number(iat)], ['alice', 'dockgate', 600]);
  assert.deepEqual(access, [repository('a', 'pull', 'push'), repository('b', 'pull')]);
  assert.notEqual(await upstream.authorization('bob', needs), text);
  assert.notEqual(await upstream.authorization('alice', needs.slice(0, 1)), text);
  clock.time += 300_001;
  const later = await upstream.authorization('alice', needs);
  assert.notEqual(later, text);
  upstream.forget();
  assert.notEqual(await upstream.authorization('alice', needs), later);
});

test('strangers, the list of repositories, and what no token can say', async (t) => {
  const { issuer, clock } = await openMint(t);
  const upstream = new UpstreamTokens({ issuer, service: 'dockgate', lifetime: 600_000, now: clock.now });
  const claims = async (...needs: Parameters<typeof upstream.authorization>[1]) =>
    claimsOf((await upstream.authorization(undefined, needs)).slice('Bearer '.length));
  assert.deepEqual((await claims({ action: 'catalog', subject: undefined }))['access'], [
    { type: 'registry', name: 'catalog', actions: ['*'] },
  ]);
  assert.deepEqual((await claims({ action: 'pull', subject: EVERYWHERE }))['access'], []);
  assert.equal((await claims())['sub'], '');
});
