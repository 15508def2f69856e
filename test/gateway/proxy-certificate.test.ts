import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { test } from 'node:test';
import { startTestGateway, type TestGateway } from '../harness/gateway.js';
import { requireProgram } from '../harness/program.js';
import { OpensslAuthority } from '../tls/client-workshop.js';
import { scratchDirectory } from '../tls/workshop.js';

interface Shown {
  readonly cert: string;
  readonly key: string;
}

/** The status of a request with a certificate and without a password. */
function statusOf(gateway: TestGateway, shown: Shown, headers: Record<string, string>): Promise<number> {
  const { port, ca } = gateway;
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', servername: 'localhost', port, ca, path: '/v2/', ...shown, headers };
    request({ ...options, agent: false }, (reply) => {
      reply.resume();
      resolve(reply.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

test(
  "A trusted proxy's certificate is its own, and nobody's for whom it speaks.",
  requireProgram('openssl', 'openssl'),
  async (t) => {
    const authority = await OpensslAuthority.create(await scratchDirectory(), 'root');
    const pair = await authority.issue('proxy');
    const shown = { cert: await readFile(pair.certificate, 'utf8'), key: await readFile(pair.key, 'utf8') };
    const gateway = await startTestGateway(t, {
      trustedProxies: ['127.0.0.1'],
      clientCertificates: {
        authority: authority.files.certificate,
        required: true,
        name: 'cn',
        revocations: undefined,
      },
    });
    assert.equal(await statusOf(gateway, shown, {}), 200);
    for (const client of ['203.0.113.9', '127.0.0.1', '203.0.113.9, 127.0.0.1'])
      assert.equal(await statusOf(gateway, shown, { 'x-forwarded-for': client }), 401, client);
  },
);
