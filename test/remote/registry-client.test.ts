import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Digest } from '../../src/registry/model/digest.js';
import { Tag } from '../../src/registry/model/reference.js';
import { Repository } from '../../src/registry/model/repository.js';
import { RemoteFailure } from '../../src/remote/failure.js';
import { startTestGateway } from '../harness/gateway.js';
import { all, clientFor, startScripted } from './scripted-registry.js';

const repository = Repository.parse('team/app');
const credentials = { user: 'alice', password: Buffer.from('s:cret') };
const BASIC = `Basic ${Buffer.from('alice:s:cret').toString('base64')}`;
const failsWith =
  (code: string, pattern = /./) =>
  (error: unknown) => {
    assert.ok(error instanceof RemoteFailure, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, pattern);
    return true;
  };

test('a password is sent only once the registry has asked for it, and then at once', async (t) => {
  const { origin, seen } = await startScripted(t, ({ headers }, reply) => {
    if (headers.authorization === BASIC) reply.end('{"repositories":["a","b"]}');
    else reply.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
  });
  const client = clientFor(t, { origin, credentials });
  assert.deepEqual(await all(client.repositories()), ['a', 'b']);
  assert.deepEqual(await all(client.repositories()), ['a', 'b']);
  assert.deepEqual(
    seen.map(({ authorization }) => authorization),
    [undefined, BASIC, BASIC],
  );
});

test('requests that learn at the same time that a password is wanted all succeed', async (t) => {
  const waiting: (() => void)[] = [];
  const { origin } = await startScripted(t, ({ headers }, reply) => {
    if (headers.authorization === BASIC) {
      reply.setHeader('docker-content-digest', Digest.of(Buffer.alloc(0)).toString()).end();
      return;
    }
    waiting.push(() => reply.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end());
    if (waiting.length === 3) for (const refuse of waiting) refuse();
  });
  const client = clientFor(t, { origin, credentials });
  const found = await Promise.all(['a', 'b', 'c'].map((tag) => client.resolve(repository, Tag.parse(tag))));
  assert.equal(found.filter((digest) => digest !== undefined).length, 3);
});

test('a password that is refused, or missing, ends with a sentence and without another try', async (t) => {
  const { origin, seen } = await startScripted(t, (_, reply) => {
    reply.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
  });
  await assert.rejects(
    all(clientFor(t, { origin }).repositories()),
    failsWith('UNAUTHORIZED', /--user NAME/),
  );
  await assert.rejects(all(clientFor(t, { origin, credentials }).repositories()), (error: Error) => {
    assert.ok(!error.message.includes('s:cret'));
    return failsWith('UNAUTHORIZED', /user "alice"/)(error);
  });
  assert.equal(seen.length, 3);
});

test('a token is fetched with the password, and sent in its place', async (t) => {
  const registry = await startScripted(t, (request, reply) => {
    const { url = '', headers } = request;
    if (url.startsWith('/token?')) {
      if (headers.authorization === BASIC) reply.end('{"token":"abc","expires_in":300}');
      else reply.writeHead(401).end();
    } else if (headers.authorization === 'Bearer abc') reply.end('{"name":"team/app","tags":["1.0"]}');
    else {
      const realm = `Bearer realm="${registry.origin.origin}/token",service="reg",scope="repository:team/app:pull repository:x:push"`;
      reply.writeHead(401, { 'www-authenticate': realm }).end();
    }
  });
  const client = clientFor(t, { origin: registry.origin, credentials });
  assert.deepEqual(await all(client.tags(repository)), ['1.0']);
  assert.deepEqual(await all(client.tags(repository)), ['1.0']);
  assert.deepEqual(
    registry.seen.map(({ path, authorization }) => [path, authorization]),
    [
      ['/v2/team/app/tags/list?n=500', undefined],
      ['/token?service=reg&scope=repository%3Ateam%2Fapp%3Apull', BASIC],
      ['/v2/team/app/tags/list?n=500', 'Bearer abc'],
      ['/v2/team/app/tags/list?n=500', 'Bearer abc'],
    ],
  );
});

test('a password is not sent to a host that the registry names, until the user names it too', async (t) => {
  const { origin } = await startScripted(t, (_, reply) => {
    reply.writeHead(401, { 'www-authenticate': 'Bearer realm="https://auth.invalid/token"' }).end();
  });
  const ask = (tokenRealms: readonly string[]) =>
    all(clientFor(t, { origin, credentials, tokenRealms }).tags(repository));
  await assert.rejects(ask([]), failsWith('DENIED', /--token-realm auth\.invalid/));
  // Named by the user, it is asked: that there is no such host shows that it was.
  await assert.rejects(ask(['auth.invalid']), failsWith('UNREACHABLE', /auth\.invalid/));
});

test('a redirect to another host is followed without the password, and never to a place without TLS', async (t) => {
  const elsewhere = await startScripted(t, (_, reply) => reply.end('content'));
  const registry = await startScripted(t, ({ url = '', headers }, reply) => {
    if (headers.authorization === undefined)
      reply.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    else if (url.includes('moved')) reply.end('content');
    else if (url.includes(Digest.of(Buffer.from('near')).encoded)) {
      reply.writeHead(307, { location: '/moved' }).end();
    } else reply.writeHead(307, { location: `${elsewhere.origin.origin}/blob` }).end();
  });
  const client = clientFor(t, { origin: registry.origin, credentials });
  const near = await client.blob(repository, Digest.of(Buffer.from('near')));
  assert.ok(near !== undefined);
  assert.equal((await all(near.content)).toString(), 'content');
  assert.equal(registry.seen.at(-1)?.authorization, BASIC);
  await assert.rejects(
    client.blob(repository, Digest.of(Buffer.from('far'))),
    failsWith('UNEXPECTED', /not https/),
  );
  assert.deepEqual(elsewhere.seen, []);
});

test('storage on another host is asked over TLS, without the password', async (t) => {
  const { ca, certs } = await startTestGateway(t);
  const pair = {
    cert: readFileSync(join(certs, 'server.crt')),
    key: readFileSync(join(certs, 'server.key')),
  };
  const storage = await startScripted(t, (_, reply) => reply.end('content'), pair);
  const away = `https://127.0.0.1:${storage.origin.port}/blob?signature=1`;
  const registry = await startScripted(
    t,
    ({ headers }, reply) => {
      if (headers.authorization === BASIC) reply.writeHead(307, { location: away }).end();
      else reply.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    },
    pair,
  );
  const trust = { authorities: ca, alone: true };
  const client = clientFor(t, { origin: registry.origin, credentials, trust });
  const blob = await client.blob(repository, Digest.of(Buffer.from('content')));
  assert.ok(blob !== undefined);
  assert.equal((await all(blob.content)).toString(), 'content');
  assert.deepEqual(storage.seen, [{ method: 'GET', path: '/blob?signature=1', authorization: undefined }]);
  await assert.rejects(
    clientFor(t, { origin: registry.origin, credentials }).resolve(repository, Tag.parse('x')),
    failsWith('UNTRUSTED', /--ca FILE/),
  );
});

test('a redirect without end is not followed for ever', async (t) => {
  const { origin, seen } = await startScripted(t, (_, reply) =>
    reply.writeHead(302, { location: '/again' }).end(),
  );
  await assert.rejects(
    clientFor(t, { origin }).manifest(repository, Tag.parse('x')),
    failsWith('UNEXPECTED', /without end/),
  );
  assert.equal(seen.length, 6);
});

test('one asks again after 429, as late as the registry wants, and not for ever', async (t) => {
  const waits: number[] = [];
  let refusals = 2;
  const { origin, seen } = await startScripted(t, (_, reply) => {
    refusals -= 1;
    if (refusals >= 0) reply.writeHead(429, { 'retry-after': '7' }).end('{}');
    else reply.end('{"tags":null}');
  });
  const wait = async (time: number): Promise<void> => {
    waits.push(time);
  };
  const client = clientFor(t, { origin, wait });
  assert.deepEqual(await all(client.tags(repository)), []);
  assert.deepEqual(waits, [7_000, 7_000]);
  refusals = Number.POSITIVE_INFINITY;
  await assert.rejects(all(client.tags(repository)), failsWith('UNEXPECTED', /429/));
  assert.equal(seen.length, 3 + 5);
});

test('pages are followed to the last, on the same host only', async (t) => {
  const { origin, seen } = await startScripted(t, ({ url }, reply) => {
    if (url === '/v2/_catalog?n=500')
      reply.setHeader('link', '</v2/_catalog?last=b&n=2>; rel="next"').end('{"repositories":["a","b"]}');
    else
      reply
        .setHeader('link', '<http://evil.invalid/v2/_catalog>; rel="next"')
        .end('{"repositories":["c", 7]}');
  });
  const names: string[] = [];
  await assert.rejects(
    async () => {
      for await (const name of clientFor(t, { origin }).repositories()) names.push(name);
    },
    failsWith('UNEXPECTED', /another host/),
  );
  assert.deepEqual(names, ['a', 'b', 'c']);
  assert.equal(seen.length, 2);
});

test('what is no list of a registry, or has no end, is refused', async (t) => {
  const block = Buffer.alloc(1024 * 1024, 0x20);
  const { origin } = await startScripted(t, ({ url = '' }, reply) => {
    if (url.startsWith('/v2/_catalog')) {
      reply.end('<html>');
      return;
    }
    const go = (): void => {
      while (!reply.destroyed && reply.write(block));
      reply.once('drain', go);
    };
    go();
  });
  const client = clientFor(t, { origin });
  await assert.rejects(all(client.repositories()), failsWith('UNEXPECTED', /is this a registry/));
  await assert.rejects(client.manifest(repository, Tag.parse('x')), failsWith('UNEXPECTED', /longer than/));
});

test('a manifest whose digest is another than was asked for, or than the registry says, is damaged', async (t) => {
  const bytes = Buffer.from('{"schemaVersion":2}');
  let stated: string | undefined;
  const { origin } = await startScripted(t, (_, reply) => {
    if (stated !== undefined) reply.setHeader('docker-content-digest', stated);
    reply.setHeader('content-type', 'application/json; charset=utf-8').end(bytes);
  });
  const client = clientFor(t, { origin });
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const manifest = await client.manifest(repository, Tag.parse('x'));
  assert.deepEqual([manifest?.digest.toString(), manifest?.mediaType], [digest, 'application/json']);
  assert.equal((await client.resolve(repository, Tag.parse('x')))?.toString(), digest);
  await assert.rejects(
    client.manifest(repository, Digest.of(Buffer.from('other'))),
    failsWith('DAMAGED', /damaged/),
  );
  stated = Digest.of(Buffer.from('other')).toString();
  await assert.rejects(client.manifest(repository, Tag.parse('x')), failsWith('DAMAGED'));
});

test('a registry that does not answer, or is none, is told apart from one that refuses', async (t) => {
  const nobody = await startScripted(t, () => undefined);
  const dead = new URL('http://127.0.0.1:1');
  await assert.rejects(
    all(clientFor(t, { origin: dead }).repositories()),
    failsWith('UNREACHABLE', /ECONNREFUSED/),
  );
  const controller = new AbortController();
  const client = clientFor(t, { origin: nobody.origin, signal: controller.signal });
  const asking = client.resolve(repository, Tag.parse('x'));
  controller.abort();
  await assert.rejects(asking, { name: 'AbortError' });
  const { origin } = await startScripted(t, ({ method }, reply) => {
    if (method === 'DELETE')
      reply.writeHead(405).end('{"errors":[{"code":"UNSUPPORTED","message":"no\\u001b[2J"}]}');
    else reply.writeHead(403).end('{"errors":[{"code":"DENIED","message":"not for you"}]}');
  });
  const refusing = clientFor(t, { origin });
  await assert.rejects(refusing.resolve(repository, Tag.parse('x')), failsWith('DENIED'));
  await assert.rejects(refusing.manifest(repository, Tag.parse('x')), failsWith('DENIED', /not for you/));
  await assert.rejects(refusing.remove(repository, Digest.of(Buffer.alloc(0))), failsWith('UNSUPPORTED'));
});
