import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BearerCheck } from '../../src/bearer/bearer-check.js';
import type { TokenVerifier, VerifiedToken } from '../../src/bearer/own-tokens.js';
import type { Bearer } from '../../src/bearer/token-issuer.js';
import { temporaryDirectory } from '../harness/directory.js';
import { ALICE, Clock, DAY, HOUR, type Mint, openMint, repository } from './fixture.js';
import { part } from './forgery.js';

const REFUSED = { kind: 'unauthorized', token: true };

async function bearerOf({ issuer }: Mint, who: Bearer | 'stranger' = ALICE): Promise<string> {
  const token = await issuer.issue(who === 'stranger' ? undefined : who, 'dockgate', [
    repository('a', 'pull'),
  ]);
  assert.ok(token);
  return `Bearer ${token.text}`;
}

test('a token that holds says who asks and what it opens, at once when it comes again', async (t) => {
  const mint = await openMint(t);
  const bearer = await bearerOf(mint);
  const first = await mint.check.check(bearer);
  assert.ok(first?.kind === 'granted');
  assert.deepEqual([first.way, first.user], ['bearer', 'alice']);
  assert.ok(first.limits?.allows('pull', 'a'));
  assert.ok(
    first.limits?.allows('pull', 'b') === false,
    'a token for one repository is worth nothing at another',
  );
  assert.equal(mint.check.check(bearer), first, 'without a promise');
  const other = await mint.check.check(bearer.replace('Bearer', 'bEARER'));
  assert.ok(other?.kind === 'granted');
});

test('a signature that is known opens nothing with other claims, and the token that has it goes on', async (t) => {
  const mint = await openMint(t);
  const bearer = await bearerOf(mint);
  const granted = await mint.check.check(bearer);
  assert.ok(granted?.kind === 'granted');
  const [, , signature = ''] = bearer.split('.');
  const other = `Bearer ${part({ alg: 'ES256' })}.${part({ iss: 'dockgate', sub: 'root' })}.${signature}`;
  for (const forged of [other, bearer.replace('Bearer ', 'Bearer A'), `Bearer ${signature}`]) {
    assert.deepEqual(await mint.check.check(forged), REFUSED);
    assert.equal(mint.check.check(bearer), granted);
  }
});

test('a stranger’s token has no user', async (t) => {
  const mint = await openMint(t);
  const verdict = await mint.check.check(await bearerOf(mint, 'stranger'));
  assert.ok(verdict?.kind === 'granted');
  assert.equal(verdict.user, undefined);
  assert.ok(verdict.limits?.allows('pull', 'a'));
});

test('another password, and the end of a user, end the tokens at once', async (t) => {
  const mint = await openMint(t);
  const bearer = await bearerOf(mint);
  assert.ok((await mint.check.check(bearer))?.kind === 'granted');
  mint.bound.set('password alice', { text: '$2y$10$other' });
  assert.deepEqual(mint.check.check(bearer), REFUSED);
  mint.check.forget();
  assert.deepEqual(await mint.check.check(bearer), REFUSED, 'also when nothing is remembered');
  mint.bound.set('password alice', { text: '$2y$10$alice' });
  mint.check.forget();
  assert.ok((await mint.check.check(bearer))?.kind === 'granted', 'the old password gives it back');
  mint.bound.delete('password alice');
  assert.deepEqual(mint.check.check(bearer), REFUSED);
});

test('a robot’s tokens end with it, and never later than it would itself', async (t) => {
  const mint = await openMint(t);
  const robot = { way: 'robot', user: 'robot:ci' } as const;
  mint.bound.set('robot robot:ci', { text: 'id-of-ci', until: mint.clock.time + HOUR });
  const issued = await mint.issuer.issue(robot, 'dockgate', []);
  assert.equal(issued?.lifetime, HOUR);
  assert.equal((await mint.issuer.issueRefresh(robot, 'dockgate'))?.lifetime, HOUR);
  const bearer = `Bearer ${issued.text}`;
  const verdict = await mint.check.check(bearer);
  assert.ok(verdict?.kind === 'granted' && verdict.user === 'robot:ci');
  mint.bound.delete('robot robot:ci');
  assert.deepEqual(mint.check.check(bearer), REFUSED);
  assert.equal(await mint.issuer.issue(robot, 'dockgate', []), undefined);
  // A user of the same name is somebody else.
  mint.bound.set('password robot:ci', { text: 'id-of-ci' });
  mint.check.forget();
  assert.deepEqual(await mint.check.check(bearer), REFUSED);
});

test('a token begins and ends by the clock, a minute of difference aside', async (t) => {
  const mint = await openMint(t);
  const start = mint.clock.time;
  const bearer = await bearerOf(mint);
  for (const [time, holds] of [
    [-121_000, false],
    [-119_000, true],
    [6 * HOUR + 59_000, true],
    [6 * HOUR + 61_000, false],
  ] as const) {
    mint.clock.time = start + time;
    mint.check.forget();
    assert.equal((await mint.check.check(bearer))?.kind === 'granted', holds, `${time}`);
  }
  mint.check.forget();
  mint.clock.time = start + 6 * HOUR;
  assert.ok((await mint.check.check(bearer))?.kind === 'granted');
  mint.clock.time = start + 6 * HOUR + 61_000;
  assert.deepEqual(await mint.check.check(bearer), REFUSED, 'remembered, and ended meanwhile');
});

test('tokens hold across a restart, and across a change of keys until they end', async (t) => {
  const directory = temporaryDirectory(t);
  const clock = new Clock();
  const before = await openMint(t, { directory, clock });
  const bearer = await bearerOf(before);
  const after = await openMint(t, { directory, clock });
  assert.ok((await after.check.check(bearer))?.kind === 'granted');
  clock.time += 35 * DAY;
  await after.keys.look();
  clock.time += 5 * DAY - HOUR;
  const late = await bearerOf(before);
  clock.time += 2 * HOUR;
  await before.keys.look();
  assert.ok((await after.check.check(late))?.kind === 'granted', 'signed by the key of before');
  assert.ok((await before.check.check(await bearerOf(after)))?.kind === 'granted', 'signed by the new key');
});

test('forged tokens are verified a few at a time, and a flood is turned away', async () => {
  const verified: VerifiedToken = {
    user: 'x',
    access: [],
    from: 0,
    until: Number.MAX_SAFE_INTEGER,
    holder: undefined,
  };
  let running = 0;
  let most = 0;
  const releases: (() => void)[] = [];
  const verifier: TokenVerifier = {
    async verify({ claims }) {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => releases.push(resolve));
      running -= 1;
      return claims['good'] === true ? verified : undefined;
    },
  };
  const check = new BearerCheck({
    bindings: { find: () => undefined },
    verifiers: new Map([['i', verifier]]),
  });
  const token = (claims: object): string => `Bearer ${part({})}.${part({ iss: 'i', ...claims })}.AAAA`;
  const same = Array.from({ length: 100 }, () => check.check(token({ n: 0 })));
  assert.equal(new Set(same).size, 1, 'the same token is verified once');
  const verdicts = Array.from({ length: 2_000 }, (_, n) => check.check(token({ n, good: n === 1 })));
  assert.equal(most, 4);
  let settled = false;
  const all = Promise.all(verdicts).finally(() => {
    settled = true;
  });
  while (!settled) {
    for (const release of releases.splice(0)) release();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const kinds = (await all).map((verdict) => verdict?.kind);
  assert.equal(kinds[1], 'granted');
  assert.ok(
    kinds.filter((kind) => kind === 'overloaded').length > 1_000,
    'most of the flood is not verified',
  );
  assert.equal(most, 4);
  assert.deepEqual(check.check(token({ n: 2, good: false })), REFUSED, 'what did not hold is remembered');
});
