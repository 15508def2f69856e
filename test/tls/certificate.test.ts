import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { KeyType } from '../../src/configuration/configuration.js';
import { mintAuthority, mintServer } from '../../src/tls/certificate.js';
import { makeKeyPair, privateKeyPem } from '../../src/tls/key-pair.js';
import { parseSubjectNames } from '../../src/tls/subject-name.js';
import { requireProgram } from '../harness/program.js';
import { openssl, scratchDirectory } from './workshop.js';

const day = 86_400_000;
const texts = ['registry.example.com', '*.example.org', '192.0.2.7', '2001:db8::7'];

async function mintBoth(authorityType: KeyType, serverType: KeyType, now = Date.now(), days = 397) {
  const authorityKey = await makeKeyPair(authorityType);
  const authority = mintAuthority(authorityKey, 'dockgate authority test', now);
  const key = await makeKeyPair(serverType);
  const signer = { certificate: new X509Certificate(authority), privateKey: authorityKey.privateKey };
  const names = parseSubjectNames(texts);
  const server = mintServer(signer, { names, publicKey: key.publicKey, now, days });
  return { authority, server, key: privateKeyPem(key.privateKey) };
}

describe('certificates', requireProgram('openssl', 'openssl'), () => {
  for (const authorityType of ['ecdsa', 'rsa'] as const) {
    for (const serverType of ['ecdsa', 'rsa'] as const) {
      test(`openssl accepts an ${serverType} server of an ${authorityType} authority for all its names`, async () => {
        const directory = await scratchDirectory();
        const { authority, server } = await mintBoth(authorityType, serverType);
        const [ca, leaf] = [join(directory, 'ca.crt'), join(directory, 'server.crt')];
        await writeFile(ca, authority);
        await writeFile(leaf, server);
        assert.match(await openssl('verify', '-x509_strict', '-CAfile', ca, ca), /: OK/);
        const strict = ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', ca];
        for (const name of ['registry.example.com', 'x.example.org']) {
          assert.match(await openssl(...strict, '-verify_hostname', name, leaf), /: OK/);
        }
        for (const address of ['192.0.2.7', '2001:db8::7']) {
          assert.match(await openssl(...strict, '-verify_ip', address, leaf), /: OK/);
        }
        await assert.rejects(openssl(...strict, '-verify_hostname', 'example.org', leaf), /mismatch/i);
      });
    }
  }

  test('an authority says that it is one, for leaves only', async () => {
    const file = join(await scratchDirectory(), 'ca.crt');
    await writeFile(file, (await mintBoth('ecdsa', 'ecdsa')).authority);
    const text = await openssl('x509', '-noout', '-text', '-in', file);
    assert.match(text, /Version: 3/);
    assert.match(text, /Signature Algorithm: ecdsa-with-SHA256/);
    assert.match(text, /Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
    assert.match(text, /Key Usage: critical\s+Certificate Sign, CRL Sign\n/);
    assert.match(text, /Subject Key Identifier/);
  });

  const usages = [
    ['ecdsa', /Key Usage: critical\s+Digital Signature\n/, /ASN1 OID: prime256v1/],
    ['rsa', /Key Usage: critical\s+Digital Signature, Key Encipherment\n/, /\(2048 bit\)/],
  ] as const;
  for (const [type, usage, key] of usages) {
    test(`an ${type} server's certificate says what it is for`, async () => {
      const file = join(await scratchDirectory(), 'server.crt');
      await writeFile(file, (await mintBoth(type, type)).server);
      const text = await openssl('x509', '-noout', '-text', '-in', file);
      assert.match(text, /CA:FALSE/);
      assert.match(text, usage);
      assert.match(text, key);
      assert.match(text, /Extended Key Usage:\s+TLS Web Server Authentication\n/);
      assert.match(text, /Subject: CN = registry\.example\.com\n/);
      assert.match(
        text,
        /DNS:registry\.example\.com, DNS:\*\.example\.org, IP Address:192\.0\.2\.7, IP Address:2001:DB8:0:0:0:0:0:7\n/,
      );
      const [subject, authority] = ['Subject', 'Authority'].map(
        (whose) => new RegExp(`${whose} Key Identifier:\\s+([0-9A-F:]+)`).exec(text)?.[1],
      );
      assert.notEqual(subject, undefined);
      assert.notEqual(authority, undefined);
      assert.notEqual(subject, authority);
      assert.doesNotMatch(text, /sha1/i);
    });
  }

  test('a server certificate starts a little earlier and never lasts longer than 397 days', async () => {
    const now = Date.parse('2026-05-01T12:00:00Z');
    const { server } = await mintBoth('ecdsa', 'ecdsa', now, 5000);
    const certificate = new X509Certificate(server);
    assert.equal(Date.parse(certificate.validFrom), now - 3_600_000);
    assert.equal(Date.parse(certificate.validTo), now - 3_600_000 + 397 * day);
  });

  test('a server certificate ends no later than its authority', async () => {
    const start = Date.parse('2026-05-01T12:00:00Z');
    const authorityKey = await makeKeyPair('ecdsa');
    const certificate = new X509Certificate(mintAuthority(authorityKey, 'old', start));
    const { publicKey } = await makeKeyPair('ecdsa');
    const server = mintServer(
      { certificate, privateKey: authorityKey.privateKey },
      { names: parseSubjectNames(['a.example']), publicKey, now: start + 3600 * day, days: 397 },
    );
    assert.equal(new X509Certificate(server).validTo, certificate.validTo);
  });

  test('dates from 2050 on are read the same by OpenSSL', async () => {
    const now = Date.parse('2051-02-03T04:05:06Z');
    const certificate = new X509Certificate((await mintBoth('ecdsa', 'ecdsa', now)).authority);
    assert.equal(Date.parse(certificate.validFrom), now - 3_600_000);
    assert.equal(Date.parse(certificate.validTo), now + 3652 * day);
  });

  test('serial numbers have 128 bits, are positive and differ', async () => {
    const authorityKey = await makeKeyPair('ecdsa');
    const serials = new Set<string>();
    for (let round = 0; round < 200; round += 1) {
      const { serialNumber } = new X509Certificate(mintAuthority(authorityKey, 'x', Date.now()));
      assert.match(serialNumber, /^[4-7][0-9A-F]{31}$/);
      serials.add(serialNumber);
    }
    assert.equal(serials.size, 200);
  });

  test('a name too long for a common name stands in the alternative names alone', async () => {
    const long = `${'a'.repeat(60)}.${'b'.repeat(60)}.example`;
    const authorityKey = await makeKeyPair('ecdsa');
    const certificate = new X509Certificate(mintAuthority(authorityKey, 'x', Date.now()));
    const signer = { certificate, privateKey: authorityKey.privateKey };
    const names = parseSubjectNames([long]);
    const { publicKey } = await makeKeyPair('ecdsa');
    const server = new X509Certificate(mintServer(signer, { names, publicKey, now: Date.now(), days: 9 }));
    assert.equal(server.subject, 'CN=dockgate');
    assert.equal(server.checkHost(long), long);
  });
});
