import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ConfigurationError } from '../../src/configuration/problem.js';
import { makeKeyPair } from '../../src/tls/key-pair.js';
import { pemBlock } from '../../src/tls/pem.js';
import { makeSigningRequest, readSigningRequest } from '../../src/tls/signing-request.js';
import { parseSubjectNames } from '../../src/tls/subject-name.js';
import { requireProgram } from '../harness/program.js';
import { openssl, scratchDirectory } from './workshop.js';

/** A request by openssl. */
async function foreignRequest(directory: string, ...options: string[]): Promise<Buffer> {
  const file = join(directory, 'foreign.csr');
  const key = ['-keyout', join(directory, 'foreign.key'), '-nodes', '-newkey'];
  const kind = options.includes('-newkey') ? [] : ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  const rest = options.filter((option) => option !== '-newkey');
  await openssl('req', '-new', ...key, ...kind, ...rest, '-out', file);
  return readFile(file);
}

function refuses(bytes: Buffer, sentence: RegExp): void {
  assert.throws(
    () => readSigningRequest(bytes, 'x.csr'),
    (error) => {
      assert.ok(error instanceof ConfigurationError, String(error));
      assert.match(error.message, /^x\.csr: /);
      assert.match(error.message, sentence);
      return true;
    },
  );
}

describe('signing requests', requireProgram('openssl', 'openssl'), () => {
  for (const type of ['ecdsa', 'rsa'] as const) {
    test(`openssl verifies an ${type} request and finds the names`, async () => {
      const file = join(await scratchDirectory(), 'a.csr');
      const names = parseSubjectNames(['a.example', '*.b.example', '192.0.2.7', '::1']);
      await writeFile(file, makeSigningRequest(await makeKeyPair(type), names));
      const text = await openssl('req', '-verify', '-noout', '-text', '-in', file);
      assert.match(text, /verify OK/);
      assert.match(
        text,
        /DNS:a\.example, DNS:\*\.b\.example, IP Address:192\.0\.2\.7, IP Address:0:0:0:0:0:0:0:1/,
      );
      assert.match(text, /Subject: CN = a\.example\n/);
      assert.match(text, type === 'rsa' ? /sha256WithRSAEncryption/ : /ecdsa-with-SHA256/);
    });

    test(`an ${type} request of ours is read back`, async () => {
      const names = parseSubjectNames(['a.example', '2001:db8::7']);
      const key = await makeKeyPair(type);
      const request = readSigningRequest(Buffer.from(makeSigningRequest(key, names)), 'a.csr');
      assert.deepEqual(request.names, names);
      assert.ok(request.publicKey.equals(key.publicKey));
    });
  }

  test('names come from the alternative names; other kinds of name are left out', async () => {
    const directory = await scratchDirectory();
    const san = 'subjectAltName=DNS:A.example,IP:192.0.2.7,email:x@example.com,URI:https://x.example/';
    const bytes = await foreignRequest(directory, '-subj', '/CN=ignored.example', '-addext', san);
    assert.deepEqual(
      readSigningRequest(bytes, 'x.csr').names.map((name) => name.value),
      ['a.example', '192.0.2.7'],
    );
  });

  test('without alternative names the common name counts', async () => {
    const bytes = await foreignRequest(
      await scratchDirectory(),
      '-subj',
      '/O=Example/CN=my.registry.example',
    );
    assert.deepEqual(readSigningRequest(bytes, 'x.csr').names, [
      { kind: 'dns', value: 'my.registry.example' },
    ]);
  });

  test('a request in DER is read too', async () => {
    const bytes = await foreignRequest(await scratchDirectory(), '-subj', '/CN=a.example', '-outform', 'der');
    assert.equal(readSigningRequest(bytes, 'x.csr').names.length, 1);
  });

  test('requests with SHA-384, P-384 and Ed25519 are read', async () => {
    const directory = await scratchDirectory();
    const subject = ['-subj', '/CN=a.example'];
    const strong = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384', '-sha384'];
    for (const options of [strong, ['-newkey', 'rsa:2048', '-sha512'], ['-newkey', 'ed25519']]) {
      const bytes = await foreignRequest(directory, ...options, ...subject);
      assert.equal(readSigningRequest(bytes, 'x.csr').names.length, 1);
    }
  });

  test('a request without any name is refused', async () => {
    refuses(await foreignRequest(await scratchDirectory(), '-subj', '/O=Example'), /names no host/);
  });

  test('a common name that is no host name is refused', async () => {
    const bytes = await foreignRequest(await scratchDirectory(), '-subj', '/CN=Jane Doe');
    refuses(bytes, /"Jane Doe" cannot stand in a certificate/);
  });

  test('a request whose signature is by another key is refused', async () => {
    const directory = await scratchDirectory();
    const der = await foreignRequest(directory, '-subj', '/CN=a.example', '-outform', 'der');
    const forged = Buffer.from(der.toString('latin1').replace('a.example', 'b.example'), 'latin1');
    refuses(Buffer.from(pemBlock('CERTIFICATE REQUEST', forged)), /own signature is wrong/);
  });

  test('SHA-1 and short keys are refused', async () => {
    const directory = await scratchDirectory();
    const subject = ['-subj', '/CN=a.example'];
    refuses(await foreignRequest(directory, ...subject, '-sha1'), /unknown or too old/);
    refuses(await foreignRequest(directory, '-newkey', 'rsa:1024', ...subject), /too short/);
    const odd = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1'];
    refuses(await foreignRequest(directory, ...odd, ...subject), /curve that TLS clients do not take/);
  });

  test('other files are refused with a sentence', () => {
    refuses(Buffer.from('hello'), /holds no signing request/);
    refuses(Buffer.from(pemBlock('CERTIFICATE REQUEST', Buffer.from('300a0203', 'hex'))), /damaged/);
    refuses(Buffer.from(pemBlock('CERTIFICATE REQUEST', Buffer.from('3080020100', 'hex'))), /damaged/);
    refuses(Buffer.from('30', 'hex'), /damaged/);
  });

  test('a request cut off or with a flipped byte never comes through', async () => {
    const names = parseSubjectNames(['a.example']);
    const pem = makeSigningRequest(await makeKeyPair('ecdsa'), names);
    const der = Buffer.from(pem.replace(/-----.*-----/g, ''), 'base64');
    for (let index = 0; index < der.length; index += 1) {
      const flipped = Buffer.from(der);
      flipped[index] = (flipped[index] ?? 0) ^ 0x04;
      assert.throws(() => readSigningRequest(flipped, 'x.csr'), ConfigurationError, `byte ${index}`);
      assert.throws(() => readSigningRequest(der.subarray(0, index), 'x.csr'), ConfigurationError);
    }
  });
});
