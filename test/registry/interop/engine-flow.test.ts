/*
 * What the docker engine and containerd do beyond the tests with the real programs: requests that break off and go on,
 * which no switch of theirs brings about.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestGateway } from '../../harness/gateway.js';
import { seededBytes } from '../../harness/oci-layout.js';
import { openRequest, replyTo } from '../../harness/outgoing.js';
import { until } from '../../harness/until.js';
import { dockgateAt, sha256 } from './skopeo.js';

const MANIFEST_TYPES =
  'application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, */*';

test('containerd resolves by HEAD, fetches by digest and goes on with a layer where it broke off', async (t) => {
  const gateway = await startTestGateway(t);
  const ours = dockgateAt(t, gateway);
  const layer = seededBytes(1_500_000, 91);
  const config = Buffer.from('{}');
  for (const content of [layer, config]) {
    const place = `/v2/team/app/blobs/uploads/?digest=${sha256(content)}`;
    assert.equal((await ours.ask(place, { method: 'POST', body: content })).status, 201);
  }
  const mediaType = 'application/vnd.docker.distribution.manifest.v2+json';
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType,
    config: {
      mediaType: 'application/vnd.docker.container.image.v1+json',
      digest: sha256(config),
      size: config.length,
    },
    layers: [
      {
        mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
        digest: sha256(layer),
        size: layer.length,
      },
    ],
  });
  const put = await ours.ask('/v2/team/app/manifests/one', {
    method: 'PUT',
    headers: { 'content-type': mediaType },
    body: manifest,
  });
  assert.equal(put.status, 201);

  const headers = { accept: MANIFEST_TYPES };
  // containerd adds the mirror's name space to every request.
  const head = await ours.ask('/v2/team/app/manifests/one?ns=registry.example', { method: 'HEAD', headers });
  assert.equal(head.status, 200);
  assert.equal(head.headers['content-type'], mediaType);
  assert.equal(Number(head.headers['content-length']), manifest.length);
  const digest = String(head.headers['docker-content-digest']);
  const read = await ours.ask(`/v2/team/app/manifests/${digest}?ns=registry.example`, { headers });
  assert.equal(sha256(read.body), digest);

  const broken = openRequest(gateway, 'GET', `/v2/team/app/blobs/${sha256(layer)}`, { accept: '*/*' });
  broken.end();
  const reply = await replyTo(broken);
  const got: Buffer[] = [];
  reply.on('data', (chunk: Buffer) => got.push(chunk));
  reply.on('error', () => undefined);
  await until(() => Buffer.concat(got).length > 100_000, 'a part of the layer arrives');
  broken.destroy();
  const begun = Buffer.concat(got);
  const rest = await ours.ask(`/v2/team/app/blobs/${sha256(layer)}`, {
    headers: { range: `bytes=${begun.length}-` },
  });
  if (begun.length < layer.length) {
    assert.equal(rest.status, 206);
    assert.equal(rest.headers['content-range'], `bytes ${begun.length}-${layer.length - 1}/${layer.length}`);
    assert.ok(Buffer.concat([begun, rest.body]).equals(layer));
  } else assert.equal(rest.status, 416);
});

test('a client that lost its connection in a PATCH asks how far it came and goes on', async (t) => {
  const gateway = await startTestGateway(t);
  const ours = dockgateAt(t, gateway);
  const layer = seededBytes(900_000, 92);
  const begun = await ours.ask('/v2/team/app/blobs/uploads/', { method: 'POST' });
  assert.match(String(begun.headers['docker-upload-uuid']), /^[0-9a-f-]{36}$/);
  const session = new URL(String(begun.headers.location)).pathname;
  const patch = openRequest(gateway, 'PATCH', session, { 'transfer-encoding': 'chunked' });
  patch.on('error', () => undefined);
  patch.write(layer.subarray(0, 400_000));
  const received = async (): Promise<number> => {
    const { headers } = await ours.ask(session);
    return Number(/^0-(\d+)$/.exec(String(headers['range']))?.[1] ?? 0) + 1;
  };
  await until(async () => (await received()) >= 262_144, 'a part of the layer is stored');
  patch.destroy();
  // The part that is stored may still grow until the registry sees that the connection has gone.
  let reply = await ours.ask(session);
  await until(async () => {
    const size = await received();
    const headers = { 'content-range': `${size}-${layer.length - 1}` };
    reply = await ours.ask(session, { method: 'PATCH', headers, body: layer.subarray(size) });
    return reply.status !== 416;
  }, 'the upload goes on');
  assert.equal(reply.status, 202);
  const closed = await ours.ask(`${session}?digest=${sha256(layer)}`, { method: 'PUT', body: '' });
  assert.equal(closed.status, 201);
  assert.equal(sha256((await ours.ask(`/v2/team/app/blobs/${sha256(layer)}`)).body), sha256(layer));
});
