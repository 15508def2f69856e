import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { keyIdOf } from '../../src/bearer/key-id.js';
import { temporaryDirectory } from '../harness/directory.js';
import { runProgram } from '../harness/program.js';
import { Clock, DAY, Log, openKeys } from './fixture.js';

test('the name of a key is libtrust’s', async (t) => {
  const { publicKey, id } = (await openKeys(t)).signing;
  assert.equal(id, keyIdOf(publicKey));
  assert.match(id, /^(?:[A-Z2-7]{4}:){11}[A-Z2-7]{4}$/);
  const digest = createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest('hex');
  // 48 digits of 5 bits are the number that 60 of 4 bits are.
  let number = 0n;
  for (const digit of id.replaceAll(':', ''))
    number = number * 32n + BigInt('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(digit));
  assert.equal(number.toString(16).padStart(60, '0'), digest.slice(0, 60));
});

test('those who make the key at once agree on one, which only its owner can read', async (t) => {
  const directory = join(temporaryDirectory(t), 'certs');
  const all = await Promise.all(Array.from({ length: 12 }, () => openKeys(t, { directory })));
  const ids = new Set(all.map((keys) => keys.signing.id));
  assert.equal(ids.size, 1);
  assert.equal(statSync(join(directory, 'token-keys.json')).mode & 0o777, 0o600);
  assert.equal(statSync(join(directory, 'token-keys.pem')).mode & 0o777, 0o644);
  assert.deepEqual(readdirSync(directory).sort(), ['token-keys.json', 'token-keys.pem']);
  const again = await openKeys(t, { directory });
  assert.ok(ids.has(again.signing.id), 'a restart keeps the key');
});

test('processes agree, and find each other’s keys', async (t) => {
  const directory = join(temporaryDirectory(t), 'certs');
  const module = new URL('../../src/bearer/token-keys.js', import.meta.url).href;
  const program = `
    import { openTokenKeys } from ${JSON.stringify(module)};
    const keys = await openTokenKeys({ directory: ${JSON.stringify(directory)}, algorithm: 'ES256', rotation: 1e9,
      tokenLifetime: 1e8, logger: { info() {}, warn(fields) { console.log(fields); } } });
    console.log(keys.signing.id);`;
  const runs = await Promise.all(
    Array.from({ length: 4 }, () => runProgram(process.execPath, ['--input-type=module', '-e', program])),
  );
  const said = new Set(runs.map(({ stdout }) => stdout.trim()));
  assert.equal(said.size, 1, [...said].join());
  assert.match([...said].join(), /^(?:[A-Z2-7]{4}:){11}[A-Z2-7]{4}$/);
});

for (const algorithm of ['ES256', 'EdDSA'] as const) {
  test(`a certificate for each ${algorithm} key is there for registries to read`, async (t) => {
    const directory = temporaryDirectory(t);
    const keys = await openKeys(t, { directory, algorithm });
    const certificate = new X509Certificate(readFileSync(join(directory, 'token-keys.pem')));
    assert.equal(keyIdOf(certificate.publicKey), keys.signing.id);
    assert.ok(certificate.verify(keys.signing.publicKey));
    const [jwk] = keys.publicKeys().jwks.keys as Record<string, unknown>[];
    assert.equal(jwk?.['kid'], keys.signing.id);
    assert.equal(jwk?.['alg'], algorithm);
    assert.equal(jwk?.['d'], undefined, 'the private part is not published');
  });
}

test('a new key is published before it signs, and an old one stays until its tokens have ended', async (t) => {
  const clock = new Clock();
  const directory = temporaryDirectory(t);
  const [one, other] = [await openKeys(t, { directory, clock }), await openKeys(t, { directory, clock })];
  const start = clock.time;
  const first = one.signing.id;
  let changes = 0;
  other.onChange(() => {
    changes += 1;
  });
  clock.time = start + 29 * DAY;
  await one.look();
  assert.equal(one.publicKeys().jwks.keys.length, 1, 'too early for another key');
  clock.time = start + 30 * DAY;
  await Promise.all([one.look(), other.look()]);
  await other.look();
  await one.look();
  const published = one.publicKeys().jwks.keys as { kid: string }[];
  assert.equal(published.length, 2);
  assert.deepEqual(other.publicKeys().jwks.keys, published, 'both know both');
  assert.equal(changes, 1);
  assert.equal(one.signing.id, first, 'it does not sign yet');
  clock.time = start + 40 * DAY;
  const second = one.signing.id;
  assert.notEqual(second, first);
  assert.equal(other.signing.id, second);
  assert.equal(readFileSync(join(directory, 'token-keys.pem'), 'utf8').match(/BEGIN/g)?.length, 2);
  clock.time = start + 50 * DAY;
  await one.look();
  assert.ok(one.find(first), 'a token signed in the last moment still holds');
  clock.time = start + 51 * DAY;
  await one.look();
  await other.look();
  assert.equal(one.find(first), undefined);
  assert.equal(other.find(first), undefined);
  assert.equal(other.signing.id, second);
});

test('many that rotate at once agree as well, and leave nothing lying about', async (t) => {
  const clock = new Clock();
  const directory = temporaryDirectory(t);
  const all = await Promise.all(Array.from({ length: 8 }, () => openKeys(t, { directory, clock })));
  clock.time += 35 * DAY;
  await Promise.all(all.map((keys) => keys.look()));
  await Promise.all(all.map((keys) => keys.look()));
  clock.time += 10 * DAY + 1;
  assert.equal(new Set(all.map((keys) => keys.signing.id)).size, 1);
  assert.deepEqual(readdirSync(directory).sort(), ['token-keys.json', 'token-keys.pem']);
});

test('a key of another process is found as soon as a token names it', async (t) => {
  const clock = new Clock();
  const directory = temporaryDirectory(t);
  const [one, other] = [await openKeys(t, { directory, clock }), await openKeys(t, { directory, clock })];
  clock.time += 35 * DAY;
  await one.look();
  clock.time += 10 * DAY;
  const { id } = one.signing;
  assert.equal(other.find(id), undefined);
  assert.equal((await other.seek(id))?.id, id);
});

test('another algorithm gets a key of its own, and the old one still verifies', async (t) => {
  const directory = temporaryDirectory(t);
  const before = await openKeys(t, { directory });
  const after = await openKeys(t, { directory, algorithm: 'EdDSA' });
  assert.equal(after.signing.algorithm, 'EdDSA');
  assert.ok(after.find(before.signing.id));
  await before.look();
  assert.equal(before.signing.algorithm, 'ES256');
});

test('where no key can be kept, the process has one of its own and says so once', async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, 'file'), '');
  const log = new Log();
  const keys = await openKeys(t, { directory: join(directory, 'file'), log });
  assert.equal(keys.signing.algorithm, 'ES256');
  assert.equal(log.warnings.length, 1);
  assert.match(log.warnings[0] ?? '', /cannot be used \((?:EEXIST|ENOTDIR)\): tokens end with this process/);
  writeFileSync(join(directory, 'token-keys.json'), '{"keys":[{"kty":"EC","d":"secret-part"}]}');
  const broken = new Log();
  await openKeys(t, { directory, log: broken });
  assert.match(broken.warnings.join(), /it holds no keys; remove it/);
  assert.doesNotMatch(broken.warnings.join(), /secret-part/);
});

test('a file that is broken or removed later leaves the last good keys, with one warning', async (t) => {
  const directory = temporaryDirectory(t);
  const log = new Log();
  const keys = await openKeys(t, { directory, log });
  const { id } = keys.signing;
  writeFileSync(join(directory, 'token-keys.json'), 'nonsense');
  await keys.look();
  await keys.look();
  assert.equal(keys.signing.id, id);
  assert.equal(log.warnings.length, 1, log.warnings.join());
  rmSync(join(directory, 'token-keys.json'));
  await keys.look();
  assert.equal(keys.signing.id, id);
  // Whoever removes the file and starts another process ends all tokens.
  const { signing } = await openKeys(t, { directory });
  await keys.look();
  assert.equal(keys.signing.id, signing.id);
  assert.equal(keys.find(id), undefined);
});
