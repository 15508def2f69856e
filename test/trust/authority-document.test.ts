import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Exchange } from '../../src/exchange/exchange.js';
import { authorityHandler } from '../../src/trust/authority-document.js';
import { makeTrustBench } from './bench.js';

function ask(method = 'GET', headers: Exchange['headers'] = {}): Exchange {
  return { method, headers } as Exchange;
}

test('The authority is given in PEM, and a client that has it is told so.', async (t) => {
  const { authority } = await makeTrustBench(t);
  const pem = await readFile(authority.certificate, 'utf8');
  const handler = authorityHandler(() => authority.certificate);
  const { status, headers, body } = await handler(ask());
  assert.deepEqual([status, body], [200, pem]);
  const tag = `"${new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase()}"`;
  assert.deepEqual(headers, {
    etag: tag,
    'cache-control': 'public, max-age=300',
    'content-type': 'application/x-pem-file',
    'content-length': Buffer.byteLength(pem),
  });
  for (const condition of [tag, `"x", W/${tag}`, '*'])
    assert.equal((await handler(ask('HEAD', { 'if-none-match': condition }))).status, 304);
  assert.equal((await handler(ask('GET', { 'if-none-match': '"x"' }))).status, 200);
  await assert.rejects(handler(ask('PUT')), { status: 405 });
});

test('A renewed authority is given within a second, and a key beside it never leaves.', async (t) => {
  const [bench, renewed] = [await makeTrustBench(t), await makeTrustBench(t)];
  let now = Date.now();
  const handler = authorityHandler(
    () => bench.authority.certificate,
    () => now,
  );
  const first = await handler(ask());
  const next = await readFile(renewed.authority.certificate, 'utf8');
  await writeFile(bench.authority.certificate, `${await readFile(renewed.authority.key, 'utf8')}${next}`);
  now += 999;
  assert.equal((await handler(ask())).body, first.body);
  now += 1;
  assert.equal((await handler(ask())).body, next);
  await rm(bench.authority.certificate);
  now -= 5_000;
  assert.equal((await handler(ask())).status, 404);
});

test('Without an authority of its own, or with a certificate that is none, the answer is 404 in JSON.', async (t) => {
  const { server } = await makeTrustBench(t);
  for (const file of [undefined, server.certificate, '/nowhere/ca.crt']) {
    const { status, headers, body } = await authorityHandler(() => file)(ask());
    assert.equal(status, 404);
    assert.equal(headers['content-type'], 'application/json');
    assert.deepEqual(JSON.parse(String(body)), { error: 'this gateway has no authority of its own' });
  }
});
