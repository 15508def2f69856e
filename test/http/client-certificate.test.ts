import assert from 'node:assert/strict';
import { copyFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, type TestContext, test } from 'node:test';
import type { ConnectionOptions } from 'node:tls';
import type { ClientCertificateConfiguration } from '../../src/configuration/access.js';
import { temporaryDirectory } from '../harness/directory.js';
import { requireProgram, runProgram } from '../harness/program.js';
import { until } from '../harness/until.js';
import { type ClientPair, OpensslAuthority, RSA } from '../tls/client-workshop.js';
import { foreignPair, scratchDirectory } from '../tls/workshop.js';
import { type Greeter, startGreeter } from './greeter.js';
import { Talk } from './talk.js';

async function shownBy(pair: ClientPair, ...above: readonly string[]): Promise<ConnectionOptions> {
  const chain = await Promise.all([pair.certificate, ...above].map((file) => readFile(file, 'utf8')));
  return { cert: chain.join(''), key: await readFile(pair.key) };
}

async function putInPlace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

function userIn(answer: string | undefined): unknown {
  return answer === undefined ? undefined : (JSON.parse(answer) as { user: unknown }).user;
}

describe('certificates of clients', requireProgram('openssl', 'openssl'), () => {
  let root: OpensslAuthority;
  let middle: OpensslAuthority;
  let other: OpensslAuthority;
  before(async () => {
    const directory = await scratchDirectory();
    root = await OpensslAuthority.create(directory, 'root');
    middle = await OpensslAuthority.create(directory, 'middle', root);
    other = await OpensslAuthority.create(directory, 'root2');
  });

  const configure = (
    changes: Partial<ClientCertificateConfiguration> = {},
  ): ClientCertificateConfiguration => ({
    authority: root.files.certificate,
    required: false,
    name: 'cn',
    revocations: undefined,
    ...changes,
  });

  const versions = ['TLSv1.2', 'TLSv1.3'] as const;
  for (const required of [false, true]) {
    const mode = required ? 'required' : 'optional';
    for (const version of versions) {
      const only: ConnectionOptions = { minVersion: version, maxVersion: version };

      test(`${mode}, ${version}: the user is who the certificate says, at every name`, async (context) => {
        const pair = await foreignPair(temporaryDirectory(context), 'a.example');
        const second = await foreignPair(temporaryDirectory(context), 'b.example');
        const clients = configure({ required });
        const { port } = await startGreeter(context, { clients, pairs: [pair, second] });
        const alice = await shownBy(
          await root.issue(`alice-${mode}-${version}`, { subject: '/O=x/CN=alice' }),
        );
        for (const servername of ['a.example', 'b.example', 'unknown.example']) {
          const talk = new Talk(context, port, { ...alice, ...only, servername });
          assert.equal(userIn(await talk.ask()), 'alice', servername);
        }
      });

      test(`${mode}, ${version}: what does not verify is closed before any request is read`, async (context) => {
        const list = join(temporaryDirectory(context), 'list.pem');
        const tag = `${mode}-${version}`;
        const revoked = await root.issue(`revoked-${tag}`);
        await root.revoke(revoked);
        await writeFile(list, await root.list());
        const second = await foreignPair(temporaryDirectory(context), 'b.example');
        const first = await foreignPair(temporaryDirectory(context), 'a.example');
        const clients = configure({ required, revocations: list });
        const { port, seen } = await startGreeter(context, { clients, pairs: [first, second] });
        const bad = {
          'of another authority': await other.issue(`mallory-${tag}`),
          ended: await root.issue(`ended-${tag}`, { endedDaysAgo: 1 }),
          'of a server': await root.issue(`server-${tag}`, { purpose: 'serverAuth' }),
          revoked: revoked,
        };
        for (const [what, pair] of Object.entries(bad)) {
          for (const servername of ['a.example', 'b.example']) {
            const talk = new Talk(context, port, { ...(await shownBy(pair)), ...only, servername });
            assert.equal(await talk.ask(), undefined, `${what} at ${servername}`);
          }
        }
        assert.deepEqual(seen, []);
        const good = new Talk(context, port, {
          ...(await shownBy(await root.issue(`good-${tag}`))),
          ...only,
        });
        assert.equal(userIn(await good.ask()), `good-${tag}`);
      });
    }
  }

  test('without a certificate a client goes on where it is optional', async (context) => {
    const { port } = await startGreeter(context, { clients: configure() });
    assert.equal(userIn(await new Talk(context, port, {}).ask()), null);
  });

  for (const version of ['tls1_2', 'tls1_3']) {
    test(`without a certificate the handshake fails where it is required, ${version}`, async (context) => {
      const { port, seen } = await startGreeter(context, { clients: configure({ required: true }) });
      const words = ['s_client', '-connect', `127.0.0.1:${port}`, `-${version}`, '-ign_eof'];
      const { stderr, stdout } = await runProgram('openssl', words, { input: 'GET / HTTP/1.0\r\n\r\n' });
      assert.match(
        stderr + stdout,
        version === 'tls1_3' ? /alert certificate required/ : /alert handshake failure/,
      );
      assert.deepEqual(seen, []);
    });
  }

  test('a chain over an intermediate authority is followed, and RSA serves as well', async (context) => {
    const { port } = await startGreeter(context, { clients: configure({ required: true }) });
    const bob = await middle.issue('bob', { key: RSA });
    const whole = new Talk(context, port, await shownBy(bob, middle.files.certificate));
    assert.equal(userIn(await whole.ask()), 'bob');
    assert.equal(await new Talk(context, port, await shownBy(bob)).ask(), undefined);
  });

  test('a certificate that names nobody leaves the client a stranger, one with two names is refused', async (context) => {
    const { port } = await startGreeter(context, { clients: configure() });
    const nameless = await root.issue('nameless', { subject: '/O=nobody' });
    assert.equal(userIn(await new Talk(context, port, await shownBy(nameless)).ask()), null);
    const double = await root.issue('double', { subject: '/CN=alice/CN=root' });
    const answer = await new Talk(context, port, await shownBy(double)).ask();
    assert.match(answer ?? '', /DENIED.*several common names/);
  });

  test('revoked while connected: the next request is refused, and nobody comes back with an old session', async (context) => {
    const list = join(temporaryDirectory(context), 'list.pem');
    const authority = await OpensslAuthority.create(temporaryDirectory(context), 'fickle');
    const carol = await authority.issue('carol');
    const dave = await authority.issue('dave');
    await writeFile(list, await authority.list());
    const clients = configure({ authority: authority.files.certificate, revocations: list });
    const { port, record } = await startGreeter(context, { clients });
    for (const version of versions) {
      const only = { minVersion: version, maxVersion: version };
      const talks = await Promise.all(
        [carol, dave].map(async (pair) => new Talk(context, port, { ...(await shownBy(pair)), ...only })),
      );
      for (const talk of talks) assert.notEqual(userIn(await talk.ask()), undefined);
      await until(() => talks.every(({ session }) => session !== undefined), 'tickets arrive');
      // Before the change the sessions are good, so that what follows is no accident.
      const again = new Talk(context, port, {
        ...only,
        ...(await shownBy(carol)),
        session: talks[0]?.session,
      });
      const isStillGood = version === 'TLSv1.2';
      assert.equal(userIn(await again.ask()), 'carol');
      assert.equal(again.socket.isSessionReused(), true);
      const { changes } = record;
      if (isStillGood) {
        await putInPlace(list, await authority.list());
        await until(() => record.changes > changes, 'the new list is in use');
        assert.equal(userIn(await talks[0]?.ask()), 'carol');
        const fresh = new Talk(context, port, {
          ...only,
          ...(await shownBy(carol)),
          session: talks[0]?.session,
        });
        assert.equal(userIn(await fresh.ask()), 'carol');
        assert.equal(fresh.socket.isSessionReused(), false);
        continue;
      }
      await authority.revoke(carol);
      await putInPlace(list, await authority.list());
      await until(() => record.changes > changes, 'the list with carol is in use');
      assert.match((await talks[0]?.ask()) ?? '', /DENIED.*it was revoked/);
      assert.match((await again.ask()) ?? '', /DENIED.*it was revoked/);
      assert.equal(userIn(await talks[1]?.ask()), 'dave');
      const back = new Talk(context, port, {
        ...only,
        ...(await shownBy(carol)),
        session: talks[0]?.session,
      });
      assert.equal(await back.ask(), undefined);
    }
  });

  test('another authority takes the place of the first, for open connections and for old sessions too', async (context) => {
    const file = join(temporaryDirectory(context), 'clients.pem');
    await copyFile(root.files.certificate, file);
    const erin = await shownBy(await root.issue('erin'));
    const { port, record } = await startGreeter(context, { clients: configure({ authority: file }) });
    const open = new Talk(context, port, erin);
    assert.equal(userIn(await open.ask()), 'erin');
    await until(() => open.session !== undefined, 'a ticket arrives');
    await putInPlace(file, await readFile(other.files.certificate, 'utf8'));
    await until(() => record.changes > 0, 'the other authority is in use');
    assert.match((await open.ask()) ?? '', /authority is no longer trusted/);
    assert.equal(await new Talk(context, port, { ...erin, session: open.session }).ask(), undefined);
    const frank = new Talk(context, port, await shownBy(await other.issue('frank')));
    assert.equal(userIn(await frank.ask()), 'frank');
  });

  test('a broken file leaves the last good one in use, and is told of once', async (context) => {
    const list = join(temporaryDirectory(context), 'list.pem');
    await writeFile(list, await root.list());
    const { port, record } = await startGreeter(context, { clients: configure({ revocations: list }) });
    await putInPlace(list, '-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n');
    await until(() => record.problems.length > 0, 'the problem is told');
    const gail = new Talk(context, port, await shownBy(await root.issue('gail')));
    assert.equal(userIn(await gail.ask()), 'gail');
    assert.equal(record.problems.length, 1);
    assert.match(record.problems[0] ?? '', /list\.pem: revocation list 1 is damaged.*stays in use/);
  });

  const talksTo = async (context: TestContext): Promise<{ greeter: Greeter; directory: string }> => {
    const greeter = await startGreeter(context, { clients: configure({ required: true }) });
    const directory = temporaryDirectory(context);
    await copyFile(greeter.ca, join(directory, 'ca.crt'));
    return { greeter, directory };
  };

  test('curl shows a certificate', requireProgram('curl', 'curl'), async (context) => {
    const { greeter } = await talksTo(context);
    const { certificate, key } = await root.issue('henry');
    const words = ['-sS', '--cacert', greeter.ca, '--cert', certificate, '--key', key];
    const { stdout } = await runProgram('curl', [...words, `https://127.0.0.1:${greeter.port}/`]);
    assert.equal(userIn(stdout), 'henry');
  });

  test(
    'skopeo takes client.cert and client.key from its directory',
    requireProgram('skopeo', 'skopeo'),
    async (context) => {
      const { greeter, directory } = await talksTo(context);
      const list = (): ReturnType<typeof runProgram> =>
        runProgram('skopeo', ['list-tags', '--cert-dir', directory, `docker://127.0.0.1:${greeter.port}/x`]);
      assert.notEqual((await list()).code, 0);
      const { certificate, key } = await root.issue('iris');
      await copyFile(certificate, join(directory, 'client.cert'));
      await copyFile(key, join(directory, 'client.key'));
      const { stdout, stderr } = await list();
      assert.match(stdout, /"1"/, stderr);
    },
  );
});
