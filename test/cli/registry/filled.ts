import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryDirectory } from '../../harness/directory.js';
import type { TestGateway } from '../../harness/gateway.js';
import { makeOciLayout, type OciLayout } from '../../harness/oci-layout.js';
import { ask } from '../../harness/request.js';
import { skopeoFor } from '../../harness/skopeo.js';
import { digestOf } from '../../registry/fixture.js';

const INDEX = 'application/vnd.oci.image.index.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

/** What {@link fill} has pushed. */
export interface Filling {
  readonly one: OciLayout;
  readonly two: OciLayout;
  /** Digest of the index under `team/app:all`, which names the image under `team/app:1`. */
  readonly index: string;
  /** Digest of a signature of the image under `team/app:1`, under `team/app:signed`. */
  readonly signature: string;
}

/** Pushes with skopeo and by hand: images under team/app:1, team/app:2, lone:latest, an index and a signature. @param isSparse the index names an image that is not there. */
export async function fill(test: TestContext, gateway: TestGateway, isSparse = true): Promise<Filling> {
  const directory = temporaryDirectory(test);
  const [a, b] = [join(directory, 'a'), join(directory, 'b')];
  const one = await makeOciLayout(a, { tag: 't', seed: 1 });
  const two = await makeOciLayout(b, { tag: 't', seed: 2, layers: 3 });
  const skopeo = skopeoFor(test, gateway);
  for (const [source, name] of [
    [a, 'team/app:1'],
    [b, 'team/app:2'],
    [a, 'lone:latest'],
  ] as const) {
    const pushed = await skopeo.push(`oci:${source}:t`, name);
    if (pushed.code !== 0) throw new Error(pushed.stderr);
  }
  const descriptor = { mediaType: MANIFEST, digest: one.manifestDigest, size: one.manifest.length };
  const index = JSON.stringify({
    schemaVersion: 2,
    mediaType: INDEX,
    manifests: [
      { ...descriptor, platform: { os: 'linux', architecture: 'amd64' } },
      ...(isSparse
        ? [{ ...descriptor, digest: digestOf('absent'), platform: { os: 'linux', architecture: 's390x' } }]
        : []),
    ],
    annotations: { 'org.example.note': 'red \u001b[31m and \u202eback' },
  });
  const signature = JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST,
    artifactType: 'application/vnd.example.signature',
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: one.configDigest,
      size: one.config.length,
    },
    layers: [],
    subject: descriptor,
  });
  await put(gateway, 'team/app/manifests/all', INDEX, index);
  await put(gateway, 'team/app/manifests/signed', MANIFEST, signature);
  return { one, two, index: digestOf(index), signature: digestOf(signature) };
}

async function put(gateway: TestGateway, path: string, type: string, body: string): Promise<void> {
  const reply = await ask(gateway, `/v2/${path}`, { method: 'PUT', headers: { 'content-type': type }, body });
  if (reply.status !== 201) throw new Error(`${reply.status} ${reply.text}`);
}
