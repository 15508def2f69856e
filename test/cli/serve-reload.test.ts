import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from 'node:tls';
import { hashPassword } from '../../src/htpasswd/index.js';
import { issue } from '../../src/tls/issuance.js';
import { temporaryDirectory } from '../harness/directory.js';
import { AUTHORIZATION } from '../harness/gateway.js';
import { openRequest, type Place, replyTo, swallow } from '../harness/outgoing.js';
import { requireProgram, runProgram } from '../harness/program.js';
import { openRaw } from '../harness/raw-connection.js';
import { startRecorder } from '../harness/recorder.js';
import { serve } from '../harness/served.js';
import { until } from '../harness/until.js';

async function statusFor(place: Place, user: string, password: string): Promise<number> {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const outgoing = openRequest(place, 'GET', '/v2/', { authorization });
  outgoing.end();
  const reply = await replyTo(outgoing);
  await swallow(reply);
  return reply.statusCode ?? 0;
}

/** Serial number of the certificate that a new connection gets. */
function serialAt({ port, ca }: Place): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', servername: 'localhost', port, ca }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

test('a changed password file holds without a restart: new users in, removed ones out', async (t) => {
  const recorder = await startRecorder(t);
  const directory = temporaryDirectory(t);
  const file = join(directory, 'dockgate.htpasswd');
  const line = async (user: string, password: string) =>
    `${user}:${await hashPassword(password, { cost: 4 })}\n`;
  const kept = await line('kept', 'k');
  writeFileSync(file, kept + (await line('leaver', 'l')) + (await line('changer', 'old')));
  const served = await serve(t, directory, ['--upstream', recorder.origin]);
  const statuses = async () => [
    await statusFor(served, 'kept', 'k'),
    await statusFor(served, 'leaver', 'l'),
    await statusFor(served, 'changer', 'old'),
    await statusFor(served, 'changer', 'new'),
    await statusFor(served, 'newcomer', 'n'),
  ];
  assert.deepEqual(await statuses(), [200, 200, 200, 401, 401]);
  writeFileSync(file, kept + (await line('changer', 'new')) + (await line('newcomer', 'n')));
  await until(async () => (await statusFor(served, 'newcomer', 'n')) === 200, 'the newcomer gets in');
  assert.deepEqual(await statuses(), [200, 401, 401, 200, 200]);
  const told = (): boolean => served.lines().some(({ msg }) => msg === 'the users have changed');
  await until(told, 'the change is logged');
});

test(
  'users of Apache htpasswd hold without a restart',
  requireProgram('htpasswd', 'apache2-utils'),
  async (t) => {
    const recorder = await startRecorder(t);
    const directory = temporaryDirectory(t);
    const served = await serve(t, directory, ['--upstream', recorder.origin]);
    const file = join(directory, 'dockgate.htpasswd');
    for (const algorithm of ['-m', '-B', '-s', '-2', '-5']) {
      const user = `user${algorithm}`;
      const made = await runProgram('htpasswd', ['-i', algorithm, file, user], { input: 'p4ss' });
      assert.equal(made.code, 0, made.stderr);
      await until(async () => (await statusFor(served, user, 'p4ss')) === 200, `${user} gets in`);
    }
    assert.equal((await runProgram('htpasswd', ['-D', file, 'user-B'])).code, 0);
    await until(async () => (await statusFor(served, 'user-B', 'p4ss')) === 401, 'a removed user is out');
    assert.equal(await statusFor(served, 'user-m', 'p4ss'), 200);
  },
);

test('a password file that becomes unusable keeps the users it had', async (t) => {
  const recorder = await startRecorder(t);
  const directory = temporaryDirectory(t);
  const file = join(directory, 'dockgate.htpasswd');
  writeFileSync(file, `a:${await hashPassword('a', { cost: 4 })}\n`);
  const served = await serve(t, directory, ['--upstream', recorder.origin]);
  assert.equal(await statusFor(served, 'a', 'a'), 200);
  writeFileSync(file, Buffer.from([0x61, 0x3a, 0, 0xff, 0xfe]));
  await until(() => served.lines().some((line) => line['level'] === 40), 'a warning');
  assert.equal(await statusFor(served, 'a', 'a'), 200);
});

test('a certificate replaced on disk is taken over, and open connections stay', async (t) => {
  const recorder = await startRecorder(t, (request, response) => {
    request.on('data', () => {});
    request.on('end', () => response.end(request.url));
  });
  const directory = temporaryDirectory(t);
  const served = await serve(t, directory, ['--upstream', recorder.origin]);
  const before = await serialAt(served);
  const raw = await openRaw(t, served.port, served.ca);
  const line = (path: string, body: string): string =>
    `PUT ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${AUTHORIZATION}\r\n${body}`;
  raw.write(line('/v2/one', 'Content-Length: 10\r\n\r\nhalf '));
  await until(() => recorder.requests.length === 1, 'a push runs');

  const options = { certs: join(directory, 'certs'), force: true, now: Date.now() };
  await issue({ ...options, name: 'server', days: 30, keyType: 'rsa', rsaBits: 2048 }, ['localhost']);
  await until(async () => (await serialAt(served)) !== before, 'the new certificate');
  const second = await serialAt(served);

  raw.write('other');
  await raw.expect(/\/v2\/one/);
  raw.write(line('/v2/two', 'Content-Length: 1\r\n\r\nx'));
  await raw.expect(/\/v2\/two/);
  assert.ok(!raw.isClosed);

  writeFileSync(join(directory, 'certs', 'server.key'), 'no key');
  await until(() => served.lines().some((entry) => entry['level'] === 40), 'a warning about the broken key');
  assert.equal(await serialAt(served), second, 'the old pair stays in use');
  assert.ok(readFileSync(join(directory, 'certs', 'ca.crt'), 'utf8') === served.ca);
});
