import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { copyFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ConfigurationError } from '../../src/configuration/problem.js';
import { Authority } from '../../src/tls/authority.js';
import { defaultHostnames } from '../../src/tls/default-hostnames.js';
import { loadPair } from '../../src/tls/pair.js';
import { ensureServerPair, type ServerPairRequest } from '../../src/tls/server-pair.js';
import { requireProgram } from '../harness/program.js';
import { foreignPair, openssl, scratchDirectory } from './workshop.js';

const day = 86_400_000;

function ask(certs: string, changes: Partial<ServerPairRequest> = {}): ServerPairRequest {
  return { certs, hostnames: ['a.example'], keyType: 'ecdsa', now: Date.now(), ...changes };
}

async function certificateIn(certs: string, name = 'server'): Promise<X509Certificate> {
  return new X509Certificate(await readFile(join(certs, `${name}.crt`)));
}

describe('the pair of a certificate directory', requireProgram('openssl', 'openssl'), () => {
  for (const keyType of ['ecdsa', 'rsa'] as const) {
    test(`a first start makes an authority and an ${keyType} pair that openssl accepts`, async () => {
      const certs = join(await scratchDirectory(), 'deep', 'certs');
      const pair = await ensureServerPair(ask(certs, { keyType, hostnames: ['a.example', '::1'] }));
      assert.equal(pair.made, true);
      assert.equal(pair.authorityFile, join(certs, 'ca.crt'));
      assert.deepEqual(pair.notices, []);
      const words = [
        'verify',
        '-x509_strict',
        '-CAfile',
        join(certs, 'ca.crt'),
        '-verify_hostname',
        'a.example',
      ];
      assert.match(await openssl(...words, pair.files.certificate), /OK/);
      for (const name of ['ca.key', 'server.key']) {
        assert.equal((await stat(join(certs, name))).mode & 0o777, 0o600, name);
      }
      const loaded = await loadPair(pair.files, { now: Date.now(), hostnames: ['a.example', '::1'] });
      assert.deepEqual(loaded.warnings, []);
    });
  }

  test('a second start changes nothing', async () => {
    const certs = await scratchDirectory();
    await ensureServerPair(ask(certs));
    const before = await certificateIn(certs);
    const pair = await ensureServerPair(ask(certs));
    assert.equal(pair.made, false);
    assert.deepEqual(pair.notices, []);
    assert.equal((await certificateIn(certs)).fingerprint256, before.fingerprint256);
  });

  test('changed host names bring a new certificate for the same key', async () => {
    const certs = await scratchDirectory();
    await ensureServerPair(ask(certs));
    const before = await certificateIn(certs);
    const pair = await ensureServerPair(ask(certs, { hostnames: ['b.example', '192.0.2.7'] }));
    const after = await certificateIn(certs);
    assert.match(pair.notices.join(), /server\.crt: the host names have changed: issued anew/);
    assert.equal(after.subjectAltName, 'DNS:b.example, IP Address:192.0.2.7');
    assert.ok(after.publicKey.equals(before.publicKey));
  });

  test('without configured host names those of an earlier certificate stay', async () => {
    const certs = await scratchDirectory();
    await ensureServerPair(ask(certs, { hostnames: ['kept.example'] }));
    await ensureServerPair(ask(certs, { hostnames: [] }));
    const certificate = await certificateIn(certs);
    for (const name of ['kept.example', 'localhost']) assert.equal(certificate.checkHost(name), name);
    assert.equal(certificate.checkIP('127.0.0.1'), '127.0.0.1');
  });

  test('the default names hold localhost, the loopback addresses and nothing twice', () => {
    const names = defaultHostnames();
    for (const name of ['localhost', '127.0.0.1', '::1']) assert.ok(names.includes(name), name);
    assert.equal(new Set(names).size, names.length);
  });

  test('a certificate is renewed in its last 30 days, not before', async () => {
    const certs = await scratchDirectory();
    const start = Date.now();
    await ensureServerPair(ask(certs, { now: start }));
    const before = await certificateIn(certs);
    await ensureServerPair(ask(certs, { now: start + 365 * day }));
    assert.equal((await certificateIn(certs)).fingerprint256, before.fingerprint256);
    const pair = await ensureServerPair(ask(certs, { now: start + 368 * day }));
    assert.match(pair.notices.join(), /near its end: issued anew/);
    assert.equal(Date.parse((await certificateIn(certs)).validTo) > start + 760 * day, true);
  });

  test('near the end of its authority a certificate is not issued over and over, but the person told', async () => {
    const certs = await scratchDirectory();
    const start = Date.now();
    await ensureServerPair(ask(certs, { now: start }));
    await ensureServerPair(ask(certs, { now: start + 3640 * day }));
    const before = await certificateIn(certs);
    const pair = await ensureServerPair(ask(certs, { now: start + 3641 * day }));
    assert.match(
      pair.notices.join(),
      /the authority dockgate authority .* ends in 1[01] days.*cert init --force/,
    );
    assert.equal((await certificateIn(certs)).fingerprint256, before.fingerprint256);
  });

  test('an authority past its end is refused with what to do', async () => {
    const certs = await scratchDirectory();
    await ensureServerPair(ask(certs));
    await assert.rejects(ensureServerPair(ask(certs, { now: Date.now() + 4000 * day })), /ended on/);
  });

  test('processes that start at once agree on one authority and one key', async () => {
    const certs = await scratchDirectory();
    const pairs = await Promise.all([1, 2, 3, 4].map(() => ensureServerPair(ask(certs))));
    assert.equal(pairs.filter((pair) => pair.made).length, 1);
    const authority = await Authority.open(certs, Date.now());
    assert.ok(authority.hasIssued(await certificateIn(certs)));
    await loadPair(
      { certificate: join(certs, 'server.crt'), key: join(certs, 'server.key') },
      { now: Date.now() },
    );
  });

  test('a first start that broke off is finished by the next', async () => {
    const certs = await scratchDirectory();
    await ensureServerPair(ask(certs));
    const key = await readFile(join(certs, 'ca.key'), 'utf8');
    await rm(join(certs, 'ca.crt'));
    await rm(join(certs, 'server.crt'));
    const pair = await ensureServerPair(ask(certs));
    assert.equal(pair.made, true);
    assert.equal(await readFile(join(certs, 'ca.key'), 'utf8'), key);
    await openssl('verify', '-CAfile', join(certs, 'ca.crt'), join(certs, 'server.crt'));
  });

  test('a certificate that lost its key gets one for the key that is there', async () => {
    const certs = await scratchDirectory();
    await ensureServerPair(ask(certs));
    const other = await foreignPair(await scratchDirectory(), 'other');
    await copyFile(other.key, join(certs, 'server.key'));
    const pair = await ensureServerPair(ask(certs));
    assert.match(pair.notices.join(), /did not belong to its key/);
    await loadPair(pair.files, { now: Date.now() });
  });

  test('a new authority issues the server certificate anew', async () => {
    const certs = await scratchDirectory();
    await ensureServerPair(ask(certs));
    const authority = await Authority.create(certs, 'ecdsa', Date.now(), true);
    const pair = await ensureServerPair(ask(certs));
    assert.match(pair.notices.join(), /of an earlier authority/);
    assert.ok(authority.hasIssued(await certificateIn(certs)));
  });

  test('a pair of somebody else in the directory is left alone', async () => {
    for (const withAuthority of [false, true]) {
      const certs = await scratchDirectory();
      if (withAuthority) await Authority.create(certs, 'ecdsa', Date.now());
      const other = await foreignPair(certs, 'other');
      await copyFile(other.certificate, join(certs, 'server.crt'));
      await copyFile(other.key, join(certs, 'server.key'));
      const pair = await ensureServerPair(ask(certs));
      assert.deepEqual(pair, { files: pair.files, made: false, authorityFile: undefined, notices: [] });
      assert.equal((await certificateIn(certs)).subject, 'CN=other');
    }
  });

  test('an authority whose key was taken away serves until renewal is due', async () => {
    const certs = await scratchDirectory();
    await ensureServerPair(ask(certs));
    await rm(join(certs, 'ca.key'));
    const pair = await ensureServerPair(ask(certs));
    assert.equal(pair.authorityFile, join(certs, 'ca.crt'));
    assert.deepEqual(pair.notices, []);
    const late = await ensureServerPair(ask(certs, { now: Date.now() + 380 * day }));
    assert.match(late.notices.join(), /ca\.key: is missing, so the server certificate cannot be renewed/);
    await rm(join(certs, 'server.key'));
    await assert.rejects(
      ensureServerPair(ask(certs)),
      (error) => error instanceof ConfigurationError && /ca\.key: is missing/.test(error.message),
    );
  });

  test('damaged files are reported, not replaced', async () => {
    for (const name of ['ca.crt', 'ca.key', 'server.crt', 'server.key']) {
      const certs = await scratchDirectory();
      await ensureServerPair(ask(certs));
      await writeFile(join(certs, name), 'precious');
      await assert.rejects(ensureServerPair(ask(certs)), (error) => {
        assert.ok(error instanceof ConfigurationError);
        assert.ok(error.message.includes(`${name}: `), error.message);
        return true;
      });
      assert.equal(await readFile(join(certs, name), 'utf8'), 'precious');
    }
  });

  test('changed names wait for the next start while the pair is in use', async () => {
    const certs = await scratchDirectory();
    await ensureServerPair(ask(certs));
    const pair = await ensureServerPair(ask(certs, { hostnames: ['b.example'], inUse: true }));
    assert.deepEqual(pair.notices, []);
    assert.equal((await certificateIn(certs)).checkHost('a.example'), 'a.example');
  });

  test("a company's intermediate authority is sent along with what it signs", async () => {
    const certs = await scratchDirectory();
    const root = await foreignPair(certs, 'root', '-addext', 'keyUsage=critical,keyCertSign');
    const [key, request, file] = ['ca.key', 'ca.csr', 'ca.crt'].map((name) => join(certs, name));
    await writeFile(
      join(certs, 'ca.ext'),
      'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n',
    );
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    await openssl(
      'req',
      '-new',
      ...curve,
      '-subj',
      '/CN=middle',
      '-keyout',
      String(key),
      '-out',
      String(request),
    );
    await openssl(
      ...[
        'x509',
        '-req',
        '-in',
        String(request),
        '-CA',
        root.certificate,
        '-CAkey',
        root.key,
        '-CAcreateserial',
      ],
      ...['-days', '60', '-extfile', join(certs, 'ca.ext'), '-out', String(file)],
    );
    const { files } = await ensureServerPair(ask(certs));
    const words = ['-CAfile', root.certificate, '-untrusted', files.certificate, files.certificate];
    assert.match(await openssl('verify', '-verify_hostname', 'a.example', ...words), /OK/);
    await loadPair(files, { now: Date.now(), hostnames: ['a.example'] });
  });

  test('an authority in use is not made anew when it disappears', async () => {
    const certs = join(await scratchDirectory(), 'certs');
    await mkdir(certs);
    await assert.rejects(ensureServerPair(ask(certs, { inUse: true })), /ca\.crt: there is no such file/);
  });
});
