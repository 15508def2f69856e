import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { TokenAuthority } from '../../src/identity/v1-token.js';
import { ALICE, type Mint, openMint, repository } from './fixture.js';
import { claimsOf, forge, forgeWithSecret, headerOf, part, spoilt } from './forgery.js';

const REFUSED = { kind: 'unauthorized', token: true };

async function good(mint: Mint): Promise<string> {
  const token = await mint.issuer.issue(ALICE, 'dockgate', [repository('a', 'pull')]);
  assert.ok(token);
  return token.text;
}

/** Makes tokens out of a good one, none of which may hold. */
function hostile(
  name: string,
  make: (good: string, mint: Mint, test: TestContext) => Promise<string> | string,
): void {
  test(name, async (t) => {
    for (const algorithm of ['ES256', 'EdDSA'] as const) {
      const mint = await openMint(t, { algorithm });
      const token = await good(mint);
      const verdict = await mint.check.check(`Bearer ${token}`);
      assert.equal(verdict?.kind, 'granted', 'the good one has to hold, or this shows nothing');
      const bad = await make(token, mint, t);
      assert.notEqual(bad, token);
      assert.deepEqual(await mint.check.check(`Bearer ${bad}`), REFUSED);
      assert.deepEqual(await mint.check.check(`Bearer ${bad}`), REFUSED, 'again, from memory');
    }
  });
}

/** The good token with other claims or another header, signed by the right key. */
function resigned(token: string, { keys }: Mint, claims: object, header: object = {}): Promise<string> {
  const { privateKey, algorithm } = keys.signing;
  const whole = { ...headerOf(token), alg: algorithm, ...header };
  return forge(privateKey, whole, { ...claimsOf(token), ...claims });
}

hostile('a token with another signature is refused', (token) => spoilt(token));

hostile('a token whose claims were changed is refused', (token) => {
  const [header, , signature] = token.split('.');
  return `${header}.${part({ ...claimsOf(token), access: [repository('b', '*')] })}.${signature}`;
});

hostile('a token without a signature is refused, however the algorithm is spelled', (token) => {
  const [, claims, signature] = token.split('.');
  return `${part({ ...headerOf(token), alg: 'nOnE' })}.${claims}.${signature}`;
});

test('an unsigned token is refused in every form', async (t) => {
  const mint = await openMint(t);
  const token = await good(mint);
  const [header, claims] = token.split('.');
  for (const alg of ['none', 'None', 'NONE', ''])
    for (const end of ['', '.', '.AA'])
      assert.deepEqual(
        await mint.check.check(`Bearer ${part({ ...headerOf(token), alg })}.${claims}${end}`),
        REFUSED,
        `${alg}${end}`,
      );
  assert.deepEqual(await mint.check.check(`Bearer ${header}.${claims}.`), REFUSED);
});

hostile('a token signed with the public key as a secret is refused', (token, { keys }) => {
  const secret = keys.signing.publicKey.export({ format: 'pem', type: 'spki' });
  return forgeWithSecret(secret, { ...headerOf(token), alg: 'HS256' }, claimsOf(token));
});

hostile('a token of a name that is no key’s is refused', (token, mint) =>
  resigned(token, mint, {}, { kid: 'AAAA:AAAA:AAAA:AAAA:AAAA:AAAA:AAAA:AAAA:AAAA:AAAA:AAAA:AAAA' }),
);

hostile('a token that names no key is refused', (token, mint) =>
  resigned(token, mint, {}, { kid: undefined }),
);

hostile('a token by another key under our key’s name is refused', (token, { keys }) => {
  const pair =
    keys.signing.algorithm === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('ed25519');
  return forge(pair.privateKey, { ...headerOf(token), alg: keys.signing.algorithm }, claimsOf(token));
});

hostile('a key that the token brings along is not believed', async (token, { keys }) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: keys.signing.id };
  const header = {
    ...headerOf(token),
    alg: 'ES256',
    jwk,
    jku: 'http://127.0.0.1:1/',
    x5u: 'http://127.0.0.1:1/',
  };
  return forge(privateKey, header, claimsOf(token));
});

hostile('a token for another audience is refused', (token, mint) =>
  resigned(token, mint, { aud: 'elsewhere' }),
);
hostile('a token for nobody is refused', (token, mint) => resigned(token, mint, { aud: undefined }));
hostile('a token of another issuer is refused', (token, mint) => resigned(token, mint, { iss: 'elsewhere' }));
hostile('a token without an issuer is refused', (token, mint) => resigned(token, mint, { iss: undefined }));
hostile('a token whose user is no text is refused', (token, mint) => resigned(token, mint, { sub: 7 }));
hostile('a token that never ends is refused', (token, mint) => resigned(token, mint, { exp: undefined }));
hostile('a token without a beginning is refused', (token, mint) => resigned(token, mint, { nbf: undefined }));
hostile('a token that ends at no number is refused', (token, mint) =>
  resigned(token, mint, { exp: '9999999999' }),
);

hostile('a token that has ended is refused', (token, mint) =>
  resigned(token, mint, { exp: mint.clock.time / 1_000 - 61 }),
);

hostile('a token that has not begun is refused', (token, mint) =>
  resigned(token, mint, { nbf: mint.clock.time / 1_000 + 61 }),
);

hostile('a token of another user with the same mark is refused', (token, mint) => {
  mint.bound.set('password bob', { text: '$2y$10$alice' });
  return resigned(token, mint, { sub: 'bob' });
});

hostile('a token without a mark is refused', (token, mint) => resigned(token, mint, { bond: undefined }));
hostile('a token of a way that is none is refused', (token, mint) =>
  resigned(token, mint, { way: 'outbound' }),
);
hostile('a stranger’s token that claims a way is refused', (token, mint) =>
  resigned(token, mint, { sub: '' }),
);
hostile('a token whose access is no list is refused', (token, mint) => resigned(token, mint, { access: {} }));

hostile('a token with an access of a thousand and one repositories is refused', (token, mint) =>
  resigned(token, mint, {
    access: Array.from({ length: 1_001 }, () => ({ type: 'r', name: 'a', actions: [] })),
  }),
);

hostile('a token with a claim twice is refused, though it is signed', (token, { keys }) => {
  const { privateKey, algorithm } = keys.signing;
  const claims = JSON.stringify(claimsOf(token)).replace('{', '{"sub":"root","SUB":"root",');
  const content = `${part(headerOf(token))}.${part(claims)}`;
  const signature = sign(algorithm === 'EdDSA' ? null : 'sha256', Buffer.from(content), {
    key: privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return `${content}.${signature.toString('base64url')}`;
});

hostile('a token with headers that have to be understood is refused', (token, { keys }) => {
  const { privateKey, algorithm } = keys.signing;
  const content = `${part({ ...headerOf(token), crit: ['b64'], b64: false })}.${part(claimsOf(token))}`;
  const signature = sign(algorithm === 'EdDSA' ? null : 'sha256', Buffer.from(content), {
    key: privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return `${content}.${signature.toString('base64url')}`;
});

hostile('a refresh token is no access token', async (_token, { issuer }) => {
  const refresh = await issuer.issueRefresh(ALICE, 'dockgate');
  assert.ok(refresh);
  return refresh.text;
});

hostile('a refresh token with another audience is no access token either', async (_token, mint) => {
  const refresh = await mint.issuer.issueRefresh(ALICE, 'dockgate');
  assert.ok(refresh);
  return resigned(refresh.text, mint, { aud: 'dockgate' });
});

hostile('a token for the upstream opens nothing here', async (_token, { issuer }) => {
  const { text } = await issuer.issueOutbound('alice', 'dockgate', [repository('a', 'pull')], 60_000);
  return text;
});

hostile('a stranger’s token for the upstream opens nothing here', async (_token, { issuer }) => {
  const { text } = await issuer.issueOutbound(undefined, 'dockgate', [repository('a', 'pull')], 60_000);
  return text;
});

hostile('a token of the v1 API is no bearer token', () => {
  const find = (): { text: string } => ({ text: '$2y$10$alice' });
  const authority = new TokenAuthority({ secret: Buffer.alloc(32), lifetime: 60_000, kind: 'signed', find });
  return authority.issue('alice', { repository: 'library/a', access: 'read' });
});

test('an access token is no refresh token', async (t) => {
  const mint = await openMint(t);
  const token = await good(mint);
  assert.equal(await mint.tokens.verifyRefresh(token, 'dockgate'), undefined);
  const disguised = await resigned(token, mint, { aud: 'dockgate refresh', service: 'dockgate' });
  assert.equal(await mint.tokens.verifyRefresh(disguised, 'dockgate'), undefined, 'its type is another');
  const refresh = await mint.issuer.issueRefresh(ALICE, 'dockgate');
  assert.deepEqual(await mint.tokens.verifyRefresh(refresh?.text ?? '', 'dockgate'), {
    way: 'password',
    user: 'alice',
    text: '$2y$10$alice',
  });
  assert.equal(await mint.tokens.verifyRefresh(refresh?.text ?? '', 'elsewhere'), undefined);
});

test('what is no token is refused at once, and nothing is remembered of it', async (t) => {
  const { check } = await openMint(t);
  const token = `${part({ alg: 'ES256' })}.${part({ iss: 'dockgate' })}.AAAA`;
  for (const text of [
    ' ',
    '.',
    '..',
    '...',
    'a.b.c',
    `${token}.x`,
    `${token}=`,
    `${part('[]')}.${part('[]')}.AAAA`,
    `${part('{}')}.${part('{"iss":{}}')}.AAAA`,
    `${part('{}')}.${part('{"iss":"__proto__"}')}.AAAA`,
    `${part('{}')}.${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}.AAAA`,
    `${part('{}')}.${part(`${'['.repeat(6_000)}`)}.AAAA`,
    'x'.repeat(100_000),
  ])
    assert.deepEqual(check.check(`Bearer ${text}`), REFUSED, text.slice(0, 40));
  assert.equal(check.check('Basic YTpi'), undefined, 'another scheme is somebody else’s');
  assert.equal(check.check('Bearer'), undefined);
});
