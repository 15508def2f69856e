import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { digestOf, MANIFEST_TYPE, makeManifest } from '../fixture/manifest.js';
import type { V1Image } from '../fixture/v1-image.js';
import { closingUrl } from './ask.js';
import { askOnce } from './single-requests.js';
import type { ClientPlace } from './v1-client.js';

/** Pushes the same content through `/v2/`, as `pushV1` does: one request after the other, each on a connection of its own. */
export async function pushV2(place: ClientPlace, image: V1Image): Promise<void> {
  const { base, headers } = addressed(place);
  await askOnce({ method: 'GET', url: `${place.origin}/v2/`, headers }, 200);
  for (const { digest, file } of image.layers)
    await pushBlob(place, digest, createReadStream(file, { highWaterMark: 32 * 1024 }));
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: image.layers.map(({ diffId }) => diffId) },
      history: image.layers.map(() => ({ created_by: 'a step' })),
    }),
  );
  const part = { digest: digestOf(config), size: config.length };
  await pushBlob(place, part.digest, config);
  const body = makeManifest(
    part,
    image.layers.map(({ digest, size }) => ({ digest, size })),
  );
  const typed = { ...headers, 'content-type': MANIFEST_TYPE };
  await askOnce({ method: 'PUT', url: `${base}/manifests/latest`, headers: typed, body }, 201);
}

async function pushBlob(place: ClientPlace, digest: string, body: Readable | Buffer): Promise<void> {
  const { base, headers } = addressed(place);
  await askOnce({ method: 'HEAD', url: `${base}/blobs/${digest}`, headers }, 404);
  const opened = await askOnce({ method: 'POST', url: `${base}/blobs/uploads/`, headers }, 202);
  const url = new URL(opened.headers.location ?? '', place.origin).href;
  const binary = { ...headers, 'content-type': 'application/octet-stream' };
  const sent = await askOnce({ method: 'PATCH', url, headers: binary, body }, 202);
  const end = closingUrl(sent.headers.location, place.origin, digest);
  await askOnce({ method: 'PUT', url: end, headers }, 201);
}

/** Pulls what is tagged latest, as `pullV1` does. @returns bytes of the layers */
export async function pullV2(place: ClientPlace): Promise<number> {
  const { base, headers } = addressed(place);
  await askOnce({ method: 'GET', url: `${place.origin}/v2/`, headers }, 200);
  const accepting = { ...headers, accept: MANIFEST_TYPE };
  const answer = await askOnce({ method: 'GET', url: `${base}/manifests/latest`, headers: accepting }, 200);
  const manifest = JSON.parse(answer.body.toString()) as {
    config: { digest: string };
    layers: readonly { digest: string }[];
  };
  await askOnce({ method: 'GET', url: `${base}/blobs/${manifest.config.digest}`, headers }, 200);
  let bytes = 0;
  for (const { digest } of manifest.layers)
    bytes += (await askOnce({ method: 'GET', url: `${base}/blobs/${digest}`, headers }, 200)).bytes;
  return bytes;
}

function addressed({ origin, authorization, repository }: ClientPlace): {
  base: string;
  headers: Record<string, string>;
} {
  return { base: `${origin}/v2/${repository}`, headers: { authorization } };
}
