import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { freePort } from '../harness/free-port.js';
import { startTestGateway, type TestGateway } from '../harness/gateway.js';
import { requireProgram } from '../harness/program.js';
import { ask } from '../harness/request.js';
import { startTokenRegistry } from './token-registry.js';
import { DIGEST, push, tokenOf, withToken } from './visitor.js';

const DOCKER_REGISTRY = requireProgram('docker-registry', 'docker-registry');

async function startBehind(t: TestContext): Promise<{ gateway: TestGateway; registry: string }> {
  const port = await freePort();
  const upstream = `http://127.0.0.1:${port}`;
  const gateway = await startTestGateway(t, { upstream, upstreamOptions: { tokens: true } });
  const realm = `https://localhost:${gateway.port}/token`;
  const registry = await startTokenRegistry(t, { certs: gateway.certs, service: 'dockgate', realm, port });
  return { gateway, registry };
}

test(
  'docker-registry with `auth: token` stands behind, and takes what the gateway sends',
  DOCKER_REGISTRY,
  async (t) => {
    const { gateway, registry } = await startBehind(t);
    const { token } = await tokenOf(gateway, 'repository:team/app:pull,push');
    assert.deepEqual(await push(gateway, token, 'team/app'), [202, 201]);
    const blob = `/v2/team/app/blobs/${DIGEST}`;
    assert.equal((await ask(gateway, blob)).status, 200, 'with a password');
    assert.equal((await withToken(gateway, token, 'GET', blob)).status, 200);
    assert.equal((await ask(gateway, '/v2/_catalog')).status, 200);
    assert.equal((await ask(gateway, blob, { method: 'DELETE' })).status, 202);
    assert.equal((await fetch(`${registry}${blob}`)).status, 401, 'nobody gets past the gateway');
  },
);
