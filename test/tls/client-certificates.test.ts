import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type { ClientCertificateConfiguration } from '../../src/configuration/access.js';
import { ConfigurationError, formatProblem } from '../../src/configuration/problem.js';
import { ClientCertificate } from '../../src/tls/client-certificate.js';
import { ClientCertificates } from '../../src/tls/client-certificates.js';
import { ClientTrust } from '../../src/tls/client-trust.js';
import { requireProgram } from '../harness/program.js';
import { OpensslAuthority } from './client-workshop.js';
import { EventRecord, scratchDirectory } from './workshop.js';

const day = 86_400_000;

describe("the trust in clients' certificates", requireProgram('openssl', 'openssl'), () => {
  let directory: string;
  let root: OpensslAuthority;
  let middle: OpensslAuthority;
  let list: string;
  let authority: string;
  before(async () => {
    directory = await scratchDirectory();
    root = await OpensslAuthority.create(directory, 'root');
    middle = await OpensslAuthority.create(directory, 'middle', root);
    authority = root.files.certificate;
    list = join(directory, 'list.pem');
    await writeFile(list, await root.list());
  });

  const configure = (
    changes: Partial<ClientCertificateConfiguration> = {},
  ): ClientCertificateConfiguration => ({
    authority,
    required: false,
    name: 'cn',
    revocations: undefined,
    ...changes,
  });

  const problemOf = async (changes: Partial<ClientCertificateConfiguration>): Promise<string> => {
    try {
      await ClientTrust.load(configure(changes), Date.now());
    } catch (error) {
      assert.ok(error instanceof ConfigurationError);
      return error.problems.map(formatProblem).join('\n');
    }
    throw new Error('Nothing was wrong.');
  };

  test('what cannot be used is told with the file and the reason', async () => {
    const { certificate, key } = await root.issue('leaf');
    const empty = join(directory, 'empty.pem');
    await writeFile(empty, '');
    assert.match(await problemOf({ authority: certificate }), /leaf\.crt: leaf is not an authority/);
    assert.match(await problemOf({ authority: key }), /leaf\.key: holds a private key/);
    assert.match(await problemOf({ authority: join(directory, 'no') }), /no such file/);
    assert.match(await problemOf({ revocations: empty }), /empty\.pem: holds no revocation list/);
    assert.match(await problemOf({ revocations: certificate }), /holds no revocation list/);
  });

  test('lists that have ended or are missing are warned of, since their clients are refused', async () => {
    const both = join(directory, 'both.pem');
    await writeFile(
      both,
      (await readFile(authority, 'utf8')) + (await readFile(middle.files.certificate, 'utf8')),
    );
    const now = Date.now();
    const quiet = await ClientTrust.load(configure({ revocations: list }), now);
    assert.deepEqual(quiet.warnings, []);
    const late = await ClientTrust.load(configure({ revocations: list }), now + 8 * day);
    assert.match(late.warnings.join('\n'), /a revocation list ended on/);
    const partial = await ClientTrust.load(configure({ authority: both, revocations: list }), now);
    assert.match(partial.warnings.join('\n'), /no revocation list of middle/);
  });

  test('a certificate is judged by its dates, the lists, and every authority above it', async () => {
    const now = Date.now();
    const read = async (file: string): Promise<X509Certificate> => new X509Certificate(await readFile(file));
    const direct = await root.issue('direct');
    const below = await middle.issue('below');
    const trust = await ClientTrust.load(configure({ revocations: list }), now);
    assert.equal(trust.faultOf(await read(direct.certificate), now), undefined);
    assert.match(trust.faultOf(await read(direct.certificate), now + 40 * day) ?? '', /not valid/);
    assert.match(trust.faultOf(await read(below.certificate), now) ?? '', /no longer trusted/);
    const both = join(directory, 'chain.pem');
    await writeFile(
      both,
      (await readFile(authority, 'utf8')) + (await readFile(middle.files.certificate, 'utf8')),
    );
    const wider = await ClientTrust.load(configure({ authority: both }), now);
    assert.equal(wider.faultOf(await read(below.certificate), now), undefined);
    await root.revoke(middle.files);
    const revoked = join(directory, 'revoked.pem');
    await writeFile(revoked, (await root.list()) + (await middle.list()));
    const stricter = await ClientTrust.load(configure({ authority: both, revocations: revoked }), now);
    assert.match(stricter.faultOf(await read(below.certificate), now) ?? '', /revoked/);
    assert.equal(stricter.faultOf(await read(direct.certificate), now), undefined);
  });

  test('files that say the same as before change nothing', async () => {
    const { events } = new EventRecord();
    const file = join(directory, 'same.pem');
    const text = await readFile(authority, 'utf8');
    await writeFile(file, text);
    const clients = await ClientCertificates.open(configure({ authority: file }), Date.now());
    await writeFile(`${file}.new`, `# a comment\n${text}`);
    await rename(`${file}.new`, file);
    assert.equal(await clients.refresh(Date.now(), events), false);
    assert.equal(clients.generation, 0);
  });

  test('one that TLS has not verified names nobody', async () => {
    const clients = await ClientCertificates.open(configure(), Date.now());
    const { certificate } = await root.issue('jane');
    const x509 = new X509Certificate(await readFile(certificate));
    const verified = new ClientCertificate(clients, x509, true, clients.generation);
    assert.deepEqual([verified.user, verified.fault], ['jane', undefined]);
    const unverified = new ClientCertificate(clients, x509, false, clients.generation);
    assert.deepEqual([unverified.user, unverified.fault], [undefined, 'it was not verified']);
  });
});
