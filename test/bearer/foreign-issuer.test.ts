import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { BearerCheck } from '../../src/bearer/bearer-check.js';
import { ForeignIssuer } from '../../src/bearer/foreign-issuer.js';
import { IssuerKeys } from '../../src/bearer/issuer-keys.js';
import { keyIdOf } from '../../src/bearer/key-id.js';
import { issuerKeyReader } from '../../src/gateway/issuer-keys.js';
import { mintAuthority } from '../../src/tls/certificate.js';
import { afterwards } from '../harness/afterwards.js';
import { temporaryDirectory } from '../harness/directory.js';
import { Log, repository } from './fixture.js';
import { forge, forgeWithSecret, part, spoilt } from './forgery.js';

const REFUSED = { kind: 'unauthorized', token: true };
const now = Math.floor(Date.now() / 1_000);
const CLAIMS = {
  iss: 'auth.example',
  aud: 'registry.example',
  sub: 'bob',
  exp: now + 600,
  nbf: now - 10,
  access: [repository('a', 'pull')],
};

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const edwards = generateKeyPairSync('ed25519');

function jwkOf(key: KeyObject, kid: string, more: object = {}): object {
  return { ...key.export({ format: 'jwk' }), kid, ...more };
}

interface Opened {
  readonly keys: IssuerKeys;
  readonly check: BearerCheck;
  readonly log: Log;
}

function open(test: TestContext, read: () => Promise<string>): Opened {
  const log = new Log();
  const keys = new IssuerKeys({ issuer: 'auth.example', read, interval: 2 ** 30, logger: log });
  afterwards(test, () => keys.close());
  const verifier = new ForeignIssuer({ keys, issuer: 'auth.example', service: 'registry.example' });
  const verifiers = new Map([['auth.example', verifier]]);
  return { keys, log, check: new BearerCheck({ bindings: { find: () => undefined }, verifiers }) };
}

async function refuses({ check }: Opened, token: string, what: string): Promise<void> {
  assert.deepEqual(await check.check(`Bearer ${token}`), REFUSED, what);
}

async function takes({ check }: Opened, token: string, what: string): Promise<void> {
  const verdict = await check.check(`Bearer ${token}`);
  assert.equal(verdict?.kind, 'granted', what);
}

test('tokens of another issuer hold, by every algorithm that its keys have', async (t) => {
  const jwks = {
    keys: [
      jwkOf(rsa.publicKey, 'rsa'),
      jwkOf(p256.publicKey, 'p256', { use: 'sig' }),
      jwkOf(p384.publicKey, 'p384', { key_ops: ['verify'] }),
      jwkOf(edwards.publicKey, 'ed', { alg: 'EdDSA' }),
      { kty: 'oct', k: 'AAAA', kid: 'secret' },
      { kty: 'new', kid: 'unknown' },
      null,
    ],
  };
  const opened = open(t, async () => JSON.stringify(jwks));
  for (const [key, kid, algs] of [
    [rsa, 'rsa', ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']],
    [p256, 'p256', ['ES256']],
    [p384, 'p384', ['ES384']],
    [edwards, 'ed', ['EdDSA']],
  ] as const) {
    for (const alg of algs) {
      const token = await forge(key.privateKey, { alg, kid, typ: 'JWT' }, CLAIMS);
      const verdict = await opened.check.check(`Bearer ${token}`);
      assert.ok(verdict?.kind === 'granted', alg);
      assert.equal(verdict.user, 'bob');
      assert.ok(verdict.limits?.allows('pull', 'a') && !verdict.limits.allows('pull', 'b'));
      await refuses(opened, spoilt(token), alg);
    }
  }
});

test('what their keys do not vouch for is refused', async (t) => {
  const jwks = {
    keys: [
      jwkOf(rsa.publicKey, 'rsa', { alg: 'RS256' }),
      jwkOf(p256.publicKey, 'sealing', { use: 'enc' }),
      { kty: 'oct', k: Buffer.from('secret').toString('base64url'), kid: 'secret', alg: 'HS256' },
    ],
  };
  const opened = open(t, async () => JSON.stringify(jwks));
  const header = { alg: 'RS256', kid: 'rsa' };
  await takes(opened, await forge(rsa.privateKey, header, CLAIMS), 'the good one');
  const pem = rsa.publicKey.export({ format: 'pem', type: 'spki' });
  await refuses(
    opened,
    forgeWithSecret(pem, { alg: 'HS256', kid: 'rsa' }, CLAIMS),
    'the public key as a secret',
  );
  await refuses(
    opened,
    forgeWithSecret('secret', { alg: 'HS256', kid: 'secret' }, CLAIMS),
    'a shared secret',
  );
  await refuses(opened, `${part({ alg: 'none', kid: 'rsa' })}.${part(CLAIMS)}.`, 'unsigned');
  await refuses(
    opened,
    await forge(rsa.privateKey, { alg: 'RS512', kid: 'rsa' }, CLAIMS),
    'not the key’s algorithm',
  );
  await refuses(
    opened,
    await forge(p256.privateKey, { alg: 'ES256', kid: 'sealing' }, CLAIMS),
    'not for signatures',
  );
  await refuses(opened, await forge(rsa.privateKey, { alg: 'RS256', kid: 'other' }, CLAIMS), 'unknown key');
  const jwk = p256.publicKey.export({ format: 'jwk' });
  await refuses(
    opened,
    await forge(p256.privateKey, { alg: 'ES256', kid: 'rsa', jwk }, CLAIMS),
    'its own key',
  );
  const x5c = [certificateOf(p256, 'x').raw.toString('base64')];
  await refuses(opened, await forge(p256.privateKey, { alg: 'ES256', x5c }, CLAIMS), 'its own certificate');
  for (const [name, claims] of [
    ['another audience', { aud: 'dockgate' }],
    ['ended', { exp: now - 100 }],
    ['not begun', { nbf: now + 100 }],
    ['never ends', { exp: undefined }],
    ['another issuer', { iss: 'dockgate' }],
    ['access of another form', { access: 'repository:a:pull' }],
  ] as const)
    await refuses(opened, await forge(rsa.privateKey, header, { ...CLAIMS, ...claims }), name);
  await refuses(
    opened,
    await forge(rsa.privateKey, { ...header, typ: 'refresh+jwt' }, CLAIMS),
    'another type',
  );
});

test('names that nobody can have are refused', async (t) => {
  const opened = open(t, async () => JSON.stringify({ keys: [jwkOf(p256.publicKey, 'k')] }));
  const of = (sub: unknown) => forge(p256.privateKey, { alg: 'ES256', kid: 'k' }, { ...CLAIMS, sub });
  for (const sub of [
    'robot:ci',
    'a:b',
    'a\nb',
    'a\u0000',
    'a\u007f',
    '\u202eecila',
    'a\u200fb',
    'a\u2028',
    7,
    'x'.repeat(300),
  ])
    await refuses(opened, await of(sub), JSON.stringify(sub));
  for (const sub of ['alice', 'älice', 'a.b@example.com', 'A B']) await takes(opened, await of(sub), sub);
  const stranger = await opened.check.check(`Bearer ${await of('')}`);
  assert.ok(stranger?.kind === 'granted' && stranger.user === undefined);
});

test('keys are fetched in bounded size, and the last good ones go on', async (t) => {
  let body = JSON.stringify({ keys: [jwkOf(p256.publicKey, 'k')] });
  let status = 200;
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(t, () => server.close());
  const { port } = server.address() as AddressInfo;
  const opened = open(t, issuerKeyReader(`http://127.0.0.1:${port}/jwks.json`));
  const token = await forge(p256.privateKey, { alg: 'ES256', kid: 'k' }, CLAIMS);
  await takes(opened, token, 'fetched when it is needed');
  for (const kid of ['x', 'y', 'z'])
    await refuses(opened, await forge(p256.privateKey, { alg: 'ES256', kid }, CLAIMS), kid);
  assert.equal(asked, 1, 'unknown keys do not make us ask again within half a minute');
  for (const bad of ['nonsense', '{"keys":[]}', `{"keys":"${'x'.repeat(1_100_000)}"}`]) {
    body = bad;
    await Promise.all([opened.keys.refresh(), opened.keys.refresh()]);
    opened.check.forget();
    await takes(opened, token, bad.slice(0, 20));
  }
  assert.equal(asked, 4, 'one question at a time');
  assert.equal(opened.log.warnings.length, 3);
  status = 500;
  await opened.keys.refresh();
  opened.check.forget();
  await takes(opened, token, 'the server is broken');
  status = 200;
  body = JSON.stringify({ keys: [jwkOf(p384.publicKey, 'other')] });
  await opened.keys.refresh();
  opened.check.forget();
  await refuses(opened, token, 'the issuer has withdrawn the key');
});

function certificateOf(pair: { publicKey: KeyObject; privateKey: KeyObject }, name: string): X509Certificate {
  return new X509Certificate(mintAuthority(pair, name, Date.now()));
}

test('certificates vouch for the keys in them', async (t) => {
  const file = join(temporaryDirectory(t), 'bundle.pem');
  writeFileSync(file, `# of the token server\n${certificateOf(p256, 'one')}\n${certificateOf(rsa, 'two')}`);
  const opened = open(t, issuerKeyReader(file));
  const kid = keyIdOf(p256.publicKey);
  await takes(opened, await forge(p256.privateKey, { alg: 'ES256', kid }, CLAIMS), 'by libtrust’s name');
  await takes(
    opened,
    await forge(rsa.privateKey, { alg: 'RS256', kid: keyIdOf(rsa.publicKey) }, CLAIMS),
    'rsa',
  );
  await refuses(opened, await forge(p384.privateKey, { alg: 'ES384', kid }, CLAIMS), 'another key');
  await refuses(
    opened,
    await forge(p256.privateKey, { alg: 'ES256' }, CLAIMS),
    'two keys, and none is named',
  );
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const x5c = [certificateOf(other, 'one').raw.toString('base64')];
  await refuses(
    opened,
    await forge(other.privateKey, { alg: 'ES256', x5c, kid }, CLAIMS),
    'another certificate of the name',
  );
});
