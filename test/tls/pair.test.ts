import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ConfigurationError } from '../../src/configuration/problem.js';
import { loadPair, type Pair, type PairExpectation, uncovered } from '../../src/tls/pair.js';
import { requireProgram } from '../harness/program.js';
import { foreignPair, openssl, scratchDirectory } from './workshop.js';

const day = 86_400_000;

async function refuses(
  files: { certificate: string; key: string },
  sentence: RegExp,
  expectation: Partial<PairExpectation> = {},
): Promise<void> {
  await assert.rejects(loadPair(files, { now: Date.now(), ...expectation }), (error) => {
    assert.ok(error instanceof ConfigurationError, String(error));
    assert.match(error.message, sentence);
    return true;
  });
}

/** A root, an authority below it and a server below that, all by openssl. */
async function chainOfThree() {
  const directory = await scratchDirectory();
  const at = (name: string) => join(directory, name);
  const root = await foreignPair(directory, 'root', '-addext', 'keyUsage=critical,keyCertSign');
  await writeFile(at('middle.ext'), 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n');
  await writeFile(at('leaf.ext'), 'subjectAltName=DNS:leaf.example,DNS:*.apps.example,IP:192.0.2.7\n');
  for (const [name, issuer] of [
    ['middle', 'root'],
    ['leaf', 'middle'],
  ] as const) {
    const key = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      at(`${name}.key`),
    ];
    await openssl('req', '-new', ...key, '-subj', `/CN=${name}`, '-out', at(`${name}.csr`));
    await openssl(
      ...[
        'x509',
        '-req',
        '-in',
        at(`${name}.csr`),
        '-CA',
        at(`${issuer}.crt`),
        '-CAkey',
        at(`${issuer}.key`),
      ],
      ...['-CAcreateserial', '-days', '90', '-extfile', at(`${name}.ext`), '-out', at(`${name}.crt`)],
    );
  }
  const [leaf, middle, rootText] = await Promise.all(
    ['leaf.crt', 'middle.crt', 'root.crt'].map((name) => readFile(at(name), 'utf8')),
  );
  const files = { certificate: at('chain.pem'), key: at('leaf.key') };
  return { files, at, root, leaf: leaf ?? '', middle: middle ?? '', rootText: rootText ?? '' };
}

describe('own pairs', requireProgram('openssl', 'openssl'), () => {
  test('a chain with its leaf first is loaded, with or without the root and with comments between', async () => {
    const { files, leaf, middle, rootText } = await chainOfThree();
    for (const text of [leaf, leaf + middle, `our chain\n${leaf}# middle\n${middle}${rootText}`]) {
      await writeFile(files.certificate, text);
      const pair = await loadPair(files, { now: Date.now(), hostnames: ['leaf.example', 'x.apps.example'] });
      assert.deepEqual(pair.names, ['leaf.example', '*.apps.example', '192.0.2.7']);
      assert.deepEqual(pair.warnings, []);
      assert.equal(pair.leaf.subject, 'CN=leaf');
      assert.doesNotMatch(pair.certificate, /our chain|# middle/);
    }
  });

  test('a chain with the server last says where it stands', async () => {
    const { files, leaf, middle, rootText } = await chainOfThree();
    await writeFile(files.certificate, rootText + middle + leaf);
    await refuses(files, /chain\.pem: the server's certificate stands at place 3 of 3\. Put it first/);
  });

  test('a chain with its authorities in the wrong order names the two that do not fit', async () => {
    const { files, leaf, middle, rootText } = await chainOfThree();
    await writeFile(files.certificate, leaf + rootText + middle);
    await refuses(files, /certificate 1 \(leaf\) was not issued by certificate 2 \(root\)/);
  });

  test('a key of another certificate is refused', async () => {
    const { files, leaf, root } = await chainOfThree();
    await writeFile(files.certificate, leaf);
    await refuses(
      { ...files, key: root.key },
      /root\.key: this key does not belong to the certificate of leaf/,
    );
  });

  test('a certificate past its end and one before its start are refused with the date', async () => {
    const files = await foreignPair(await scratchDirectory(), 'a.example');
    const end = /a\.example\.crt: the certificate of a\.example ended on \d{4}-\d\d-\d\d \d\d:\d\d UTC/;
    await refuses(files, end, { now: Date.now() + 91 * day });
    await refuses(files, /is valid only from .* Check this machine's clock/, { now: Date.now() - day });
  });

  test('an authority past its end is refused too', async () => {
    const { files, leaf, middle } = await chainOfThree();
    await writeFile(files.certificate, leaf + middle);
    await refuses(files, /ended on/, { now: Date.now() + 91 * day });
  });

  test('host names that the certificate does not hold are named, each', async () => {
    const { files, leaf } = await chainOfThree();
    await writeFile(files.certificate, leaf);
    const hostnames = ['leaf.example', 'other.example', '192.0.2.8', 'a.b.apps.example', '192.0.2.7'];
    await assert.rejects(loadPair(files, { now: Date.now(), hostnames }), (error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.equal(error.problems.length, 3);
      assert.match(
        error.message,
        /for leaf\.example, \*\.apps\.example, 192\.0\.2\.7, not for other\.example/,
      );
      assert.match(error.message, /not for 192\.0\.2\.8/);
      assert.match(error.message, /not for a\.b\.apps\.example/);
      return true;
    });
  });

  test('several pairs cover the host names together', async () => {
    const directory = await scratchDirectory();
    const pairs: Pair[] = [];
    for (const name of ['a.example', 'b.example']) {
      pairs.push(await loadPair(await foreignPair(directory, name), { now: Date.now() }));
    }
    assert.deepEqual(uncovered(pairs, ['a.example', 'b.example']), []);
    assert.equal(uncovered(pairs, ['c.example']).length, 1);
  });

  test('a key with a password is refused without asking for it', async () => {
    const directory = await scratchDirectory();
    const files = await foreignPair(directory, 'a.example');
    const words = ['-in', files.key, '-aes256', '-passout', 'pass:hidden'];
    const [modern, old] = [join(directory, 'modern.key'), join(directory, 'old.key')];
    await openssl('pkcs8', '-topk8', '-in', files.key, '-passout', 'pass:hidden', '-out', modern);
    await openssl('ec', ...words, '-out', old);
    for (const key of [modern, old]) {
      await refuses({ ...files, key }, /\.key: the private key is protected by a password/);
    }
  });

  test('exchanged files are recognised, both problems at their place', async () => {
    const { certificate, key } = await foreignPair(await scratchDirectory(), 'a.example');
    await refuses({ certificate: key, key }, /holds a private key, but a certificate is needed/);
    await refuses({ certificate, key: certificate }, /holds a certificate, but a private key is needed/);
  });

  test('missing files, directories and both at once are named', async () => {
    const directory = await scratchDirectory();
    const missing = { certificate: join(directory, 'no.crt'), key: join(directory, 'no.key') };
    await refuses(missing, /no\.crt: there is no such file\. .*\n.*no\.key: there is no such file/);
    await refuses({ ...missing, certificate: directory }, /is a directory/);
  });

  test('what is not PEM, empty, cut off or damaged is told apart', async () => {
    const directory = await scratchDirectory();
    const files = await foreignPair(directory, 'a.example');
    const good = await readFile(files.certificate, 'utf8');
    const odd = { ...files, certificate: join(directory, 'odd') };
    const cases: readonly (readonly [string | Buffer, RegExp])[] = [
      ['', /is empty/],
      ['hello\n', /is not PEM, or cut off/],
      [good.slice(0, 200), /is not PEM, or cut off/],
      [good.replace(/^(MII.{20})/m, '$1AAAA'), /certificate 1 is damaged/],
      [new X509Certificate(good).raw, /binary \(DER or PKCS #12\)/],
      [
        '-----BEGIN CERTIFICATE REQUEST-----\nAA==\n-----END CERTIFICATE REQUEST-----\n',
        /dockgate cert sign/,
      ],
    ];
    for (const [text, sentence] of cases) {
      await writeFile(odd.certificate, text);
      await refuses(odd, sentence);
    }
    const oddKey = { ...files, key: join(directory, 'odd') };
    await writeFile(oddKey.key, '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n');
    await refuses(oddKey, /private key is damaged/);
    await assert.rejects(loadPair(oddKey, { now: Date.now() }), (error) => !String(error).includes('c2Vj'));
  });

  test('a short RSA key is refused', async () => {
    const directory = await scratchDirectory();
    const files = { certificate: join(directory, 'a.crt'), key: join(directory, 'a.key') };
    const words = ['-newkey', 'rsa:1024', '-nodes', '-keyout', files.key, '-out', files.certificate];
    await openssl('req', '-x509', ...words, '-subj', '/CN=a.example');
    await refuses(files, /a\.key: the private key cannot be used: RSA 1024 bit is too short/);
  });

  test('an end in less than 30 days, no alternative names and an open key are warnings', async () => {
    const directory = await scratchDirectory();
    const files = await foreignPair(directory, 'a.example', '-subj', '/CN=a.example');
    await chmod(files.key, 0o644);
    const pair = await loadPair(files, { now: Date.now() + 61 * day, hostnames: ['a.example'] });
    assert.equal(pair.warnings.length, 3);
    assert.match(pair.warnings[0] ?? '', /a\.example\.crt: the certificate ends in 2[89] days, on /);
    assert.match(pair.warnings[1] ?? '', /a\.example\.crt: the certificate has no subject alternative names/);
    assert.match(pair.warnings[2] ?? '', /a\.example\.key: every account of this machine can read/);
  });
});
