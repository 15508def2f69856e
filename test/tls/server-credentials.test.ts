import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { copyFile, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { ConfigurationError } from '../../src/configuration/problem.js';
import { type CredentialOptions, ServerCredentials } from '../../src/tls/server-credentials.js';
import { requireProgram } from '../harness/program.js';
import {
  EventRecord,
  foreignPair,
  handshake,
  openssl,
  run,
  scratchDirectory,
  serve,
  shown,
  until,
} from './workshop.js';

const day = 86_400_000;

/** Opens credentials that look at their files and dates all the time, behind a real server. */
async function start(context: TestContext, changes: Partial<CredentialOptions>) {
  const record = new EventRecord();
  const credentials = await ServerCredentials.open({
    certs: join(await scratchDirectory(), 'certs'),
    pairs: [],
    hostnames: [],
    keyType: 'ecdsa',
    pollInterval: 5,
    checkInterval: 5,
    ...record.events,
    ...changes,
  });
  return { record, credentials, port: await serve(context, credentials, record) };
}

/** Takes the place of a file at once, as careful programs do. */
async function replaceFile(from: string, to: string): Promise<void> {
  await copyFile(from, `${to}.new`);
  await rename(`${to}.new`, to);
}

async function fingerprint(file: string): Promise<string> {
  return new X509Certificate(await readFile(file)).fingerprint256;
}

function ask(socket: TLSSocket): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('data', (bytes: Buffer) => resolve(bytes.toString().split('\r\n')[0] ?? ''));
    socket.once('close', () => reject(new Error('The connection was closed.')));
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  });
}

/** In TLS 1.2 the ticket comes within the handshake, in TLS 1.3 after it. */
async function ticketOf(socket: TLSSocket): Promise<Buffer> {
  const session = socket.getProtocol() === 'TLSv1.2' ? socket.getSession() : undefined;
  return session ?? (await new Promise((resolve) => socket.once('session', resolve)));
}

describe('server credentials', requireProgram('openssl', 'openssl'), () => {
  test('a first start makes an authority that clients can trust', async (context) => {
    const { credentials, port } = await start(context, {});
    assert.equal(credentials.made, true);
    assert.ok(credentials.authorityFile !== undefined);
    const ca = await readFile(credentials.authorityFile);
    const socket = await handshake(context, port, { ca, rejectUnauthorized: true, servername: 'localhost' });
    assert.equal(socket.authorized, true);
    assert.equal(socket.getProtocol(), 'TLSv1.3');
    assert.equal(socket.getCipher().name, 'TLS_AES_128_GCM_SHA256');
  });

  test('own pairs are used as they are', async (context) => {
    const pair = await foreignPair(await scratchDirectory(), 'a.example');
    const { credentials, port } = await start(context, { pairs: [pair], hostnames: ['a.example'] });
    assert.equal(credentials.made, false);
    assert.equal(credentials.authorityFile, undefined);
    assert.equal(await shown(context, port), await fingerprint(pair.certificate));
  });

  test('all problems of all pairs are told at once', async (context) => {
    const directory = await scratchDirectory();
    const pair = await foreignPair(directory, 'a.example');
    const broken = [
      { ...pair, key: join(directory, 'no.key') },
      { ...pair, certificate: join(directory, 'no.crt') },
    ];
    await assert.rejects(start(context, { pairs: broken }), (error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.equal(error.problems.length, 2);
      return true;
    });
    await assert.rejects(start(context, { pairs: [pair], hostnames: ['b.example'] }), /not for b\.example/);
  });

  test('a changed pair is taken over while an open connection goes on', async (context) => {
    const directory = await scratchDirectory();
    const [pair, next] = [
      await foreignPair(directory, 'a.example'),
      await foreignPair(directory, 'b.example'),
    ];
    const { record, port } = await start(context, { pairs: [pair] });
    const open = await handshake(context, port);
    assert.match(await ask(open), /200/);
    // One after the other, and not at once: the moment between must do no harm.
    await copyFile(next.certificate, pair.certificate);
    await copyFile(next.key, pair.key);
    await until(() => record.changes > 0);
    assert.equal(await shown(context, port), await fingerprint(next.certificate));
    assert.match(await ask(open), /200/);
    assert.match(record.notices.join('\n'), /a\.example\.crt: the changed certificate is in use/);
  });

  test('files that are replaced by a rename are taken over', async (context) => {
    const directory = await scratchDirectory();
    const [pair, next] = [
      await foreignPair(directory, 'a.example'),
      await foreignPair(directory, 'b.example'),
    ];
    const { record, port } = await start(context, { pairs: [pair] });
    await replaceFile(next.key, pair.key);
    await replaceFile(next.certificate, pair.certificate);
    await until(() => record.changes > 0);
    assert.equal(await shown(context, port), await fingerprint(next.certificate));
  });

  test('a symbolic link that is turned around, as Kubernetes does, is taken over', async (context) => {
    const directory = await scratchDirectory();
    const versions = ['one', 'two'].map((name) => join(directory, name));
    for (const version of versions) {
      await mkdir(version);
      await foreignPair(version, 'tls');
    }
    await symlink('one', join(directory, '..data'));
    for (const name of ['tls.crt', 'tls.key']) await symlink(join('..data', name), join(directory, name));
    const pair = { certificate: join(directory, 'tls.crt'), key: join(directory, 'tls.key') };
    const { record, port } = await start(context, { pairs: [pair] });
    await symlink('two', join(directory, '..data_tmp'));
    await rename(join(directory, '..data_tmp'), join(directory, '..data'));
    await until(() => record.changes > 0);
    assert.equal(await shown(context, port), await fingerprint(join(directory, 'two', 'tls.crt')));
    assert.deepEqual(record.problems, []);
  });

  test('a broken new pair is reported once, and the old one stays until a whole one comes', async (context) => {
    const directory = await scratchDirectory();
    const [pair, next] = [
      await foreignPair(directory, 'a.example'),
      await foreignPair(directory, 'b.example'),
    ];
    const { record, port } = await start(context, { pairs: [pair] });
    const old = await fingerprint(pair.certificate);
    await replaceFile(next.certificate, pair.certificate);
    await until(() => record.problems.length > 0);
    assert.match(record.problems[0] ?? '', /a\.example\.key: this key does not belong .* stays in use\.$/);
    assert.equal(await shown(context, port), old);
    await rm(pair.certificate);
    await until(() => record.problems.length > 1);
    assert.match(record.problems[1] ?? '', /there is no such file/);
    assert.equal(await shown(context, port), old);
    assert.equal(record.changes, 0);
    await writeFile(pair.key, await readFile(next.key));
    await writeFile(pair.certificate, await readFile(next.certificate));
    await until(() => record.changes > 0);
    assert.equal(await shown(context, port), await fingerprint(next.certificate));
    assert.equal(record.problems.length, 2);
  });

  test('a new pair that no longer covers the host names is refused', async (context) => {
    const directory = await scratchDirectory();
    const [pair, next] = [
      await foreignPair(directory, 'a.example'),
      await foreignPair(directory, 'b.example'),
    ];
    const { record, port } = await start(context, { pairs: [pair], hostnames: ['a.example'] });
    const old = await fingerprint(pair.certificate);
    await replaceFile(next.key, pair.key);
    await replaceFile(next.certificate, pair.certificate);
    await until(() => record.problems.some((problem) => problem.includes('not for a.example')));
    assert.equal(await shown(context, port), old);
  });

  test('each server name gets its pair: exact before wildcard, unknown and none the first', async (context) => {
    const directory = await scratchDirectory();
    const first = await foreignPair(
      directory,
      'first',
      '-addext',
      'subjectAltName=DNS:a.example,DNS:*.b.example',
    );
    const second = await foreignPair(
      directory,
      'second',
      '-addext',
      'subjectAltName=DNS:x.b.example,DNS:*.c.example',
    );
    const { credentials, port } = await start(context, { pairs: [first, second] });
    const [one, two] = [await fingerprint(first.certificate), await fingerprint(second.certificate)];
    for (const name of ['a.example', 'y.b.example', 'unknown.example', 'a.x.c.example', 'c.example']) {
      assert.equal(await shown(context, port, name), one, name);
    }
    for (const name of ['x.b.example', 'X.B.Example', 'z.c.example']) {
      assert.equal(await shown(context, port, name), two, name);
    }
    assert.equal(await shown(context, port, ''), one);
    for (const odd of [
      '',
      '.',
      '..',
      '*.c.example',
      '__proto__',
      'constructor',
      '\0',
      'a'.repeat(70_000),
      '\u{1f433}',
    ]) {
      assert.doesNotThrow(() => credentials.select(odd));
    }
  });

  test('TLS 1.1 is refused, TLS 1.2 has forward secrecy with AEAD only', async (context) => {
    const { port } = await start(context, {});
    const connect = ['s_client', '-connect', `127.0.0.1:${port}`];
    const old = await run('openssl', ...connect, '-tls1_1', '-cipher', 'ALL:@SECLEVEL=0');
    assert.match(old.output, /alert protocol version|unsupported protocol/);
    assert.notEqual(old.status, 0);
    const socket = await handshake(context, port, { maxVersion: 'TLSv1.2' });
    assert.equal(socket.getCipher().name, 'ECDHE-ECDSA-AES128-GCM-SHA256');
    for (const ciphers of ['AES128-GCM-SHA256', 'ECDHE-ECDSA-AES128-SHA256', 'ECDHE-ECDSA-AES256-SHA']) {
      await assert.rejects(
        handshake(context, port, { maxVersion: 'TLSv1.2', ciphers }),
        /handshake failure/i,
      );
    }
  });

  test('the server decides the order of cipher suites', async (context) => {
    const { port } = await start(context, {});
    const ciphers = 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256';
    assert.equal((await handshake(context, port, { ciphers })).getCipher().name, 'TLS_AES_128_GCM_SHA256');
  });

  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    test(`a ${maxVersion} session is taken up again, also after the pair changed and for another name`, async (context) => {
      const directory = await scratchDirectory();
      const [pair, next] = [
        await foreignPair(directory, 'a.example'),
        await foreignPair(directory, 'b.example'),
      ];
      const other = await foreignPair(directory, 'c.example');
      const { record, port } = await start(context, { pairs: [pair, other] });
      for (const servername of ['a.example', 'c.example']) {
        const first = await handshake(context, port, { maxVersion, servername });
        const session = await ticketOf(first);
        assert.equal(first.isSessionReused(), false);
        const again = await handshake(context, port, { maxVersion, servername, session });
        assert.equal(again.isSessionReused(), true, servername);
      }
      const first = await handshake(context, port, { maxVersion, servername: 'a.example' });
      const session = await ticketOf(first);
      await replaceFile(next.key, pair.key);
      await replaceFile(next.certificate, pair.certificate);
      await until(() => record.changes > 0);
      const again = await handshake(context, port, { maxVersion, servername: 'a.example', session });
      assert.equal(again.isSessionReused(), true);
    });
  }

  test('a certificate is renewed while the server runs, 30 days before its end', async (context) => {
    let now = Date.now() - 370 * day;
    const { record, credentials, port } = await start(context, { now: () => now });
    const before = await shown(context, port);
    assert.equal(record.changes, 0);
    now = Date.now();
    await until(() => record.changes > 0);
    assert.notEqual(await shown(context, port), before);
    const ca = await readFile(credentials.authorityFile ?? '');
    const socket = await handshake(context, port, { ca, rejectUnauthorized: true, servername: 'localhost' });
    assert.ok(Date.parse(socket.getPeerCertificate().valid_to) > now + 390 * day);
    assert.match(record.notices.join('\n'), /server\.crt: it was near its end: issued anew/);
    assert.deepEqual(record.problems, []);
  });

  test('when renewal fails the person is told once a day, and the old pair stays', async (context) => {
    let now = Date.now() - 370 * day;
    const { record, credentials, port } = await start(context, { now: () => now });
    const before = await shown(context, port);
    // In one step, or the watch may see the file while it is still empty.
    await writeFile(`${credentials.authorityFile}.new`, 'broken');
    await rename(`${credentials.authorityFile}.new`, credentials.authorityFile ?? '');
    now = Date.now();
    await until(() => record.problems.length > 0);
    now += day;
    await until(() => record.problems.length > 1);
    assert.match(record.problems[0] ?? '', /ca\.crt: is not PEM/);
    assert.equal(record.problems[0], record.problems[1]);
    assert.equal(await shown(context, port), before);
  });

  test('an own pair that nears its end is told every day with the days left', async (context) => {
    const pair = await foreignPair(await scratchDirectory(), 'a.example');
    let now = Date.now();
    const { record } = await start(context, { pairs: [pair], now: () => now });
    assert.deepEqual(record.notices, []);
    now += 80 * day;
    await until(() => record.notices.length > 0);
    now += day;
    await until(() => record.notices.length > 1);
    assert.match(record.notices[0] ?? '', /ends in (9|10) days/);
    assert.match(record.notices[1] ?? '', /ends in (8|9) days/);
  });

  test('ticket keys change after a day, unless several processes share them', async (context) => {
    let now = Date.now();
    const { record, credentials } = await start(context, { now: () => now });
    const before = credentials.secureContextOptions().ticketKeys;
    assert.equal(before?.length, 48);
    now += day;
    await until(() => record.changes > 0);
    assert.notDeepEqual(credentials.secureContextOptions().ticketKeys, before);
    const ticketKeys = Buffer.alloc(48, 7);
    const shared = await start(context, { ticketKeys });
    assert.equal(shared.credentials.secureContextOptions().ticketKeys, ticketKeys);
  });

  test('nothing is reported after close', async () => {
    const directory = await scratchDirectory();
    const [pair, next] = [
      await foreignPair(directory, 'a.example'),
      await foreignPair(directory, 'b.example'),
    ];
    const record = new EventRecord();
    const options = {
      certs: directory,
      pairs: [pair],
      hostnames: [],
      keyType: 'ecdsa',
      pollInterval: 1,
    } as const;
    const credentials = await ServerCredentials.open({ ...options, ...record.events });
    await credentials.close();
    await replaceFile(next.key, pair.key);
    await replaceFile(next.certificate, pair.certificate);
    // A process whose only work were the looks at the files would end: they do not hold it.
    await openssl('version');
    assert.equal(record.changes, 0);
  });
});
