import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredPassword } from '../../src/identity/authenticator.js';
import { TokenAuthority } from '../../src/identity/v1-token.js';

const GRANT = { repository: 'ada/tool', access: 'write' } as const;

interface House {
  readonly users: Map<string, StoredPassword>;
  readonly clock: { time: number };
  authority(kind: 'signed' | 'sealed', secret?: Uint8Array): TokenAuthority;
}

function house(): House {
  const users = new Map([['ada', { text: 'hash' }]]);
  const clock = { time: 1_000_000 };
  const authority: House['authority'] = (kind, secret = new Uint8Array(32)) =>
    new TokenAuthority({
      secret,
      kind,
      lifetime: 1_000,
      find: (user) => users.get(user),
      now: () => clock.time,
    });
  return { users, clock, authority };
}

const signatureOf = (token: string): string => /signature=([^,]+)/.exec(token)?.[1] ?? '';

test('a token that was issued is taken back in all the ways in which clients send it', () => {
  const authority = house().authority('signed');
  const token = authority.issue('ada', GRANT);
  assert.match(token, /^Token signature=[A-Za-z0-9_-]+,repository="ada\/tool",access=write$/);
  const granted = { kind: 'granted', way: 'v1 token', user: 'ada', grant: GRANT };
  for (const sent of [token, `Token ${token}`, token.replace('Token', 'token'), token.replaceAll('"', '')])
    assert.deepEqual(authority.check(sent), granted, sent);
});

test('a token does not hold for another repository, access or user, nor with any byte changed', () => {
  const authority = house().authority('signed');
  const token = authority.issue('ada', GRANT);
  const signature = signatureOf(token);
  assert.equal(authority.check(token.replace('ada/tool', 'ada/took')), undefined);
  assert.equal(authority.check(token.replace('write', 'delete')), undefined);
  const bytes = Buffer.from(signature, 'base64url');
  for (let index = 0; index < bytes.length; index += 1) {
    const forged = Buffer.from(bytes);
    forged[index] = (forged[index] ?? 0) ^ 1;
    assert.equal(
      authority.check(token.replace(signature, forged.toString('base64url'))),
      undefined,
      `byte ${index}`,
    );
  }
  for (let length = 0; length < bytes.length; length += 1) {
    const cut = bytes.subarray(0, length).toString('base64url');
    assert.equal(authority.check(token.replace(signature, cut)), undefined, `${length} bytes`);
  }
  assert.equal(authority.check(token.replace(signature, `${signature}=`)), undefined);
  assert.equal(authority.check(token.replace(signature, `${signature}A`)), undefined);
});

test('a token ends with its time, with its user, and with the password of its user', () => {
  const { users, clock, authority } = house();
  const tokens = authority('signed');
  const token = tokens.issue('ada', GRANT);
  clock.time += 999;
  assert.ok(tokens.check(token));
  users.set('ada', { text: 'another hash' });
  assert.equal(tokens.check(token), undefined);
  users.delete('ada');
  assert.equal(tokens.check(token), undefined);
  users.set('ada', { text: 'hash' });
  assert.ok(tokens.check(token));
  clock.time += 1;
  assert.equal(tokens.check(token), undefined);
});

test('a token holds wherever the secret is the same, and nowhere else', () => {
  const { authority } = house();
  const token = authority('signed').issue('ada', GRANT);
  assert.ok(authority('signed').check(token));
  assert.equal(authority('signed', new Uint8Array(32).fill(1)).check(token), undefined);
});

test('a token of an upstream goes into one of ours and comes out again, unread', () => {
  const { users, authority } = house();
  const tokens = authority('sealed');
  const inner = 'Token signature=SECRETSECRET,repository="busybox",access=read';
  const token = tokens.sealing('ada')(inner) ?? '';
  assert.match(token, /,repository="library\/busybox",access=read$/);
  assert.ok(!Buffer.from(signatureOf(token), 'base64url').includes('SECRET'));
  assert.deepEqual(tokens.check(token), {
    kind: 'granted',
    way: 'v1 token',
    user: 'ada',
    grant: { repository: 'library/busybox', access: 'read' },
    upstreamToken: inner,
  });
  const bytes = Buffer.from(signatureOf(token), 'base64url');
  for (let index = 0; index < bytes.length; index += 1) {
    const forged = Buffer.from(bytes);
    forged[index] = (forged[index] ?? 0) ^ 1;
    const sent = token.replace(signatureOf(token), forged.toString('base64url'));
    assert.equal(tokens.check(sent), undefined, `byte ${index}`);
  }
  users.set('ada', { text: 'another hash' });
  assert.equal(tokens.check(token), undefined);
});

test('what an upstream sends that is no token, or too long, is not sealed', () => {
  const tokens = house().authority('sealed');
  for (const bad of [
    '',
    'true',
    'Token signature=a',
    'Token signature=a,repository="../x",access=read',
    'Token signature=a,repository="a/b/c",access=read',
    'Token signature=a,repository="a/b",access=admin',
    'Token signature=a,signature=b,repository="a/b",access=read',
    `Token signature=${'a'.repeat(3_000)},repository="a/b",access=read`,
  ])
    assert.equal(tokens.sealing('ada')(bad), undefined, bad.slice(0, 60));
});

test('a signed token is worth nothing where sealed ones are taken, and the other way round', () => {
  const { authority } = house();
  const signed = authority('signed').issue('ada', GRANT);
  const sealed =
    authority('sealed').sealing('ada')('Token signature=a,repository="ada/tool",access=write') ?? '';
  assert.equal(authority('sealed').check(signed), undefined);
  assert.equal(authority('signed').check(sealed), undefined);
});

test('whatever else is called a token is refused and costs nothing', () => {
  const tokens = house().authority('signed');
  for (const bad of [
    'Token ',
    'Token x',
    'Token =',
    `Token ${','.repeat(5_000)}`,
    `Token ${'a='.repeat(50_000)}`,
    `Token signature=${'"'.repeat(5_000)}`,
  ])
    assert.equal(tokens.check(bad), undefined);
});

test('a sealed token is bound to the password of when its user was let in, not of when the upstream answered', () => {
  const { users, authority } = house();
  const tokens = authority('sealed');
  const sealing = tokens.sealing('ada');
  const inner = 'Token signature=a,repository="ada/tool",access=write';
  assert.notEqual(tokens.check(sealing(inner) ?? ''), undefined);
  users.set('ada', { text: 'another hash' });
  assert.equal(tokens.check(sealing(inner) ?? ''), undefined);
  assert.notEqual(tokens.check(tokens.sealing('ada')(inner) ?? ''), undefined);
});
