import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import type { CertificateName } from '../../src/configuration/access.js';
import { readCertificate } from '../../src/tls/certificate-fields.js';
import { type NamedUser, userOf } from '../../src/tls/certificate-user.js';
import { DerReader } from '../../src/tls/der-reader.js';
import { requireProgram } from '../harness/program.js';
import { seededRandom } from '../harness/seeded-random.js';
import { type ClientRequest, OpensslAuthority } from './client-workshop.js';
import { scratchDirectory } from './workshop.js';

describe('the user in a certificate', requireProgram('openssl', 'openssl'), () => {
  let authority: OpensslAuthority;
  let count = 0;
  before(async () => {
    authority = await OpensslAuthority.create(await scratchDirectory(), 'ca');
  });

  async function raw(request: ClientRequest): Promise<Buffer> {
    count += 1;
    const { certificate } = await authority.issue(`subject${count}`, request);
    return new X509Certificate(await readFile(certificate)).raw;
  }

  const named = async (kind: CertificateName, request: ClientRequest): Promise<NamedUser> =>
    userOf(readCertificate(await raw(request)), kind);

  test('is the first alternative name of the kind that was chosen', async () => {
    const fields = readCertificate(
      await raw({
        subject: '/O=team/CN=Jos\u00e9',
        alternatives:
          'DNS.1=one.example\nemail.1=alice@example.com\nemail.2=eve@example.com\nDNS.2=two.example\nURI=spiffe://corp/ci',
      }),
    );
    assert.deepEqual(userOf(fields, 'cn'), { user: 'Jos\u00e9' });
    assert.deepEqual(userOf(fields, 'dns'), { user: 'one.example' });
    assert.deepEqual(userOf(fields, 'email'), { user: 'alice@example.com' });
    assert.deepEqual(userOf(fields, 'uri'), { user: 'spiffe://corp/ci' });
  });

  test('is not there when the certificate has no name of the kind', async () => {
    const request = { subject: '/O=team', alternatives: 'DNS=one.example' };
    assert.deepEqual(await named('cn', request), { user: undefined });
    assert.deepEqual(await named('email', request), { user: undefined });
  });

  test('is one name, whatever another program would make of its text', async () => {
    const trick = 'alice, DNS:root';
    const user = await named('dns', { alternatives: 'DNS=alice\\", DNS:root' });
    assert.match(JSON.stringify(user), /colon/);
    const plain = await named('email', { alternatives: 'email=alice\\", email=root' });
    assert.deepEqual(plain, { user: 'alice", email=root' });
    assert.match(JSON.stringify(await named('cn', { subject: `/CN=${trick}` })), /colon/);
    assert.deepEqual(await named('cn', { subject: '/O=x\\/CN=root/CN=alice' }), { user: 'alice' });
  });

  for (const [what, subject] of [
    ['several', '/CN=alice/CN=root'],
    ['several that are the same', '/CN=alice/CN=alice'],
    ['a colon', '/CN=alice:x'],
    ['the name of a robot', '/CN=robot:ci'],
    ['a line end', '/CN=alice\nroot'],
    ['a null', '/CN=alice\u0001'],
    ['a mark that turns the writing', '/CN=alice\u202eecila'],
    ['a space that takes no room', '/CN=ali\u200bce'],
  ] as const) {
    test(`is refused: ${what}`, async () => {
      assert.ok('fault' in (await named('cn', { subject })), JSON.stringify(subject));
    });
  }

  test('a robot is refused in a URI as well', async () => {
    assert.ok('fault' in (await named('uri', { alternatives: 'URI=robot:ci' })));
  });

  const common = (tag: number, value: Buffer): NamedUser =>
    userOf(
      {
        serial: '01',
        issuer: Buffer.alloc(0),
        name: Buffer.alloc(0),
        subject: [{ type: '550403', tag, value }],
        alternatives: [],
      },
      'cn',
    );

  test('what openssl would not write is refused too', () => {
    assert.deepEqual(common(0x0c, Buffer.from('a'.repeat(255))), { user: 'a'.repeat(255) });
    assert.ok('fault' in common(0x0c, Buffer.from('a'.repeat(256))));
    assert.ok('fault' in common(0x0c, Buffer.alloc(0)));
    assert.ok('fault' in common(0x0c, Buffer.from('alice\0root')));
    assert.ok('fault' in common(0x0c, Buffer.from([0x61, 0xff])));
    assert.ok('fault' in common(0x13, Buffer.from([0x61, 0xe9])));
    assert.ok('fault' in common(0x14, Buffer.from('alice')));
    assert.ok('fault' in common(0x1e, Buffer.from('\0a\0b')));
  });

  test('a damaged certificate is an error and nothing worse', async (context) => {
    const good = await raw({ alternatives: 'DNS=one.example' });
    const below = seededRandom(context);
    for (let round = 0; round < 3_000; round += 1) {
      const bad = Buffer.from(good.subarray(0, below(3) === 0 ? below(good.length) + 1 : good.length));
      for (let flips = below(4); flips >= 0; flips -= 1) bad[below(bad.length)] = below(256);
      try {
        for (const kind of ['cn', 'dns'] as const) userOf(readCertificate(bad), kind);
      } catch (error) {
        assert.match((error as Error).message, /not DER/);
      }
    }
    // What follows the extensions is the signature, which OpenSSL has read by then.
    for (let length = 0; length < good.length; length += 1)
      assert.throws(() => readCertificate(good.subarray(0, length)), /not DER/);
  });
});

test('elements of endless length, and lengths beyond the end, are no DER', () => {
  for (const bytes of [
    [0x30, 0x80, 0, 0],
    [0x30, 0x85, 1, 1, 1, 1, 1],
    [0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
    [0x1f, 1, 0],
    [0x30],
  ])
    assert.throws(() => new DerReader(Buffer.from(bytes)).take(), /not DER/);
});
