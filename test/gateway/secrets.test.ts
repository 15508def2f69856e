import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { connect as connectPlain } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { AUTHORIZATION, PASSWORD, startTestGateway, type TestGateway, USER } from '../harness/gateway.js';
import { openRaw } from '../harness/raw-connection.js';
import { type Recorder, startRecorder } from '../harness/recorder.js';
import { ask } from '../harness/request.js';
import { until } from '../harness/until.js';

/** Each is sent in one place or another and must appear nowhere else. */
const SECRETS = {
  wrongPassword: 'wr0ng-passw0rd-1',
  unknownUsersPassword: 'unkn0wn-users-passw0rd-2',
  passwordWithoutColon: 'n0-c0l0n-passw0rd-3',
  bearer: 'bearer.t0ken.payl0ad-4',
  v1Token: 't0ken-signature-5',
  digest: 'digest-resp0nse-6',
  queryToken: 'query-t0ken-7',
  queryState: 'upl0ad-state-8',
  encodedQueryToken: 'enc0ded-query-t0ken-9',
  absolutePassword: 'abs0lute-f0rm-passw0rd-10',
  proxyPassword: 'pr0xy-passw0rd-11',
  cookie: 'c00kie-value-12',
  malformedHeader: 'malf0rmed-header-secret-13',
  secondHeader: 'sec0nd-header-passw0rd-14',
  fragment: 'fragment-secret-15',
  plainPassword: 'plain-http-passw0rd-16',
  body: 'b0dy-c0ntent-17',
  host: 'h0st-password-18',
  signature: 'presigned-signature-19',
  upgradeToken: 'upgrade-t0ken-20',
};

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** The secret and what it looks like when encoded, at each of the three offsets that base64 has. */
function shapesOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const encoded = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    // Only the digits that no neighbouring byte has a part in.
    return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
  });
  const listed = [...bytes].join(',');
  return [secret, encodeURIComponent(secret), bytes.toString('hex'), listed, ...encoded];
}

function assertHolds(text: string, what: string, except: readonly string[] = []): void {
  for (const secret of [...Object.values(SECRETS), PASSWORD]) {
    if (except.includes(secret)) continue;
    for (const shape of shapesOf(secret)) {
      assert.ok(!text.includes(shape), `${what} holds ${secret} as ${shape}: ...${around(text, shape)}...`);
    }
  }
  for (const value of [AUTHORIZATION, AUTHORIZATION.slice('Basic '.length)]) {
    assert.ok(!text.includes(value), `${what} holds an Authorization value`);
  }
}

function around(text: string, part: string): string {
  const at = text.indexOf(part);
  return text.slice(Math.max(0, at - 80), at + 120);
}

function basic(user: string, password: string): { authorization: string } {
  return { authorization: `Basic ${base64(`${user}:${password}`)}` };
}

type Kept = { readonly about: string; readonly text: string };

/** Sends the requests that carry the secrets; gives back all that came back. */
async function sendAll(t: TestContext, gateway: TestGateway): Promise<Kept[]> {
  const kept: Kept[] = [];
  const headerText = (headers: IncomingHttpHeaders): string => JSON.stringify(headers);
  const send = async (path: string, headers: Record<string, string> = {}, body?: string): Promise<void> => {
    const method = body === undefined ? 'GET' : 'PUT';
    const options = { method, headers, ...(body === undefined ? {} : { body }) };
    const reply = await ask(gateway, path, options).catch((error: Error) => error);
    if (reply instanceof Error) return;
    kept.push({ about: `the reply to ${path}`, text: `${headerText(reply.headers)}\n${reply.text}` });
  };
  const raw = async (text: string): Promise<void> => {
    const connection = await openRaw(t, gateway.port, gateway.ca);
    connection.write(text);
    await until(() => connection.isClosed || connection.received() !== '', 'an answer or the end');
    connection.socket.destroy();
    kept.push({ about: `the reply to ${text.slice(0, 30)}`, text: connection.received() });
  };
  const S = SECRETS;
  await send('/v2/', basic(USER, S.wrongPassword));
  await send('/v2/', basic('nobody', S.unknownUsersPassword));
  await send('/v2/', { authorization: `Basic ${base64(S.passwordWithoutColon)}` });
  await send('/v2/', { authorization: `Bearer ${S.bearer}` });
  await send('/v1/images/a/json', {
    authorization: `Token signature=${S.v1Token},repository="a/b",access=write`,
  });
  await send('/v1/images/a/json', { authorization: `Token Token signature=${S.v1Token}` });
  await send('/v2/', { authorization: `Digest username="a", response="${S.digest}"` });
  await send(`/v2/a/blobs/uploads/b?token=${S.queryToken}`);
  await send(`/v2/a/blobs/uploads/b?_state=${S.queryState}&digest=sha256:abc`, {}, S.body);
  await send(`/v2/?a=b&access_token=${S.encodedQueryToken.replaceAll('-', '%2D')}`);
  await send(`/v2/?X-Amz-Signature=${S.signature}`, { authorization: 'none' });
  await send('/v2/', { 'proxy-authorization': `Basic ${base64(`a:${S.proxyPassword}`)}` });
  await send('/v2/', { cookie: `session=${S.cookie}` });
  await send('/v2/', {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-protocol': S.upgradeToken,
  });
  const host = 'Host: localhost\r\n';
  await raw(`GET https://user:${S.absolutePassword}@localhost/v2/ HTTP/1.1\r\n${host}\r\n`);
  for (const form of ['//', 'HTTPS://', 'http:/', 'http:\\\\', 'ftp://', '/https://', '']) {
    await raw(`GET ${form}user:${S.absolutePassword}@localhost/v2/ HTTP/1.1\r\n${host}\r\n`);
  }
  await raw(`GET /v2/?token=${S.queryToken}#${S.fragment} HTTP/1.1\r\n${host}\r\n`);
  await raw(`GET /v2/a#${S.fragment} HTTP/1.1\r\n${host}\r\n`);
  await send(`/v2/?${S.queryToken}`);
  await send(`/v2/?n=1&${S.queryToken}`);
  await raw(`GET /v2/../a?token=${S.queryToken} HTTP/1.1\r\n${host}\r\n`);
  await raw(`GET /v2/ HTTP/1.1\r\n${host}Authorization : ${S.malformedHeader}\r\n\r\n`);
  await raw(`GET /v2/ HTTP/1.1\r\n${host}Authorization: a\rb${S.malformedHeader}\r\n\r\n`);
  await raw(
    `GET /v2/ HTTP/1.1\r\n${host}Authorization: ${AUTHORIZATION}\r\nAuthorization: ${S.secondHeader}\r\n\r\n`,
  );
  await raw(`GET /v2/ HTTP/1.1\r\nHost: user:${S.host}@localhost\r\n\r\n`);
  await raw(`CONNECT user:${S.absolutePassword}@localhost:443 HTTP/1.1\r\n${host}\r\n`);
  await raw(`${S.malformedHeader}\r\n\r\n`);
  await raw(`PUT /v2/ HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n${S.body}\r\n`);
  await raw(`GET /v2/ HTTP/1.1\r\n${host}${`X-Secret: ${S.malformedHeader}\r\n`.repeat(1_000)}\r\n`);
  const plain = connectPlain(gateway.port, '127.0.0.1');
  t.after(() => plain.destroy());
  plain.on('error', () => {});
  plain.resume();
  plain.write(`GET /v2/ HTTP/1.1\r\n${host}Authorization: Basic ${base64(`a:${S.plainPassword}`)}\r\n\r\n`);
  await until(() => plain.destroyed, 'the plain connection ends');
  for (let count = 0; count < 16; count += 1)
    await send('/v2/', basic(`guest${count}`, S.unknownUsersPassword));
  await send('/v2/');
  return kept;
}

/** What the log may tell about all those requests: who, when, what path and how it ended. */
function assertSilent(gateway: TestGateway, kept: readonly Kept[]): void {
  const log = gateway.rawLog();
  assert.ok(gateway.accessLines().length > 40, 'there is an access line for every request');
  assert.ok(
    gateway.accessLines().some((line) => line['user'] === USER),
    'the log names the user',
  );
  assertHolds(log, 'the log');
  assert.doesNotMatch(log, /\$2[aby]\$/, 'no hash is in the log');
  for (const { about, text } of kept) assertHolds(text, about);
}

function assertUpstreamKnowsNothing(recorder: Recorder): void {
  assert.ok(recorder.requests.length > 0);
  // The client means these for the registry, and they travel to it: the query, the body and cookies.
  const meant = [
    SECRETS.queryToken,
    SECRETS.queryState,
    SECRETS.encodedQueryToken,
    SECRETS.cookie,
    SECRETS.body,
    SECRETS.upgradeToken,
  ];
  for (const { url, headers, rawHeaders, body } of recorder.requests) {
    assert.equal(headers['authorization'], undefined);
    assert.equal(headers['proxy-authorization'], undefined);
    assertHolds(`${url}\n${rawHeaders.join('\n')}\n${body}`, `what the upstream got for ${url}`, meant);
  }
}

test('no secret is in the log at level trace, in a reply, or with the upstream', async (t) => {
  const recorder = await startRecorder(t);
  const gateway = await startTestGateway(t, { upstream: recorder.origin });
  const kept = await sendAll(t, gateway);
  assertSilent(gateway, kept);
  assertUpstreamKnowsNothing(recorder);
});

test('no secret is in the log or in a reply when the upstream fails in every way', async (t) => {
  const recorder = await startRecorder(t, (request, response) => {
    switch (request.method === 'PUT' ? 'break' : (request.url?.length ?? 0) % 3) {
      case 0:
        request.socket.destroy();
        break;
      case 1:
        request.socket.end('no HTTP at all\r\n\r\n');
        break;
      default:
        response.writeHead(200, { 'content-length': 1000 });
        response.write('part');
        setImmediate(() => request.socket.destroy());
    }
  });
  const gateway = await startTestGateway(t, { upstream: recorder.origin });
  const kept = await sendAll(t, gateway);
  await recorder.close();
  kept.push(...(await sendAll(t, gateway)));
  assertSilent(gateway, kept);
});

test('no secret is in the log or in a reply of the embedded registry', async (t) => {
  const gateway = await startTestGateway(t);
  const kept = await sendAll(t, gateway);
  assertSilent(gateway, kept);
});

test('a password file that cannot be read does not get into the log', async (t) => {
  const gateway = await startTestGateway(t);
  const secret = SECRETS.wrongPassword;
  const before = readFileSync(gateway.htpasswd, 'utf8');
  writeFileSync(gateway.htpasswd, `${before}guest:${secret}\n${secret}\n`);
  await until(() => gateway.log.some((line) => Number(line['level']) >= 40), 'the log tells of the file');
  assertHolds(gateway.rawLog(), 'the log');
  assert.doesNotMatch(gateway.rawLog(), /\$2[aby]\$/);
  assert.equal((await ask(gateway, '/v2/')).status, 200);
});

test('private keys and hashes of the gateway get neither into the log nor into a reply', async (t) => {
  const gateway = await startTestGateway(t);
  const files = [join(gateway.certs, 'ca.key'), join(gateway.certs, 'server.key'), gateway.htpasswd];
  const contents = files
    .flatMap((file) => readFileSync(file, 'utf8').split('\n'))
    .filter((line) => line.length > 30);
  const replies: string[] = [];
  for (const path of [
    '/',
    '/v2/',
    '/ca.crt',
    '/certs/ca.key',
    '/dockgate.htpasswd',
    '/v2/_catalog',
    '/ca.key',
  ]) {
    for (const anonymous of [true, false]) replies.push((await ask(gateway, path, { anonymous })).text);
  }
  for (const line of contents) {
    assert.ok(!gateway.rawLog().includes(line));
    assert.ok(replies.every((text) => !text.includes(line)));
  }
});
