import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryDirectory } from '../harness/directory.js';
import { type DockerRegistry, startDockerRegistry } from '../harness/docker-registry.js';
import { startTestGateway } from '../harness/gateway.js';
import { makeOciLayout } from '../harness/oci-layout.js';
import { requireProgram } from '../harness/program.js';
import { ask } from '../harness/request.js';
import { skopeoFor } from '../harness/skopeo.js';
import { until } from '../harness/until.js';
import { serverAt } from './fleet.js';

/**
 * Stands before a registry until the first upload begins there. Then the registry is killed, the reply to the upload
 * still comes through, and there is nobody at this port any more. So the kill comes between two requests, always.
 */
async function startHinge(
  t: TestContext,
  registry: DockerRegistry,
): Promise<{ port: number; gone: Promise<void> }> {
  let tellGone: () => void = () => {};
  const gone = new Promise<void>((resolve) => {
    tellGone = resolve;
  });
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const onward = request({
      host: '127.0.0.1',
      port: registry.port,
      method,
      path: url,
      headers,
      agent: false,
    });
    incoming.pipe(onward);
    onward.once('response', async (reply) => {
      if (method === 'POST') {
        await registry.kill();
        server.close(tellGone);
        outgoing.setHeader('connection', 'close');
        outgoing.once('close', () => server.closeAllConnections());
      }
      outgoing.writeHead(reply.statusCode ?? 0, reply.headers);
      reply.pipe(outgoing);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.closeAllConnections());
  return { port: (server.address() as AddressInfo).port, gone };
}

test(
  'A push outlives the death of one of two registries on one storage, and both serve it afterwards.',
  requireProgram('skopeo', 'skopeo'),
  async (t) => {
    const data = join(temporaryDirectory(t), 'storage');
    const killed = await startDockerRegistry(t, data);
    const other = await startDockerRegistry(t, data);
    const hinge = await startHinge(t, killed);
    const gateway = await startTestGateway(t, {
      upstream: '',
      upstreamOptions: {
        servers: [serverAt(`http://127.0.0.1:${hinge.port}`, { weight: 1000 }), serverAt(other.origin)],
        failTimeout: 50,
      },
    });
    const restarted = hinge.gone.then(() => startDockerRegistry(t, data, hinge.port));
    const layout = join(temporaryDirectory(t), 'image');
    const image = await makeOciLayout(layout, { tag: 'one', layers: 1, layerBytes: 3_000_000 });
    const skopeo = skopeoFor(t, gateway);
    const pushed = await skopeo.push(`oci:${layout}:one`, 'team/image:one');
    assert.equal(pushed.code, 0, pushed.stderr);
    await restarted;
    const said = (message: string) => gateway.log.filter(({ msg }) => msg === message).length;
    await until(async () => {
      await ask(gateway, '/v2/');
      return said('an upstream server is up again') > 0;
    }, 'the registry that was started again takes requests');
    const pulled = await skopeo.pull('team/image:one', `oci:${join(temporaryDirectory(t), 'copy')}:one`);
    assert.equal(pulled.code, 0, pulled.stderr);
    const inspected = await skopeo.run('inspect', 'team/image:one', '--format', '{{.Digest}}');
    assert.equal(inspected.stdout.trim(), image.manifestDigest);
    assert.ok(gateway.accessLines().every(({ status }) => Number(status) < 500));
  },
);
