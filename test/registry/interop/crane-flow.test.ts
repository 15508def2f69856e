/*
 * crane and the Go library beneath it are not in Debian, so this sends what they send, request by request: a push asks
 * for every blob first, tries to mount, streams the body in one PATCH of no stated length, and closes with an empty PUT.
 */
import assert from 'node:assert/strict';
import { Agent } from 'node:https';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { startTestGateway, type TestGateway } from '../../harness/gateway.js';
import { seededBytes } from '../../harness/oci-layout.js';
import { ask, type SimpleReply, type SimpleRequest } from '../../harness/request.js';
import { sha256 } from './skopeo.js';

const IMAGE = 'application/vnd.docker.distribution.manifest.v2+json';
const CONFIG = 'application/vnd.docker.container.image.v1+json';
const LAYER = 'application/vnd.docker.image.rootfs.diff.tar.gzip';
const ACCEPT = [
  'application/vnd.docker.distribution.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
  IMAGE,
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.index.v1+json',
].join(',');

type Crane = (path: string, request?: SimpleRequest) => Promise<SimpleReply>;

function craneFor(t: TestContext, gateway: TestGateway): Crane {
  const agent = new Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  return (path, request) =>
    ask(gateway, path, {
      ...request,
      agent,
      headers: { 'user-agent': 'crane/0.20.2 go-containerregistry/0.20.2', ...request?.headers },
    });
}

function locationOf(reply: SimpleReply, gateway: TestGateway): URL {
  const location = new URL(String(reply.headers.location), gateway.url);
  assert.equal(location.origin, gateway.url);
  return location;
}

/** @returns how the blob came to be there. */
async function pushBlob(
  crane: Crane,
  gateway: TestGateway,
  repository: string,
  content: Buffer,
  from = '',
): Promise<'existed' | 'mounted' | 'sent'> {
  const digest = sha256(content);
  const head = await crane(`/v2/${repository}/blobs/${digest}`, { method: 'HEAD' });
  if (head.status === 200) return 'existed';
  assert.equal(head.status, 404);
  const query = from === '' ? '' : `?from=${encodeURIComponent(from)}&mount=${encodeURIComponent(digest)}`;
  const headers = { 'content-type': 'application/json', 'content-length': '0' };
  const begun = await crane(`/v2/${repository}/blobs/uploads/${query}`, { method: 'POST', headers });
  if (begun.status === 201) {
    assert.equal(begun.headers['docker-content-digest'], digest);
    return 'mounted';
  }
  assert.equal(begun.status, 202);
  const session = locationOf(begun, gateway);
  const body = Readable.from([content.subarray(0, 1000), content.subarray(1000)]);
  const streamed = await crane(session.pathname + session.search, { method: 'PATCH', body });
  // Any of these is a success to the library.
  assert.ok([204, 202, 201].includes(streamed.status), String(streamed.status));
  const closing = locationOf(streamed, gateway);
  closing.searchParams.set('digest', digest);
  const closed = await crane(closing.pathname + closing.search, { method: 'PUT' });
  assert.equal(closed.status, 201);
  const stored = locationOf(closed, gateway);
  assert.equal(stored.pathname, `/v2/${repository}/blobs/${digest}`);
  return 'sent';
}

function manifestOf(config: Buffer, layers: readonly Buffer[]): Buffer {
  const descriptor = (mediaType: string, content: Buffer): object => ({
    mediaType,
    size: content.length,
    digest: sha256(content),
  });
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: IMAGE,
      config: descriptor(CONFIG, config),
      layers: layers.map((layer) => descriptor(LAYER, layer)),
    }),
  );
}

test('a push, a mount, a retag, a pull and a delete as crane does them', async (t) => {
  const gateway = await startTestGateway(t);
  const crane = craneFor(t, gateway);
  assert.equal((await crane('/v2/', { anonymous: true })).status, 401);
  assert.equal((await crane('/v2/')).status, 200);

  const config = Buffer.from(
    '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}',
  );
  const layers = [1, 2].map((seed) => seededBytes(300_000, 100 + seed));
  for (const content of [config, ...layers])
    assert.equal(await pushBlob(crane, gateway, 'team/app', content), 'sent');
  for (const content of [config, ...layers])
    assert.equal(await pushBlob(crane, gateway, 'team/app', content), 'existed');
  for (const content of [config, ...layers])
    assert.equal(await pushBlob(crane, gateway, 'team/copy', content, 'team/app'), 'mounted');
  const unknown = seededBytes(5000, 103);
  assert.equal(await pushBlob(crane, gateway, 'team/copy', unknown, 'team/app'), 'sent');

  const manifest = manifestOf(config, layers);
  const digest = sha256(manifest);
  for (const repository of ['team/app', 'team/copy']) {
    const place = `/v2/${repository}/manifests/one`;
    assert.equal((await crane(place, { method: 'HEAD', headers: { accept: ACCEPT } })).status, 404);
    const put = await crane(place, { method: 'PUT', headers: { 'content-type': IMAGE }, body: manifest });
    assert.equal(put.status, 201);
  }

  // crane tag: a GET of the one name and a PUT of the same bytes to the other.
  const read = await crane('/v2/team/app/manifests/one', { headers: { accept: ACCEPT } });
  assert.equal(read.headers['content-type'], IMAGE);
  assert.equal(read.headers['docker-content-digest'], digest);
  assert.ok(read.body.equals(manifest));
  const tagged = await crane('/v2/team/app/manifests/two', {
    method: 'PUT',
    headers: { 'content-type': String(read.headers['content-type']) },
    body: read.body,
  });
  assert.equal(tagged.status, 201);
  // crane digest
  const head = await crane('/v2/team/app/manifests/two', { method: 'HEAD', headers: { accept: ACCEPT } });
  assert.equal(head.headers['docker-content-digest'], digest);
  assert.equal(Number(head.headers['content-length']), manifest.length);
  // crane pull
  for (const content of [config, ...layers]) {
    const pulled = await crane(`/v2/team/app/blobs/${sha256(content)}`);
    assert.ok(pulled.body.equals(content));
  }
  // crane ls and crane catalog, page by page
  const names: string[] = [];
  for (let path: string | undefined = '/v2/_catalog?n=1'; path !== undefined; ) {
    const page = await crane(path);
    names.push(...(JSON.parse(page.text) as { repositories: string[] }).repositories);
    const link = /^<([^>]+)>; *rel="next"$/.exec(String(page.headers['link'] ?? ''))?.[1];
    path = link === undefined ? undefined : link;
  }
  assert.deepEqual(names, ['team/app', 'team/copy']);
  const listed = JSON.parse((await crane('/v2/team/app/tags/list?n=1000')).text) as object;
  assert.deepEqual(listed, { name: 'team/app', tags: ['one', 'two'] });
  // crane delete
  assert.equal((await crane(`/v2/team/app/manifests/${digest}`, { method: 'DELETE' })).status, 202);
  for (const reference of ['one', 'two', digest])
    assert.equal((await crane(`/v2/team/app/manifests/${reference}`)).status, 404);
  assert.equal((await crane('/v2/team/copy/manifests/one')).status, 200);
  assert.ok(gateway.log.every((line) => Number(line['level']) < 50));
});
