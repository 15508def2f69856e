import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { requestOnce } from '../../src/remote/single-request.js';
import { startTestGateway } from '../harness/gateway.js';
import { makeTrustBench } from './bench.js';

test('A gateway that was told to gives its authority to everybody, and a machine comes to trust it by the fingerprint.', async (t) => {
  const gateway = await startTestGateway(t, { servesAuthority: true });
  const url = new URL(`${gateway.url}/ca.crt`);
  const { status, headers, body } = await requestOnce({
    url,
    ca: gateway.ca,
    timeout: 10_000,
    limit: 65_536,
  });
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'application/x-pem-file');
  assert.equal(body.toString(), gateway.ca);
  const bench = await makeTrustBench(t);
  const fingerprint = new X509Certificate(gateway.ca).fingerprint256;
  const host = `localhost:${gateway.port}`;
  const { stderr } = await bench.trust('--docker', '--fingerprint', fingerprint, host);
  assert.equal(stderr, '');
  assert.equal(await readFile(`${bench.root}/etc/docker/certs.d/${host}/ca.crt`, 'utf8'), gateway.ca);
});

test('A gateway that was not told to asks for a password there as everywhere.', async (t) => {
  const gateway = await startTestGateway(t);
  const url = new URL(`${gateway.url}/ca.crt`);
  assert.equal((await requestOnce({ url, ca: gateway.ca, timeout: 10_000 })).status, 401);
});
