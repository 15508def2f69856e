import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { makeTrustBench, type TrustBench } from '../trust/bench.js';

/** A gateway that gives this away at /ca.crt. @returns HOST:PORT */
async function give(t: TestContext, { server }: TrustBench, content: Buffer | number): Promise<string> {
  const [cert, key] = [await readFile(server.certificate), await readFile(server.key)];
  const gateway = createServer({ cert, key }, (request, response) => {
    if (request.url !== '/ca.crt' || typeof content === 'number')
      response.writeHead(typeof content === 'number' ? content : 404).end();
    else response.end(content);
  });
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  t.after(() => gateway.close());
  return `localhost:${(gateway.address() as AddressInfo).port}`;
}

async function fingerprintOf(file: string): Promise<string> {
  return new X509Certificate(await readFile(file)).fingerprint256;
}

test('The authority is fetched from the gateway when its fingerprint is the one that the person gave.', async (t) => {
  const bench = await makeTrustBench(t);
  const pem = await readFile(bench.authority.certificate);
  const host = await give(t, bench, pem);
  const fingerprint = await fingerprintOf(bench.authority.certificate);
  const written = fingerprint.replaceAll(':', '').toLowerCase();
  const first = await bench.trust('--docker', '--fingerprint', `SHA256:${written}`, host);
  assert.equal(first.stderr, '');
  assert.deepEqual(await readFile(`${bench.root}/etc/docker/certs.d/${host}/ca.crt`), pem);
  // To take it away again nobody need be asked.
  const removed = await bench.trust('--docker', '--remove', '--fingerprint', fingerprint, host);
  assert.match(removed.stdout, /ca\.crt: removed/);
});

test('Without a fingerprint nothing is fetched, and another authority is refused.', async (t) => {
  const bench = await makeTrustBench(t);
  const host = await give(t, bench, await readFile(bench.authority.certificate));
  const without = await bench.trust('--docker', host);
  assert.equal(without.exitCode, 2);
  assert.match(without.stderr, /for that give the fingerprint with --fingerprint SHA256/);
  const other = await bench.trust('--docker', '--fingerprint', '00'.repeat(32), host);
  assert.equal(other.exitCode, 1);
  assert.match(other.stderr, /\/ca\.crt: this is another authority, and nothing was changed/);
  const malformed = await bench.trust('--docker', '--fingerprint', 'abc', host);
  assert.equal(malformed.exitCode, 2);
});

test('A gateway that gives no authority away, or something else, or does not answer, gets its sentence.', async (t) => {
  const bench = await makeTrustBench(t);
  const words = ['--docker', '--fingerprint', await fingerprintOf(bench.authority.certificate)];
  const rows: [content: Buffer | number, sentence: RegExp][] = [
    [404, /the gateway does not give it away \(404\)\. Set `tls: \{ serveAuthority: true \}` there/],
    [Buffer.from('hello'), /\/ca\.crt: is not PEM/],
    [Buffer.alloc(100_000), /the answer is longer than 65536 bytes/],
    [await readFile(bench.server.certificate), /is not an authority's/],
  ];
  for (const [content, sentence] of rows) {
    const { exitCode, stderr } = await bench.trust(...words, await give(t, bench, content));
    assert.equal(exitCode, 1);
    assert.match(stderr, sentence);
  }
  const { stderr } = await bench.trust(...words, '127.0.0.1:1');
  assert.match(stderr, /cannot be reached \(ECONNREFUSED/);
});
