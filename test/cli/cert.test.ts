import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Command } from 'commander';
import { registerCertCommand } from '../../src/cli/cert.js';
import { CommandFailure } from '../../src/cli/command-failure.js';
import { requireProgram } from '../harness/program.js';
import { foreignPair, openssl, scratchDirectory } from '../tls/workshop.js';

/** What `dockgate cert …` prints. */
async function cert(...words: string[]): Promise<string> {
  let printed = '';
  const program = new Command('dockgate').exitOverride().configureOutput({
    writeOut: (text) => {
      printed += text;
    },
    writeErr: () => undefined,
  });
  registerCertCommand(program);
  await program.parseAsync(['cert', ...words], { from: 'user' });
  return printed;
}

async function fails(words: readonly string[], exitCode: number, sentence: RegExp): Promise<void> {
  await assert.rejects(cert(...words), (error) => {
    assert.ok(error instanceof CommandFailure, String(error));
    assert.equal(error.exitCode, exitCode);
    assert.match(error.message, sentence);
    return true;
  });
}

async function fresh(...words: string[]): Promise<{ certs: string; at: (name: string) => string }> {
  const certs = join(await scratchDirectory(), 'certs');
  await cert('init', '--certs', certs, ...words);
  return { certs, at: (name) => join(certs, name) };
}

async function mode(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}

describe('dockgate cert', requireProgram('openssl', 'openssl'), () => {
  test('init makes an authority and a server pair, and says how to trust it', async () => {
    const certs = join(await scratchDirectory(), 'certs');
    const printed = await cert(
      'init',
      '--certs',
      certs,
      '--hostname',
      'registry.example.com',
      '--hostname',
      '::1',
    );
    assert.match(printed, /names: +registry\.example\.com, ::1\n/);
    assert.match(printed, /\/etc\/docker\/certs\.d\/registry\.example\.com:8443\/ca\.crt/);
    assert.deepEqual((await readdir(certs)).sort(), ['ca.crt', 'ca.key', 'server.crt', 'server.key']);
    for (const name of ['ca.key', 'server.key']) assert.equal(await mode(join(certs, name)), 0o600);
    const words = ['verify', '-x509_strict', '-CAfile', join(certs, 'ca.crt')];
    await openssl(...words, '-verify_hostname', 'registry.example.com', join(certs, 'server.crt'));
  });

  test('init refuses to replace any of its files, and does so with --force', async () => {
    const { certs, at } = await fresh();
    const before = await readFile(at('ca.key'), 'utf8');
    await fails(
      ['init', '--certs', certs],
      1,
      /exists already, and nothing was changed\. --force replaces it/,
    );
    assert.equal(await readFile(at('ca.key'), 'utf8'), before);
    await cert('init', '--certs', certs, '--force');
    assert.notEqual(await readFile(at('ca.key'), 'utf8'), before);
    await openssl('verify', '-CAfile', at('ca.crt'), at('server.crt'));
  });

  test('init leaves no authority behind when a server pair is in the way', async () => {
    const directory = await scratchDirectory();
    await foreignPair(directory, 'server');
    await fails(['init', '--certs', directory], 1, /server\.crt exists already/);
    assert.deepEqual((await readdir(directory)).sort(), ['server.crt', 'server.key']);
  });

  test('init makes RSA keys for old clients', async () => {
    const { certs } = await fresh('--key-type', 'rsa', '--rsa-bits', '3072');
    const shown = JSON.parse(await cert('show', '--certs', certs, '--json'));
    assert.deepEqual(
      shown.map((entry: { key: string }) => entry.key),
      ['RSA 3072 bit', 'RSA 3072 bit'],
    );
  });

  test('issue makes a pair for names and addresses, called after the first', async () => {
    const { certs, at } = await fresh();
    await cert('issue', '*.apps.example', '192.0.2.7', 'FD00::1', '--days', '90', '--certs', certs);
    const file = at('_.apps.example.crt');
    const text = await openssl('x509', '-noout', '-text', '-in', file);
    assert.match(text, /DNS:\*\.apps\.example, IP Address:192\.0\.2\.7, IP Address:FD00:0:0:0:0:0:0:1/);
    await openssl('verify', '-CAfile', at('ca.crt'), '-verify_ip', 'fd00::1', file);
    const [summary] = JSON.parse(await cert('show', file, '--json'));
    assert.equal(summary.daysLeft, 89);
    assert.equal(await mode(at('_.apps.example.key')), 0o600);
    await fails(['issue', '*.apps.example', '--certs', certs], 1, /_\.apps\.example\.key exists already/);
    await cert('issue', '*.apps.example', '--certs', certs, '--force');
  });

  test('issue takes another name for the files, but not the one of the authority, nor a path', async () => {
    const { certs, at } = await fresh();
    await cert('issue', 'a.example', '--out', 'edge', '--certs', certs);
    await openssl('verify', '-CAfile', at('ca.crt'), at('edge.crt'));
    for (const words of [['ca'], ['a.example', '--out', 'CA', '--force']]) {
      await fails(['issue', ...words, '--certs', certs], 2, /"ca" belongs to the authority/);
    }
    for (const out of ['../x', '/tmp/x', '.x', 'a b', '']) {
      await fails(['issue', 'a.example', '--out', out, '--certs', certs], 2, /cannot be the name of a file/);
    }
  });

  test('issue refuses bad names and too many days as a wrong command line', async () => {
    const { certs } = await fresh();
    await fails(['issue', 'a.example:8443', '--certs', certs], 2, /without the port/);
    for (const days of ['398', '0', '-1', 'x', '1e2']) {
      await assert.rejects(cert('issue', 'a.example', '--days', days, '--certs', certs), /1 to 397 days/);
    }
  });

  test('issue without an authority says what is missing', async () => {
    const certs = await scratchDirectory();
    await fails(['issue', 'a.example', '--certs', certs], 1, /ca\.crt: there is no such file/);
  });

  for (const type of ['ecdsa', 'rsa']) {
    test(`an ${type} request is made, verified by openssl, signed and fits its key`, async () => {
      const { certs, at } = await fresh();
      await cert('csr', 'a.example', '192.0.2.7', '--key-type', type, '--certs', certs);
      assert.match(await openssl('req', '-verify', '-noout', '-in', at('a.example.csr')), /verify OK/);
      assert.equal(await mode(at('a.example.key')), 0o600);
      const printed = await cert('sign', at('a.example.csr'), '--certs', certs);
      assert.match(printed, /names: +a\.example, 192\.0\.2\.7\n/);
      await openssl('verify', '-CAfile', at('ca.crt'), '-verify_ip', '192.0.2.7', at('a.example.crt'));
      const [ofKey, ofCertificate] = [
        await openssl('pkey', '-in', at('a.example.key'), '-pubout'),
        await openssl('x509', '-in', at('a.example.crt'), '-noout', '-pubkey'),
      ];
      assert.equal(ofKey, ofCertificate);
      await fails(['sign', at('a.example.csr'), '--certs', certs], 1, /a\.example\.crt exists already/);
      await fails(['csr', 'a.example', '--certs', certs], 1, /a\.example\.key exists already/);
    });
  }

  test('a request that names no host is refused', async () => {
    const { certs, at } = await fresh();
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', at('x.key')];
    await openssl('req', '-new', ...key, '-subj', '/O=Example', '-out', at('x.csr'));
    await fails(['sign', at('x.csr'), '--certs', certs], 1, /x\.csr: the request names no host/);
  });

  test('show prints the authority and the server certificate for people', async () => {
    const { certs } = await fresh('--hostname', 'a.example');
    const printed = await cert('show', '--certs', certs);
    assert.match(
      printed,
      /ca\.crt\nsubject +dockgate authority .*\nnames +none \(an authority\)\nissuer +.* \(itself\)\n/,
    );
    assert.match(printed, /server\.crt\nsubject +a\.example\nnames +a\.example\n/);
    assert.match(printed, /until +20\d\d-.*Z \(39[67] days left\)\nkey +ECDSA P-256\nserial +[0-9a-f]{32}\n/);
  });

  test('show agrees with openssl, for a pair that is not ours too', async () => {
    const { certificate } = await foreignPair(await scratchDirectory(), 'a.example');
    const [summary] = JSON.parse(await cert('show', certificate, '--json'));
    const words = ['x509', '-noout', '-fingerprint', '-sha256', '-serial', '-in', certificate];
    const text = await openssl(...words);
    assert.ok(text.includes(`=${summary.fingerprint}\n`), text);
    assert.ok(text.toLowerCase().includes(`serial=${summary.serial}\n`), text);
    assert.deepEqual(summary.names, ['a.example']);
    assert.equal(summary.daysLeft, 89);
  });

  test('show without certificates says how to make them', async () => {
    await fails(['show', '--certs', await scratchDirectory()], 1, /dockgate cert init/);
  });

  test('renew keeps names and key', async () => {
    const { certs, at } = await fresh('--hostname', 'a.example');
    await cert('renew', '--days', '30', '--certs', certs);
    const key = await readFile(at('server.key'), 'utf8');
    await cert('renew', '--certs', certs);
    assert.equal(await readFile(at('server.key'), 'utf8'), key);
    const [, summary] = JSON.parse(await cert('show', '--certs', certs, '--json'));
    assert.deepEqual(summary.names, ['a.example']);
    assert.equal(summary.daysLeft >= 396, true);
    await openssl('verify', '-CAfile', at('ca.crt'), at('server.crt'));
  });

  test('renew makes a new key when asked, of the kind that is asked for', async () => {
    const { certs, at } = await fresh();
    await cert('renew', 'server', '--new-key', '--key-type', 'rsa', '--certs', certs);
    const [, summary] = JSON.parse(await cert('show', '--certs', certs, '--json'));
    assert.equal(summary.key, 'RSA 2048 bit');
    assert.equal(await mode(at('server.key')), 0o600);
    const ofKey = await openssl('pkey', '-in', at('server.key'), '-pubout');
    assert.equal(ofKey, await openssl('x509', '-in', at('server.crt'), '-noout', '-pubkey'));
  });

  test("renew refuses the authority and somebody else's certificate", async () => {
    const { certs } = await fresh();
    await foreignPair(certs, 'other');
    await fails(['renew', 'other', '--certs', certs], 1, /other\.crt: was not issued by the authority/);
    await fails(['renew', 'ca', '--certs', certs], 2, /belongs to the authority/);
    await fails(['renew', 'none', '--certs', certs], 1, /none\.crt: there is no such file/);
  });
});
