import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { initialize } from '../../src/tls/issuance.js';
import { inDirectory } from '../configuration/workspace.js';
import { temporaryDirectory } from '../harness/directory.js';
import { check } from './check-command.js';

async function start(t: TestContext, server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const answering =
  (statuses: Readonly<Record<string, number>>, headers = {}): RequestListener =>
  ({ url = '' }, response) =>
    response.writeHead(statuses[url] ?? 404, headers).end();

async function checkUpstream(upstream: string, ...words: readonly string[]) {
  return inDirectory({ yaml: `listen: 127.0.0.1:0\nupstream: ${upstream}\n` }, async (directory) => {
    await writeFile(path.join(directory, 'dockgate.htpasswd'), '', { mode: 0o600 });
    const { exitCode, stdout, stderr } = await check(directory, words.length > 0 ? words : ['--online']);
    const lines = `${stderr}\n${stdout}`.split('\n').filter((line) => line.startsWith('dockgate.yaml'));
    return { exitCode, lines };
  });
}

test('A registry of either API is a good upstream, with a password or without.', async (t) => {
  for (const statuses of [{ '/v2/': 200 }, { '/v2/': 401 }, { '/v1/_ping': 200 }]) {
    const host = await start(t, createServer(answering(statuses)));
    assert.deepEqual(await checkUpstream(`http://${host}`), { exitCode: 0, lines: [] });
  }
});

test('What does not answer as a registry is a problem at its place.', async (t) => {
  const web = await start(t, createServer(answering({})));
  const ill = await start(t, createServer(answering({ '/v2/': 503 })));
  const away = await start(t, createServer(answering({ '/v2/': 301 }, { location: 'https://elsewhere/' })));
  const cutting = await start(
    t,
    createTcpServer((socket) => socket.destroy()),
  );
  const { exitCode, lines } = await checkUpstream(
    `{ servers: ["http://${web}", "http://${ill}", "http://${away}", "http://127.0.0.1:1", "http://${cutting}"] }`,
  );
  assert.equal(exitCode, 1);
  const sentences = lines.map((line) =>
    line.replace(/^dockgate\.yaml:2:\d+: upstream\.servers: http:\/\/\S+ /, ''),
  );
  assert.deepEqual(sentences, [
    'answers GET /v2/ with 404 and is no registry, or not at this address.',
    'answers GET /v2/ with 503: the registry is not well. Its log tells why.',
    'answers GET /v2/ with 301 and sends clients to https://elsewhere/. Name the registry itself.',
    'refuses connections: nothing listens there. Is the registry running, and is the port right?',
    'ends the connection without an answer. Does it speak https?',
  ]);
  assert.match(lines[0] ?? '', /^dockgate\.yaml:2:23: /);
  assert.equal((await checkUpstream(`http://${web}`, '--offline')).exitCode, 0);
});

test('Failures of TLS are explained.', async (t) => {
  const certs = temporaryDirectory(t);
  const options = { certs, keyType: 'ecdsa', rsaBits: 2048, force: false, now: Date.now() } as const;
  const { authority, server } = await initialize(options, ['127.0.0.1']);
  const keys = { cert: await readFile(server.certificate), key: await readFile(server.key) };
  const secure = await start(t, createHttpsServer(keys, answering({ '/v2/': 401 })));
  const plain = await start(t, createServer(answering({ '/v2/': 401 })));
  const sentence = async (upstream: string): Promise<string | undefined> =>
    (await checkUpstream(upstream)).lines[0]?.replace(/^.*?\/\/\S+ /, '');
  assert.equal(await sentence(`{ url: "https://${secure}", ca: ${authority.certificate} }`), undefined);
  assert.match(
    (await sentence(`https://${secure}`)) ?? '',
    /^shows a certificate of an authority that is not trusted \([A-Z_]+\)\. Name that authority's file in "upstream\.ca"\.$/,
  );
  assert.equal(
    await sentence(
      `{ url: "https://${secure.replace('127.0.0.1', 'localhost')}", ca: ${authority.certificate} }`,
    ),
    'shows a certificate for other names. Name the registry as its certificate does.',
  );
  assert.equal(
    await sentence(`https://${plain}`),
    'does not speak TLS. Write http:// for a registry without.',
  );
  assert.match((await sentence(`http://${secure}`)) ?? '', /Does it speak https/);
});

test('A clock that differs by more than a minute is told.', async (t) => {
  const date = new Date(Date.now() + 10 * 60_000).toUTCString();
  const host = await start(t, createServer(answering({ '/v2/': 200 }, { date })));
  const { exitCode, lines } = await checkUpstream(`http://${host}`);
  assert.equal(exitCode, 0);
  assert.deepEqual(lines, [
    `dockgate.yaml:2:11: upstream: the clock of http://${host} is 10 minutes ahead of this machine's. Tokens and certificates are judged by the clock: let both ask a time server.`,
  ]);
});
